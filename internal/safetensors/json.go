package safetensors

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// jsonWalk reads JSON of a known form. Unlike encoding/json's Unmarshal it
// refuses a key that comes twice. No error quotes more than a little of the file.
type jsonWalk struct{ dec *json.Decoder }

// object calls value for each key, to read its value. Errors get the key.
func (j jsonWalk) object(value func(key string) error) error {
	if err := j.delim('{'); err != nil {
		return err
	}
	return j.rest(value)
}

// rest is object after its {.
func (j jsonWalk) rest(value func(key string) error) error {
	seen := map[string]bool{}
	for j.dec.More() {
		key, err := j.text()
		if err != nil {
			return err
		}
		if seen[key] {
			return fmt.Errorf("the key %.80q comes twice", key)
		}
		seen[key] = true
		if err := value(key); err != nil {
			return fmt.Errorf("%.80q: %w", key, err)
		}
	}
	return j.delim('}')
}

// ints reads a list of no more than so many numbers.
func (j jsonWalk) ints(most int) ([]int, error) {
	if err := j.delim('['); err != nil {
		return nil, err
	}
	vs := []int{}
	for j.dec.More() {
		token, err := j.token()
		if err != nil {
			return nil, err
		}
		number, ok := token.(json.Number)
		v, err := strconv.ParseUint(string(number), 10, 63)
		if !ok || err != nil {
			return nil, fmt.Errorf("expected whole numbers from 0 to 2^63-1, found %.80v", token)
		}
		if len(vs) == most {
			return nil, fmt.Errorf("expected no more than %d numbers", most)
		}
		vs = append(vs, int(v))
	}
	return vs, j.delim(']')
}

func (j jsonWalk) text() (string, error) {
	token, err := j.token()
	if err != nil {
		return "", err
	}
	s, ok := token.(string)
	if !ok {
		return "", fmt.Errorf("expected a string, found %.80v", token)
	}
	return s, nil
}

// skip reads a value of any kind, which does not matter.
func (j jsonWalk) skip() error {
	var value json.RawMessage
	return j.dec.Decode(&value)
}

func (j jsonWalk) delim(want json.Delim) error {
	token, err := j.token()
	if err == nil && token != want {
		err = fmt.Errorf("expected %v, found %.80v", want, token)
	}
	return err
}

func (j jsonWalk) token() (json.Token, error) {
	token, err := j.dec.Token()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return token, err
}

// appendQuoted escapes what JSON requires and no more, as the official writer.
func appendQuoted(b []byte, s string) []byte {
	const short = "\b\f\n\r\t\"\\"
	b = append(b, '"')
	for i := range len(s) {
		c := s[i]
		if k := strings.IndexByte(short, c); k >= 0 {
			b = append(b, '\\', `bfnrt"\`[k])
		} else if c < ' ' {
			b = fmt.Appendf(b, `\u%04x`, c)
		} else {
			b = append(b, c)
		}
	}
	return append(b, '"')
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
