package pretrained

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"multitorch/internal/regular"
	"multitorch/torch"
)

// ConvertWhisper makes a Hugging Face folder of a Whisper model of CTranslate2's (faster-whisper's folders: model.bin,
// config.json, tokenizer.json). The weights become model.safetensors, in the type in which they are stored but for
// quantised ones, which become Float32; beside them come the JSON files that Transformers reads. to must be there and be
// empty.
func ConvertWhisper(from, to string) error {
	m, err := openCT2(filepath.Join(from, "model.bin"))
	if err != nil {
		return err
	}
	defer m.close()
	var w whisperWeights
	torch.Step(func() {
		if w, err = m.whisper(); err == nil {
			err = torch.SaveSafetensors(filepath.Join(to, "model.safetensors"), w.state, map[string]string{"format": "pt"})
		}
	})
	if err != nil {
		return fmt.Errorf("%s: %w", m.file.Name(), err)
	}
	return w.writeFiles(from, to)
}

// maxTokenizer bounds the JSON files that are taken over, in bytes.
const maxTokenizer = 64 << 20

// copyFile takes a file over as it is.
func copyFile(from, to string) error {
	return regular.Read(from, "a file of a model", func(f *os.File, size int64) error {
		if size > maxTokenizer {
			return fmt.Errorf("it has %d bytes, more than the %d that are read", size, maxTokenizer)
		}
		content, err := io.ReadAll(f)
		if err != nil {
			return err
		}
		return os.WriteFile(to, content, 0o644)
	})
}
