package torch

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Dict is a Python dict, as files of PyTorch hold it: its keys keep the order in
// which they were first set. Keys are strings, and sometimes (in the state dict of
// an optimizer) numbers. The zero value is empty and ready for use.
type Dict struct {
	keys   []any
	values map[any]any
}

// Tuple is a Python tuple, where []any is a Python list.
type Tuple []any

// Len is the number of keys.
func (d *Dict) Len() int { return len(d.keys) }

// Keys is a copy of the keys, in their order.
func (d *Dict) Keys() []any { return slices.Clone(d.keys) }

// Get is the value of a key, or nil. An int finds what an int64 set.
func (d *Dict) Get(key any) any {
	v, _ := d.Lookup(key)
	return v
}

// Lookup is Get that also says whether the key is there.
func (d *Dict) Lookup(key any) (value any, found bool) {
	value, found = d.values[lookupKey(dictKey(key))]
	return value, found
}

// Set sets the value of a key: a string, an int, an int64, a float64, a bool or
// nil.
func (d *Dict) Set(key, value any) {
	key = dictKey(key)
	switch key.(type) {
	case nil, bool, int64, float64, string:
	default:
		panic(&Error{Op: "Dict.Set", Kind: TypeError, Message: fmt.Sprintf("expected a string or a number as the key, but got a %T", key)})
	}
	if d.values == nil {
		d.values = map[any]any{}
	}
	if _, known := d.values[lookupKey(key)]; !known {
		d.keys = append(d.keys, key)
	}
	d.values[lookupKey(key)] = value
}

// All goes over keys and values in order.
func (d *Dict) All() iter.Seq2[any, any] {
	return func(yield func(key, value any) bool) {
		for _, key := range d.keys {
			if !yield(key, d.values[lookupKey(key)]) {
				return
			}
		}
	}
}

// Dict is the dict under a key, such as the state dict of the model in a
// checkpoint. The error names the keys that there are.
func (d *Dict) Dict(key any) (*Dict, error) {
	v, found := d.Lookup(key)
	if !found {
		return nil, fmt.Errorf("there is no key %s; the keys are %s", shortKey(key), d.keyList())
	}
	inner, ok := v.(*Dict)
	if !ok {
		return nil, fmt.Errorf("expected a dict under the key %s, found a %T", shortKey(key), v)
	}
	return inner, nil
}

// Tensors is a dict of tensors and nothing else, a state dict, as package nn
// takes it.
func (d *Dict) Tensors() ([]NamedTensor, error) {
	state := make([]NamedTensor, 0, d.Len())
	for key, value := range d.All() {
		name, isName := key.(string)
		t, isTensor := value.(*Tensor)
		if !isName || !isTensor {
			return nil, fmt.Errorf("expected a state dict of names and tensors, found a %T under %s; the keys are %s: "+
				"is the state dict under one of them?", value, shortKey(key), d.keyList())
		}
		state = append(state, NamedTensor{name, t})
	}
	return state, nil
}

// keyList is the first keys, for an error message.
func (d *Dict) keyList() string {
	const most = 10
	names := make([]string, 0, most+1)
	for _, key := range d.keys[:min(len(d.keys), most)] {
		names = append(names, shortKey(key))
	}
	if len(d.keys) > most {
		names = append(names, fmt.Sprintf("and %d more", len(d.keys)-most))
	}
	return strings.Join(names, ", ")
}

// shortKey is the beginning of a key.
func shortKey(key any) string {
	if text, is := key.(string); is {
		return fmt.Sprintf("%.60q", text)
	}
	return fmt.Sprint(key)
}

func dictKey(key any) any {
	if n, ok := key.(int); ok {
		return int64(n)
	}
	return key
}

// nanKey stands for the key NaN, which Go's maps would not find again.
type nanKey struct{}

func lookupKey(key any) any {
	if f, is := key.(float64); is && math.IsNaN(f) {
		return nanKey{}
	}
	return key
}

// flattener collects tensors under the names that lead to them.
type flattener struct {
	tensors []NamedTensor
	taken   map[string]bool
	path    []string
	budget  int // of steps and bytes of names
}

// A few dicts that contain each other twice stand for more paths than there are
// atoms, so walks have an end.
const flattenBudget = 16 << 20

var errLongNames = fmt.Errorf("the names of all tensors take more than %d bytes; use Load", flattenBudget)

// flatten names every tensor in nested dicts and lists, as "model.fc.weight".
func flatten(v any) ([]NamedTensor, error) {
	f := flattener{taken: map[string]bool{}, budget: flattenBudget}
	switch v.(type) {
	case *Dict, []any, Tuple:
	default:
		return nil, fmt.Errorf("expected a dict of tensors, found a %T; use Load", v)
	}
	if err := f.walk(v); err != nil {
		return nil, err
	}
	return f.tensors, nil
}

func (f *flattener) walk(v any) error {
	if f.budget -= 16; f.budget < 0 { // a value that isn't named counts as a short name
		return errLongNames
	}
	switch v := v.(type) {
	case *Dict:
		for key, value := range v.All() {
			name, is := key.(string)
			if !is {
				name = fmt.Sprint(key)
			}
			if err := f.walkUnder(name, value); err != nil {
				return err
			}
		}
	case []any:
		return f.walkItems(v)
	case Tuple:
		return f.walkItems(v)
	case *Tensor:
		name := strings.Join(f.path, ".")
		if f.budget -= len(name); f.taken[name] {
			return fmt.Errorf("two tensors have the name %.80q; use Load", name)
		}
		f.taken[name] = true
		f.tensors = append(f.tensors, NamedTensor{name, v})
	}
	return nil
}

func (f *flattener) walkItems(items []any) error {
	for i, item := range items {
		if err := f.walkUnder(strconv.Itoa(i), item); err != nil {
			return err
		}
	}
	return nil
}

func (f *flattener) walkUnder(name string, v any) error {
	if f.budget -= len(name); f.budget < 0 {
		return errLongNames
	}
	f.path = append(f.path, name)
	err := f.walk(v)
	f.path = f.path[:len(f.path)-1]
	return err
}
