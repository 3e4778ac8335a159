package trainer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"multitorch/torch"
)

// A state is a [torch.Dict] of tensors, numbers, texts, lists and further dicts with texts as keys. In a file its tensors are
// those of safetensors, under the path of keys that leads to them, and the rest is JSON that people can read:
//
//	{"step": 120, "lr": 0.1, "model": {"weight": {"$tensor": "model.weight"}}, "best": {"$float": "NaN"}}
//
// A number with a point or an exponent is a float, another one an integer: Python and Go keep the two apart.
const (
	tensorMark = "$tensor"
	floatMark  = "$float"
)

// stateWriter makes JSON of a state, and gathers its tensors.
type stateWriter struct {
	*jsontext.Encoder
	tensors []torch.NamedTensor
}

func encodeState(d *torch.Dict) (text string, tensors []torch.NamedTensor, err error) {
	var b bytes.Buffer
	w := stateWriter{Encoder: jsontext.NewEncoder(&b)}
	if err := w.value("", d); err != nil {
		return "", nil, err
	}
	return strings.TrimSuffix(b.String(), "\n"), w.tensors, nil
}

func (w *stateWriter) value(path string, v any) error {
	switch v := v.(type) {
	case nil:
		return w.WriteToken(jsontext.Null)
	case bool:
		return w.WriteToken(jsontext.Bool(v))
	case string:
		return w.WriteToken(jsontext.String(v))
	case int:
		return w.WriteToken(jsontext.Int(int64(v)))
	case int64:
		return w.WriteToken(jsontext.Int(v))
	case float64:
		return w.float(v)
	case *torch.Tensor:
		w.tensors = append(w.tensors, torch.NamedTensor{Name: path, Tensor: v})
		return w.marked(tensorMark, path)
	case []any:
		return w.list(path, v)
	case torch.Tuple:
		return w.list(path, v)
	case *torch.Dict:
		return w.dict(path, v)
	}
	return fmt.Errorf("%s: expected a tensor, a number, a text, a list or a dict, but got a %T", path, v)
}

func (w *stateWriter) float(v float64) error {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return w.marked(floatMark, strconv.FormatFloat(v, 'g', -1, 64))
	}
	text := strconv.FormatFloat(v, 'g', -1, 64)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return w.WriteValue(jsontext.Value(text))
}

func (w *stateWriter) marked(mark, text string) error {
	return errors.Join(w.WriteToken(jsontext.BeginObject), w.WriteToken(jsontext.String(mark)),
		w.WriteToken(jsontext.String(text)), w.WriteToken(jsontext.EndObject))
}

func (w *stateWriter) list(path string, items []any) error {
	err := w.WriteToken(jsontext.BeginArray)
	for i, v := range items {
		err = errors.Join(err, w.value(join(path, strconv.Itoa(i)), v))
	}
	return errors.Join(err, w.WriteToken(jsontext.EndArray))
}

func (w *stateWriter) dict(path string, d *torch.Dict) error {
	err := w.WriteToken(jsontext.BeginObject)
	for k, v := range d.All() {
		key, ok := k.(string)
		if !ok || strings.HasPrefix(key, "$") {
			return fmt.Errorf("%s: expected texts without a $ before them as keys, but got %v", path, k)
		}
		err = errors.Join(err, w.WriteToken(jsontext.String(key)), w.value(join(path, key), v))
	}
	return errors.Join(err, w.WriteToken(jsontext.EndObject))
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// stateReader makes a state of JSON and tensors.
type stateReader struct {
	*jsontext.Decoder
	tensors map[string]*torch.Tensor
}

func decodeState(text string, tensors []torch.NamedTensor) (*torch.Dict, error) {
	r := stateReader{jsontext.NewDecoder(strings.NewReader(text)), make(map[string]*torch.Tensor, len(tensors))}
	for _, t := range tensors {
		r.tensors[t.Name] = t.Tensor
	}
	v, err := r.value()
	if err != nil {
		return nil, err
	}
	if _, err := r.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after its end")
	}
	d, ok := v.(*torch.Dict)
	if !ok {
		return nil, fmt.Errorf("expected a JSON object, but got a %T", v)
	}
	return d, nil
}

func (r *stateReader) value() (any, error) {
	switch r.PeekKind() {
	case '{':
		return r.dict()
	case '[':
		return r.list()
	}
	t, err := r.ReadToken()
	if err != nil {
		return nil, err
	}
	switch t.Kind() {
	case 'n':
		return nil, nil
	case 't', 'f':
		return t.Bool(), nil
	case '"':
		return t.String(), nil
	}
	if text := t.String(); !strings.ContainsAny(text, ".eE") {
		return strconv.ParseInt(text, 10, 64)
	} else {
		return strconv.ParseFloat(text, 64)
	}
}

func (r *stateReader) list() (any, error) {
	items := []any{}
	if _, err := r.ReadToken(); err != nil {
		return nil, err
	}
	for r.PeekKind() != ']' {
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		items = append(items, v)
	}
	_, err := r.ReadToken()
	return items, err
}

func (r *stateReader) dict() (any, error) {
	d := &torch.Dict{}
	if _, err := r.ReadToken(); err != nil {
		return nil, err
	}
	for r.PeekKind() != '}' {
		key, err := r.ReadToken()
		if err != nil {
			return nil, err
		}
		name := key.String()
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		d.Set(name, v)
	}
	if _, err := r.ReadToken(); err != nil {
		return nil, err
	}
	if d.Len() != 1 {
		return d, nil
	}
	if name, ok := d.Get(tensorMark).(string); ok {
		if t := r.tensors[name]; t != nil {
			return t, nil
		}
		return nil, fmt.Errorf("the tensor %.80q is missing", name)
	}
	if text, ok := d.Get(floatMark).(string); ok {
		return strconv.ParseFloat(text, 64)
	}
	return d, nil
}
