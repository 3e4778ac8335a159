package tokenizers

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"multitorch/internal/atomicfile"
)

// file is tokenizer.json.
type file struct {
	Version       string         `json:"version"`
	Truncation    *Truncation    `json:"truncation"`
	Padding       *Padding       `json:"padding"`
	AddedTokens   []AddedToken   `json:"added_tokens"`
	Normalizer    jsontext.Value `json:"normalizer"`
	PreTokenizer  jsontext.Value `json:"pre_tokenizer"`
	PostProcessor jsontext.Value `json:"post_processor"`
	Decoder       jsontext.Value `json:"decoder"`
	Model         jsontext.Value `json:"model"`
}

// mostFile bounds what is read: the largest vocabularies take some tens of megabytes.
const mostFile = 1 << 30

// FromFile reads tokenizer.json. Components that aren't known, and what contradicts itself, are errors that name them.
func FromFile(path string) (*Tokenizer, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, missing(path, err)
	}
	if !info.Mode().IsRegular() || info.Size() > mostFile {
		return nil, errorf("%s: want a file of at most %d bytes, this is %v of %d", path, mostFile, info.Mode(), info.Size())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	t, err := FromBytes(data)
	if err != nil {
		return nil, errorf("%s: %w", path, err)
	}
	return t, nil
}

// missing says how a folder that has a vocabulary in an older form gets the file.
func missing(path string, err error) error {
	dir := filepath.Dir(path)
	for _, older := range []string{"vocab.txt", "vocab.json", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model"} {
		if _, e := os.Stat(filepath.Join(dir, older)); e == nil && errors.Is(err, fs.ErrNotExist) {
			return errorf("%w; the folder has %s alone, of which Python's transformers.AutoTokenizer.from_pretrained(%q)"+
				".save_pretrained(%[3]q) makes one", err, older, dir)
		}
	}
	return err
}

// readOptions are Python's: of equal names the last one counts.
var readOptions = jsontext.AllowDuplicateNames(true)

// FromBytes reads what a tokenizer.json holds.
func FromBytes(data []byte) (*Tokenizer, error) {
	c, err := readConfig(data)
	if err != nil {
		return nil, errorf("tokenizers: %w", err)
	}
	return New(c)
}

func readConfig(data []byte) (c Config, err error) {
	if err := checkDepth(data); err != nil {
		return c, err
	}
	var keys map[string]jsontext.Value
	if err := json.Unmarshal(data, &keys, readOptions); err != nil {
		return c, err
	}
	if keys["model"] == nil {
		return c, errorf("this is not a tokenizer.json: model is missing")
	}
	if version := keys["version"]; version != nil && string(version) != `"1.0"` {
		return c, errorf("version %s: known is 1.0", clip(string(version)))
	}
	null := jsontext.Value("null")
	for key, read := range map[string]func(jsontext.Value) error{
		"normalizer":     func(v jsontext.Value) (err error) { c.Normalizer, err = normalizers.read(v); return err },
		"pre_tokenizer":  func(v jsontext.Value) (err error) { c.PreTokenizer, err = preTokenizers.read(v); return err },
		"model":          func(v jsontext.Value) (err error) { c.Model, err = models.read(v); return err },
		"post_processor": func(v jsontext.Value) (err error) { c.PostProcessor, err = postProcessors.read(v); return err },
		"decoder":        func(v jsontext.Value) (err error) { c.Decoder, err = decoders.read(v); return err },
		"truncation":     func(v jsontext.Value) (err error) { c.Truncation, err = readParams[Truncation](v); return err },
		"padding":        func(v jsontext.Value) (err error) { c.Padding, err = readParams[Padding](v); return err },
		"added_tokens": func(v jsontext.Value) error {
			var each []jsontext.Value
			if err := json.Unmarshal(v, &each, readOptions); err != nil {
				return err
			}
			c.AddedTokens = make([]AddedToken, len(each))
			for i, token := range each {
				if err := unmarshalComponent(token, &c.AddedTokens[i]); err != nil {
					return errorf("%d: %w", i, err)
				}
			}
			return nil
		},
	} {
		value := keys[key]
		if value == nil {
			value = null
		}
		if key == "added_tokens" && value.Kind() == 'n' {
			continue
		}
		if err := read(value); err != nil {
			if key == "truncation" || key == "padding" || key == "added_tokens" {
				err = errorf("%s: %w", key, err)
			}
			return c, err
		}
	}
	if c.Model == nil {
		return c, errorf("model is null")
	}
	return c, nil
}

// mostDepth is how deep components may lie in each other, as for PyPI's tokenizers.
const mostDepth = 128

func checkDepth(data []byte) error {
	depth, inText := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '\\' && inText:
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '{' || c == '[':
			if depth++; depth > mostDepth {
				return errorf("components lie more than %d deep in each other", mostDepth)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

func readParams[T any](v jsontext.Value) (*T, error) {
	if v.Kind() == 'n' {
		return nil, nil
	}
	p := new(T)
	return p, unmarshalComponent(v, p)
}

// MarshalJSON is the tokenizer as tokenizer.json has it.
func (t *Tokenizer) MarshalJSON() ([]byte, error) {
	f := file{
		Version: "1.0", Truncation: t.config.Truncation, Padding: t.config.Padding, AddedTokens: t.config.AddedTokens,
	}
	var err error
	for _, write := range []func() error{
		func() error { f.Normalizer, err = normalizers.write(t.config.Normalizer); return err },
		func() error { f.PreTokenizer, err = preTokenizers.write(t.config.PreTokenizer); return err },
		func() error { f.PostProcessor, err = postProcessors.write(t.config.PostProcessor); return err },
		func() error { f.Decoder, err = decoders.write(t.config.Decoder); return err },
		func() error { f.Model, err = models.write(t.config.Model); return err },
	} {
		if err := write(); err != nil {
			return nil, errorf("tokenizers: %w", err)
		}
	}
	data, err := json.Marshal(f, json.Deterministic(true))
	if err != nil {
		return nil, errorf("tokenizers: %w", err)
	}
	return data, nil
}

// Save writes tokenizer.json, which Python reads too: whole or not at all.
func (t *Tokenizer) Save(path string) error {
	data, err := t.MarshalJSON()
	if err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}
