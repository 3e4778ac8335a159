package datasets

import (
	"errors"
	"fmt"
	"reflect"
	"sync"

	"multitorch/torch"
)

// Collate puts samples of type S together into one batch of type B, by PyTorch's
// rules (default_collate), with the new dimension first:
//
//	S                       B
//	*torch.Tensor           *torch.Tensor    stacked: [...] becomes [N, ...]
//	a Go number or bool     *torch.Tensor    [N]; the dtype is the Go type's own
//	a slice, array of these *torch.Tensor    [N, length], and so on for deeper ones
//	any type T              []T              gathered as they are
//	struct                  struct           field by field: B's exported fields by name
//	[]T                     []U              by position: T's become U
//	map[K]T                 map[K]U          by key
//	*T                      *U
//
// So int is int64, as in Python, and float64 is float64, as Python's float is;
// float32, int32 and uint8 keep their type, as NumPy's do. A slice of numbers
// is stacked as a NumPy array is (Python's lists of numbers become a list of
// tensors, by position).
//
// A tensor that is nil in all samples is nil in the batch. Samples that don't fit
// together are an error that names the field.
//
//	type Sample struct {
//		Image []float32
//		Label int
//	}
//	type Batch struct{ Image, Label *torch.Tensor }
//
//	loader, err := datasets.NewLoaderFunc(dataset, datasets.Collate[Sample, Batch])
func Collate[S, B any](samples []S) (B, error) {
	var batch B
	if len(samples) == 0 {
		return batch, errors.New("no samples")
	}
	join, err := joinerOf(reflect.TypeFor[S](), reflect.TypeFor[B]())
	if err != nil {
		return batch, err
	}
	all := reflect.ValueOf(samples)
	values := make([]reflect.Value, len(samples))
	for i := range values {
		values[i] = all.Index(i)
	}
	err = join(values, reflect.ValueOf(&batch).Elem())
	return batch, err
}

func checkCollate[S, B any]() error {
	_, err := joinerOf(reflect.TypeFor[S](), reflect.TypeFor[B]())
	return err
}

// joiner puts values of one type, one from each sample, together into batch.
type joiner func(values []reflect.Value, batch reflect.Value) error

type typePair struct{ from, to reflect.Type }

var joiners sync.Map // typePair to joiner

func joinerOf(from, to reflect.Type) (joiner, error) {
	if known, ok := joiners.Load(typePair{from, to}); ok {
		return known.(joiner), nil
	}
	join, err := newJoiner(from, to, 0)
	if err == nil {
		joiners.Store(typePair{from, to}, join)
	}
	return join, err
}

// maxDepth stops at types that contain themselves.
const maxDepth = 32

func newJoiner(from, to reflect.Type, depth int) (joiner, error) {
	depth++
	kind := from.Kind()
	switch {
	case depth > maxDepth:
		return nil, fmt.Errorf("the type %s is nested too deep", from)
	case from == tensorType && to == tensorType:
		return stack, nil
	case to == tensorType:
		return numbers(from)
	case to.Kind() == reflect.Slice && to.Elem() == from:
		return gather, nil
	case kind == reflect.Struct && to.Kind() == kind:
		return newStructJoiner(from, to, depth)
	case kind == reflect.Slice && to.Kind() == kind:
		return newSliceJoiner(from, to, depth)
	case kind == reflect.Map && to.Kind() == kind && from.Key() == to.Key():
		return newMapJoiner(from, to, depth)
	case kind == reflect.Pointer && from != tensorType && to.Kind() == kind:
		return newPointerJoiner(from, to, depth)
	}
	return nil, fmt.Errorf("samples of type %s can't become a batch of type %s", from, to)
}

