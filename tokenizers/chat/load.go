package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"

	"multitorch/internal/jinja"
	"multitorch/internal/regular"
)

// The files that a folder may have its templates in.
const (
	file       = "chat_template.jinja"
	additional = "additional_chat_templates" // a folder
	settings   = "tokenizer_config.json"

	longestSettings = 32 << 20
)

// ErrNone says that a folder has no chat template: its model is not one that answers.
var ErrNone = errors.New("no chat template")

// Load reads a folder's templates: chat_template.jinja and what is beside it in additional_chat_templates, or else
// chat_template in tokenizer_config.json, a text or a list of names and texts. Names of special tokens (bos_token, …) come from
// the latter. A folder without a template is [ErrNone].
func Load(dir string) (*Template, error) {
	t := &Template{named: map[string]*jinja.Template{}, sources: map[string]string{}, specials: map[string]any{}}
	path := filepath.Join(dir, settings)
	b, err := read(path, longestSettings)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var config map[string]json.RawMessage
	if err == nil {
		if err := json.Unmarshal(b, &config); err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
	}
	for _, name := range []string{"bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"} {
		if s, ok := tokenText(config[name]); ok {
			t.specials[name] = s
		}
	}
	found, err := t.fromFiles(dir)
	if err != nil {
		return nil, err
	}
	if !found {
		if err := t.fromSettings(path, config["chat_template"]); err != nil {
			return nil, err
		}
	}
	if len(t.named) == 0 {
		return nil, fmt.Errorf("%s: %w: expected it in %s, or as chat_template in %s", dir, ErrNone, file, settings)
	}
	return t, nil
}

// tokenText is a token as settings have it: a text, or an object with it.
func tokenText(raw json.RawMessage) (string, bool) {
	var s *string
	if json.Unmarshal(raw, &s) == nil && s != nil {
		return *s, true
	}
	var token struct{ Content *string }
	if json.Unmarshal(raw, &token) == nil && token.Content != nil {
		return *token.Content, true
	}
	return "", false
}

func read(path string, most int64) (b []byte, err error) {
	err = regular.Read(path, "a chat template or its settings", func(f *os.File, size int64) error {
		if size > most {
			return fmt.Errorf("the file has %d bytes, and may have %d", size, most)
		}
		b, err = io.ReadAll(io.LimitReader(f, most))
		return err
	})
	return b, err
}

func (t *Template) fromFiles(dir string) (found bool, err error) {
	paths, err := filepath.Glob(filepath.Join(dir, additional, "*.jinja"))
	if err != nil || len(paths) > 100 {
		return false, fmt.Errorf("%s: expected at most 100 templates, but got %d (%w)", filepath.Join(dir, additional), len(paths), err)
	}
	sort.Strings(paths)
	for _, path := range append([]string{filepath.Join(dir, file)}, paths...) {
		b, err := read(path, jinja.MaxSource)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return false, err
		}
		name := filepath.Base(path[:len(path)-len(".jinja")])
		if filepath.Base(path) == file && filepath.Dir(path) == filepath.Clean(dir) {
			name = "default"
		}
		if err := t.add(name, path, string(b)); err != nil {
			return false, err
		}
		found = true
	}
	return found, nil
}

func (t *Template) fromSettings(path string, raw json.RawMessage) error {
	if raw == nil || string(raw) == "null" {
		return nil
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return t.add("default", path+": chat_template", text)
	}
	var list []struct{ Name, Template string }
	if err := json.Unmarshal(raw, &list); err != nil || len(list) > 100 {
		return fmt.Errorf("read %s: chat_template: expected a text, or at most 100 objects with name and template", path)
	}
	for _, l := range list {
		if err := t.add(l.Name, path+": chat_template "+l.Name, l.Template); err != nil {
			return err
		}
	}
	return nil
}

func (t *Template) add(name, place, source string) (err error) {
	t.sources[name] = source
	t.named[name], err = jinja.Parse(place, source)
	return err
}
