package transformers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"multitorch/internal/atomicfile"
	"multitorch/internal/regular"
)

// ConfigName is the file of a folder that holds the settings.
const ConfigName = "config.json"

// longestConfig is the most bytes that a settings file may have; those of models with 20,000 classes have 1 MB.
const longestConfig = 32 << 20

// ReadConfig reads a folder's config.json, of any architecture that is known, as Python's AutoConfig. Names of older versions
// of Transformers are read too. What the file lacks has Python's default.
func ReadConfig(dir string) (Config, error) {
	path := filepath.Join(dir, ConfigName)
	c, err := readConfig(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return c, nil
}

func readConfig(path string) (c Config, err error) {
	var b []byte
	err = regular.Read(path, "the settings of a model, as a Hugging Face folder holds them", func(f *os.File, size int64) error {
		if size > longestConfig {
			return fmt.Errorf("expected settings, but got a file of %d bytes", size)
		}
		b, err = io.ReadAll(io.LimitReader(f, longestConfig))
		return err
	})
	if err != nil {
		return nil, err
	}
	return ParseConfig(b)
}

// ParseConfig reads the text of a config.json.
func ParseConfig(text []byte) (Config, error) {
	raw := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, fmt.Errorf("expected a JSON object: %w", err)
	}
	var modelType string
	if err := json.Unmarshal(raw["model_type"], &modelType); err != nil || modelType == "" {
		return nil, fmt.Errorf("expected model_type to name an architecture: one of %s", strings.Join(ModelTypes(), ", "))
	}
	f := families[modelType]
	if f == nil {
		return nil, fmt.Errorf("the architecture %.80q is not known; known are %s", modelType, strings.Join(ModelTypes(), ", "))
	}
	c := f.config()
	if err := decodeConfig(raw, c); err != nil {
		return nil, err
	}
	return c, nil
}

// configUpgrader is a configuration with names of its own that older files spell otherwise: it changes the file's keys.
type configUpgrader interface {
	upgrade(raw map[string]json.RawMessage) error
}

// configChecker is a configuration that can find out what makes no sense.
type configChecker interface{ check() error }

func decodeConfig(raw map[string]json.RawMessage, c Config) error {
	rename(raw, "torch_dtype", "dtype")
	if u, ok := c.(configUpgrader); ok {
		if err := u.upgrade(raw); err != nil {
			return err
		}
	}
	b, err := json.Marshal(raw)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, c); err != nil {
		return readableJSON(err)
	}
	common := c.Common()
	common.raw = raw
	if n := 0; common.ID2Label == nil && json.Unmarshal(raw["num_labels"], &n) == nil && n > 0 && n < 1<<20 {
		common.SetNumLabels(n)
	}
	return checkConfig(c)
}

func checkConfig(c Config) error {
	if err := checkNumbers(reflect.ValueOf(c).Elem()); err != nil {
		return err
	}
	if checker, ok := c.(configChecker); ok {
		return checker.check()
	}
	return nil
}

// rename gives a key its newer name, unless that is there already.
func rename(raw map[string]json.RawMessage, from, to string) {
	if _, there := raw[to]; !there && raw[from] != nil {
		raw[to] = raw[from]
	}
	delete(raw, from)
}

// readableJSON says in JSON's words, and not in Go's, what a value should have been.
func readableJSON(err error) error {
	var e *json.UnmarshalTypeError
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the file ends within its JSON")
	}
	if !errors.As(err, &e) {
		return err
	}
	field := e.Field
	if field != "" {
		field += ": "
	}
	want := e.Type.String()
	switch e.Type.Kind() {
	case reflect.Int, reflect.Int64:
		want = "an integer"
	case reflect.Float64:
		want = "a number"
	case reflect.Bool:
		want = "true or false"
	case reflect.Slice:
		want = "a list"
	case reflect.Struct, reflect.Map:
		want = "an object"
	}
	return fmt.Errorf("%sexpected %s, but got %.60s", field, want, e.Value)
}

// writeConfig writes config.json, as Python does: sorted keys, and also those that nothing here knows.
func writeConfig(dir string, c Config) error {
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	own := map[string]json.RawMessage{}
	if err := json.Unmarshal(b, &own); err != nil {
		return err
	}
	if err := pythonFloats(reflect.ValueOf(c).Elem(), own); err != nil {
		return err
	}
	all := maps.Clone(c.Common().raw)
	if all == nil {
		all = map[string]json.RawMessage{}
	}
	for key := range knownKeys(reflect.TypeOf(c).Elem()) {
		delete(all, key)
	}
	delete(all, "num_labels")
	maps.Copy(all, own)
	return atomicfile.Write(filepath.Join(dir, ConfigName), func(w io.Writer) error {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(all); err != nil {
			return err
		}
		_, err := w.Write(b.Bytes())
		return err
	})
}

// knownKeys are the JSON names of a struct's fields.
func knownKeys(t reflect.Type) map[string]bool {
	keys := map[string]bool{}
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			keys[name] = true
		}
	}
	return keys
}
