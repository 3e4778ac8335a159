package datasets

import (
	"fmt"
	"reflect"

	"multitorch/torch"
)

// numbers joins Go numbers, and slices and arrays of them, into a tensor.
func numbers(from reflect.Type) (joiner, error) {
	element := from
	for element.Kind() == reflect.Slice || element.Kind() == reflect.Array {
		element = element.Elem()
	}
	for _, n := range numeric {
		if n.element.Kind() != element.Kind() {
			continue
		}
		switch {
		case element == from:
			return n.scalars, nil
		case reflect.SliceOf(n.element).ConvertibleTo(from) && from.Kind() == reflect.Slice:
			return n.slices, nil
		case element == n.element:
			return nested, nil
		}
	}
	return nil, fmt.Errorf("a %s can't become a tensor", from)
}

// numeric is the Go types that have an element type, each with its joiners.
var numeric = []numericType{
	numericOf[uint8](), numericOf[int8](), numericOf[int16](), numericOf[int32](), numericOf[int64](), numericOf[int](),
	numericOf[float32](), numericOf[float64](), numericOf[complex64](), numericOf[complex128](), numericOf[bool](),
}

type numericType struct {
	element         reflect.Type
	scalars, slices joiner
}

func numericOf[T torch.Element]() numericType {
	element, slice := reflect.TypeFor[T](), reflect.TypeFor[[]T]()
	scalars := func(values []reflect.Value, batch reflect.Value) error {
		flat := make([]T, len(values))
		for i, v := range values {
			flat[i] = v.Convert(element).Interface().(T)
		}
		batch.Set(reflect.ValueOf(torch.FromSlice(flat)))
		return nil
	}
	slices := func(values []reflect.Value, batch reflect.Value) error {
		n, err := sameLength(values)
		if err != nil {
			return err
		}
		flat := make([]T, 0, n*len(values))
		for _, v := range values {
			flat = append(flat, v.Convert(slice).Interface().([]T)...)
		}
		batch.Set(reflect.ValueOf(torch.FromSlice(flat, len(values), n)))
		return nil
	}
	return numericType{element, scalars, slices}
}

// nested joins slices of slices, and arrays. As in default_collate floats keep their
// precision.
func nested(values []reflect.Value, batch reflect.Value) error {
	all := reflect.MakeSlice(reflect.SliceOf(values[0].Type()), 0, len(values))
	all = reflect.Append(all, values...)
	return torch.Try(func() error {
		element := all.Type()
		for element.Kind() == reflect.Slice || element.Kind() == reflect.Array {
			element = element.Elem()
		}
		var opts []torch.Option
		switch element.Kind() {
		case reflect.Float64:
			opts = append(opts, torch.Float64)
		case reflect.Complex128:
			opts = append(opts, torch.Complex128)
		}
		batch.Set(reflect.ValueOf(torch.New(all.Interface(), opts...)))
		return nil
	})
}
