package pt

import (
	"fmt"

	"multitorch/internal/dtype"
	"multitorch/internal/pickle"
	"multitorch/internal/shape"
)

// assign puts the items of a tuple into variables of the types that they must have.
func assign(what string, items []any, into ...any) error {
	if len(items) != len(into) {
		return fmt.Errorf("%s is made of %d values; expected %d", what, len(items), len(into))
	}
	for i, item := range items {
		var ok bool
		switch p := into[i].(type) {
		case *any:
			ok = true
		case *[]int:
			var err error
			if *p, ok, err = IntsOf(item); err != nil {
				return err
			}
		case *string:
			*p, ok = item.(string)
		case *int64:
			*p, ok = item.(int64)
		case *bool:
			*p, ok = item.(bool)
		case *float64:
			*p, ok = item.(float64)
		case *storageType:
			*p, ok = item.(storageType)
		case *dtype.DType:
			*p, ok = item.(dtype.DType)
		case *Scheme:
			*p, ok = item.(Scheme)
		case *Layout:
			*p, ok = item.(Layout)
		case *class:
			*p, ok = item.(class)
		case **Storage:
			*p, ok = item.(*Storage)
		case **Tensor:
			*p, ok = item.(*Tensor)
		case **pickle.Tuple:
			*p, ok = item.(*pickle.Tuple)
		case **pickle.Dict:
			*p, ok = item.(*pickle.Dict)
		case *pickle.Func:
			*p, ok = item.(pickle.Func)
		}
		if !ok {
			return fmt.Errorf("value %d of %d of %s is %s", i+1, len(items), what, pickle.Describe(item))
		}
	}
	return nil
}

// IntsOf reads a tuple, a list or a torch.Size of numbers, of which a tensor has no more than a few.
func IntsOf(v any) (ints []int, ok bool, err error) {
	var items []any
	switch v := v.(type) {
	case *pickle.Tuple:
		items = v.Items
	case *pickle.List:
		items = v.Items
	case Size:
		return v, true, nil
	default:
		return nil, false, nil
	}
	if len(items) > shape.MaxDims {
		return nil, false, fmt.Errorf("a tensor has %d sizes or strides; expected no more than %d", len(items), shape.MaxDims)
	}
	ints = make([]int, len(items))
	for i, item := range items {
		n, ok := item.(int64)
		if !ok {
			return nil, false, nil
		}
		ints[i] = int(n)
	}
	return ints, true, nil
}
