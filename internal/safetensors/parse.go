package safetensors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"multitorch/internal/dtype"
	"multitorch/internal/shape"
)

func (h *Header) parse(text []byte) error {
	if len(text) == 0 || text[0] != '{' {
		return errors.New("expected JSON that begins with {")
	}
	if !utf8.Valid(text) {
		return errors.New("it is not valid UTF-8")
	}
	j := jsonWalk{json.NewDecoder(bytes.NewReader(text))}
	j.dec.UseNumber()
	err := j.object(func(name string) error {
		if name == MetadataKey {
			return h.parseMetadata(j)
		}
		h.Tensors = append(h.Tensors, Tensor{Name: name})
		return j.entry(&h.Tensors[len(h.Tensors)-1])
	})
	if err != nil {
		return err
	}
	if _, err := j.dec.Token(); err != io.EOF {
		return errors.New("something follows after its last }")
	}
	return nil
}

// parseMetadata reads texts by name, or null, which the official reader takes for none.
func (h *Header) parseMetadata(j jsonWalk) error {
	token, err := j.token()
	if err != nil || token == nil {
		return err
	}
	if token != json.Delim('{') {
		return fmt.Errorf("expected {, found %.80v", token)
	}
	h.Metadata = map[string]string{}
	return j.rest(func(key string) (err error) {
		h.Metadata[key], err = j.text()
		return err
	})
}

// entry reads {"dtype", "shape", "data_offsets"}, in any order, and checks that
// they agree.
func (j jsonWalk) entry(t *Tensor) error {
	seen := 0
	err := j.object(func(field string) (err error) {
		seen++
		switch field {
		case "dtype":
			var name string
			if name, err = j.text(); err != nil {
				return err
			}
			d, known := dtype.FromSafetensors(name)
			if !known {
				return fmt.Errorf("%.80q is unknown here; known are BOOL, U8 to U64, I8 to I64, F16, BF16, F32, F64, C64 and some F8", name)
			}
			t.DType = d
			return nil
		case "shape":
			t.Shape, err = j.ints(shape.MaxDims)
			return err
		case "data_offsets":
			var at []int
			if at, err = j.ints(3); err == nil && (len(at) != 2 || at[0] > at[1]) {
				err = fmt.Errorf("expected a begin and an end, found %v", at)
			}
			if err == nil {
				t.Begin, t.End = int64(at[0]), int64(at[1])
			}
			return err
		}
		return errors.New("expected dtype, shape and data_offsets only")
	})
	if err != nil {
		return err
	}
	if seen != 3 {
		return errors.New("expected dtype, shape and data_offsets")
	}
	n, err := shape.Count(t.Shape)
	if err != nil {
		return err
	}
	if want := n * int64(t.DType.Size()); want != t.End-t.Begin {
		return fmt.Errorf("%s%v takes %d bytes, but data_offsets [%d %d] hold %d", t.DType, t.Shape, want, t.Begin, t.End, t.End-t.Begin)
	}
	return nil
}