func newStructJoiner(from, to reflect.Type, depth int) (joiner, error) {
	type part struct {
		name     string
		from, to int
		join     joiner
	}
	var parts []part
	for i := range to.NumField() {
		target := to.Field(i)
		if !target.IsExported() {
			continue
		}
		source, ok := from.FieldByName(target.Name)
		if !ok || len(source.Index) != 1 {
			return nil, fmt.Errorf("%s has a field %s, but %s has none", to, target.Name, from)
		}
		join, err := newJoiner(source.Type, target.Type, depth)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", target.Name, err)
		}
		parts = append(parts, part{target.Name, source.Index[0], i, join})
	}
	return func(values []reflect.Value, batch reflect.Value) error {
		fields := make([]reflect.Value, len(values))
		for _, p := range parts {
			for i, v := range values {
				fields[i] = v.Field(p.from)
			}
			if err := p.join(fields, batch.Field(p.to)); err != nil {
				return fmt.Errorf("field %s: %w", p.name, err)
			}
		}
		return nil
	}, nil
}

func newSliceJoiner(from, to reflect.Type, depth int) (joiner, error) {
	join, err := newJoiner(from.Elem(), to.Elem(), depth)
	if err != nil {
		return nil, fmt.Errorf("elements: %w", err)
	}
	return func(values []reflect.Value, batch reflect.Value) error {
		n, err := sameLength(values)
		if err != nil {
			return err
		}
		batch.Set(reflect.MakeSlice(to, n, n))
		elements := make([]reflect.Value, len(values))
		for k := range n {
			for i, v := range values {
				elements[i] = v.Index(k)
			}
			if err := join(elements, batch.Index(k)); err != nil {
				return fmt.Errorf("element %d: %w", k, err)
			}
		}
		return nil
	}, nil
}

func newMapJoiner(from, to reflect.Type, depth int) (joiner, error) {
	join, err := newJoiner(from.Elem(), to.Elem(), depth)
	if err != nil {
		return nil, fmt.Errorf("map values: %w", err)
	}
	return func(values []reflect.Value, batch reflect.Value) error {
		if _, err := sameLength(values); err != nil {
			return err
		}
		batch.Set(reflect.MakeMap(to))
		elements := make([]reflect.Value, len(values))
		for _, key := range values[0].MapKeys() {
			for i, v := range values {
				if elements[i] = v.MapIndex(key); !elements[i].IsValid() {
					return fmt.Errorf("sample %d of the batch has no key %v, but sample 0 has", i, key)
				}
			}
			joined := reflect.New(to.Elem()).Elem()
			if err := join(elements, joined); err != nil {
				return fmt.Errorf("key %v: %w", key, err)
			}
			batch.SetMapIndex(key, joined)
		}
		return nil
	}, nil
}

func newPointerJoiner(from, to reflect.Type, depth int) (joiner, error) {
	join, err := newJoiner(from.Elem(), to.Elem(), depth)
	if err != nil {
		return nil, err
	}
	return func(values []reflect.Value, batch reflect.Value) error {
		elements := make([]reflect.Value, len(values))
		for i, v := range values {
			if v.IsNil() {
				return fmt.Errorf("sample %d of the batch is a nil %s", i, from)
			}
			elements[i] = v.Elem()
		}
		batch.Set(reflect.New(to.Elem()))
		return join(elements, batch.Elem())
	}, nil
}

func gather(values []reflect.Value, batch reflect.Value) error {
	batch.Set(reflect.MakeSlice(batch.Type(), len(values), len(values)))
	for i, v := range values {
		batch.Index(i).Set(v)
	}
	return nil
}

func stack(values []reflect.Value, batch reflect.Value) error {
	ts := make([]*torch.Tensor, len(values))
	missing := 0
	for i, v := range values {
		if ts[i] = v.Interface().(*torch.Tensor); ts[i] == nil {
			missing++
		}
	}
	if missing == len(ts) {
		return nil
	}
	if missing > 0 {
		return fmt.Errorf("the tensor is nil in %d of %d samples: expected it in all or in none", missing, len(ts))
	}
	return torch.Try(func() error {
		batch.Set(reflect.ValueOf(torch.Stack(ts, 0)))
		return nil
	})
}

func sameLength(values []reflect.Value) (int, error) {
	n := values[0].Len()
	for i, v := range values {
		if v.Len() != n {
			return 0, fmt.Errorf("sample 0 of the batch has %d elements, but sample %d has %d: "+
				"bring them to one length in Get, or give a collate function that pads", n, i, v.Len())
		}
	}
	return n, nil
}
