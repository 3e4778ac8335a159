package torch

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"slices"
	"unicode/utf8"
)

// mostNested is how deep Python's and our reader follow nested values.
const mostNested = 150

func (p *pickler) value(v any, depth int) error {
	if depth > mostNested {
		return fmt.Errorf("values are nested more than %d deep; does one contain itself?", mostNested)
	}
	switch v := v.(type) {
	case nil:
		p.w.None()
		return nil
	case *Tensor:
		return p.tensor(v, v.RequiresGrad())
	case *Dict:
		return p.once(v, func() error { return p.dict(v, depth) })
	case []byte:
		p.bytes(v)
		return nil
	case complex128:
		p.global("__builtin__", "complex")
		p.w.Mark()
		p.w.Float(real(v))
		p.w.Float(imag(v))
		p.w.Tuple()
		p.w.Reduce()
		return nil
	case *big.Int:
		if v == nil || !p.w.BigInt(v) {
			return errors.New("expected a big number of less than 254 bytes")
		}
		return nil
	case DType, QScheme:
		p.global("torch", v.(fmt.Stringer).String())
		return nil
	case Device:
		p.global("torch", "device")
		p.w.Mark()
		p.w.String(v.String())
		p.w.Tuple()
		p.w.Reduce()
		return nil
	}
	return p.other(reflect.ValueOf(v), depth)
}

// other writes Go's plain types, also those with names of their own.
func (p *pickler) other(v reflect.Value, depth int) error {
	switch v.Kind() {
	case reflect.Bool:
		p.w.Bool(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		p.w.Int(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if v.Uint() > math.MaxInt64 {
			p.w.BigInt(new(big.Int).SetUint64(v.Uint()))
			return nil
		}
		p.w.Int(int64(v.Uint()))
	case reflect.Float32, reflect.Float64:
		p.w.Float(v.Float())
	case reflect.String:
		return p.text(v.String())
	case reflect.Array:
		return p.list(v, depth)
	case reflect.Slice:
		if v.Len() == 0 { // all have the same address
			return p.list(v, depth)
		}
		return p.once(sameSlice{v.Type(), v.Pointer(), v.Len()}, func() error { return p.list(v, depth) })
	case reflect.Map:
		return p.once(sameSlice{v.Type(), v.Pointer(), v.Len()}, func() error { return p.goMap(v, depth) })
	default:
		if _, has := v.Type().MethodByName("Python"); has { // an optimizer's state
			return fmt.Errorf("expected tensors and plain data, got a %s: save what its method Python returns", v.Type())
		}
		return fmt.Errorf("expected tensors and plain data, got a %s", v.Type())
	}
	return nil
}

// list writes a slice or an array: a Python list, or what its type stands for.
func (p *pickler) list(v reflect.Value, depth int) error {
	switch items := v.Interface().(type) {
	case []NamedTensor:
		return p.state(items)
	case Tuple:
		p.w.Mark()
		err := p.items(v, depth)
		p.w.Tuple()
		return err
	}
	p.w.EmptyList()
	p.w.Mark()
	err := p.items(v, depth)
	p.w.Appends()
	return err
}

func (p *pickler) items(v reflect.Value, depth int) error {
	for i := range v.Len() {
		if err := p.value(v.Index(i).Interface(), depth+1); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return nil
}

func (p *pickler) dict(d *Dict, depth int) error {
	if d == nil {
		return errors.New("expected a dict, got nil")
	}
	p.w.EmptyDict()
	p.w.Mark()
	for key, value := range d.All() {
		if err := errors.Join(p.value(key, depth+1), p.value(value, depth+1)); err != nil {
			return fmt.Errorf("[%s]: %w", shortKey(key), err)
		}
	}
	p.w.SetItems()
	return nil
}

// goMap writes a map in the order of its keys, or two files of the same map would
// differ.
func (p *pickler) goMap(v reflect.Value, depth int) error {
	keys := v.MapKeys()
	switch v.Type().Key().Kind() {
	case reflect.String:
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	case reflect.Int, reflect.Int64, reflect.Int32:
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.Int(), b.Int()) })
	default:
		return fmt.Errorf("expected strings or ints as the keys of a map, got a %s", v.Type())
	}
	p.w.EmptyDict()
	p.w.Mark()
	for _, key := range keys {
		if err := errors.Join(p.value(key.Interface(), depth+1), p.value(v.MapIndex(key).Interface(), depth+1)); err != nil {
			return fmt.Errorf("[%s]: %w", shortKey(key.Interface()), err)
		}
	}
	p.w.SetItems()
	return nil
}

// state writes a state dict as Module.state_dict() gives it.
func (p *pickler) state(state []NamedTensor) error {
	p.emptyOrderedDict()
	p.w.Mark()
	names := map[string]bool{}
	for _, s := range state {
		if names[s.Name] {
			return fmt.Errorf("the state has the key %.80q twice", s.Name)
		}
		names[s.Name] = true
		if err := errors.Join(p.text(s.Name), p.tensor(s.Tensor, false)); err != nil {
			return fmt.Errorf("tensor %.80q: %w", s.Name, err)
		}
	}
	p.w.SetItems()
	return nil
}

func (p *pickler) emptyOrderedDict() {
	p.global("collections", "OrderedDict")
	p.w.EmptyTuple()
	p.w.Reduce()
}

func (p *pickler) text(s string) error {
	if !utf8.ValidString(s) || uint64(len(s)) > math.MaxUint32 {
		return fmt.Errorf("the string %.40q is not valid UTF-8, or longer than 4 GiB", s)
	}
	p.w.String(s)
	return nil
}

// bytes writes bytes as Python does in protocol 2, which has no type for them.
func (p *pickler) bytes(b []byte) {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	p.global("_codecs", "encode")
	p.w.Mark()
	p.w.String(string(runes))
	p.w.String("latin1")
	p.w.Tuple()
	p.w.Reduce()
}
