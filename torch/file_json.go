package torch

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
)

// jsonWalk reads JSON of a known form. Unlike encoding/json's Unmarshal it
// refuses a key that comes twice.
type jsonWalk struct{ dec *json.Decoder }

// object calls value for each key, to read its value. Errors get the key.
func (j jsonWalk) object(value func(key string) error) error {
	if err := j.delim('{'); err != nil {
		return err
	}
	seen := map[string]bool{}
	for j.dec.More() {
		key, err := j.text()
		if err != nil {
			return err
		}
		if seen[key] {
			return fmt.Errorf("the key %q comes twice", key)
		}
		seen[key] = true
		if err := value(key); err != nil {
			return fmt.Errorf("%q: %w", key, err)
		}
	}
	return j.delim('}')
}

func (j jsonWalk) ints() ([]int, error) {
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
			return nil, fmt.Errorf("expected whole numbers from 0 to 2^63-1, found %v", token)
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
		return "", fmt.Errorf("expected a string, found %v", token)
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
		err = fmt.Errorf("expected %v, found %v", want, token)
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
