package pt

import (
	"errors"
	"fmt"

	"multitorch/internal/dtype"
	"multitorch/internal/pickle"
	"multitorch/internal/shape"
)

// rebuild makes a tensor of a storage, an offset, sizes and strides, and of
// requires_grad, hooks (which are of no use), dtype and metadata where there are
// those.
func (u *unpickler) rebuild(args int) pickle.Func {
	return func(given []any) (any, error) {
		var (
			t        Tensor
			hooks    any
			d        = dtype.DType(-1)
			metadata *pickle.Dict
		)
		into := []any{&t.Storage, &t.Offset, &t.Sizes, &t.Strides, &t.RequiresGrad, &hooks, &d}[:args]
		if args > 4 && len(given) == args+1 {
			into = append(into, &metadata)
		}
		if err := assign("a tensor", given, into...); err != nil {
			return nil, err
		}
		if t.DType = d; d < 0 {
			t.DType = t.Storage.DType
		}
		if t.DType.Kind() == dtype.Quantized {
			return nil, fmt.Errorf("a tensor of %s has no scale", t.DType)
		}
		if metadata != nil {
			for at, key := range metadata.Keys {
				on, isBool := metadata.At(at).(bool)
				switch {
				case key == "conj" && isBool:
					t.Conj = on
				case key == "neg" && isBool:
					t.Neg = on
				default:
					return nil, fmt.Errorf("a tensor has the property %.80v, which is unknown; expected conj or neg", key)
				}
			}
		}
		if t.Conj && t.DType.Kind() != dtype.Complex {
			return nil, fmt.Errorf("a tensor of %s is conjugated; expected a complex one", t.DType)
		}
		return u.keep(&t, t.checkStorage())
	}
}

// checkStorage checks that a tensor can lie in its storage, and does.
func (t *Tensor) checkStorage() error {
	s := t.Storage
	if t.DType != s.DType && t.DType != s.DType.Plain() {
		if t.DType == dtype.Bool || s.DType != dtype.Uint8 {
			return fmt.Errorf("a tensor of %s lies in a storage of %s; expected an untyped one", t.DType, s.DType)
		}
		if s.BigEndian && t.DType.Size() > 1 {
			return errors.New("an untyped storage has the byte order of another machine, which PyTorch doesn't turn round either")
		}
	}
	n := s.Numel * int64(s.DType.Size()) / int64(t.DType.Size())
	if err := shape.CheckLayout(t.Sizes, t.Strides, t.Offset, n); err != nil {
		return err
	}
	t.Offset = min(t.Offset, n) // of a tensor without elements
	return nil
}

func (u *unpickler) rebuildParameter(given []any) (any, error) {
	var (
		data  *Tensor
		grad  bool
		hooks any
	)
	if err := assign("a parameter", given, &data, &grad, &hooks); err != nil {
		return nil, err
	}
	t := *data
	t.RequiresGrad = grad
	return u.keep(&t, nil)
}

// rebuildParameterWithState makes a parameter that has attributes, without these.
func (u *unpickler) rebuildParameterWithState(given []any) (any, error) {
	if len(given) == 4 {
		given = given[:3]
	}
	return u.rebuildParameter(given)
}

// rebuildFromCPU makes a tensor that was on a device without storages of its own.
func (u *unpickler) rebuildFromCPU(given []any) (any, error) {
	var (
		data   *Tensor
		d      dtype.DType
		device string
		grad   bool
	)
	if err := assign("a device's tensor", given, &data, &d, &device, &grad); err != nil {
		return nil, err
	}
	if data.DType != d {
		return nil, fmt.Errorf("a tensor of %s was %s on its device", data.DType, d)
	}
	t := *data
	t.RequiresGrad = grad
	return u.keep(&t, nil)
}

// rebuildFromType makes a tensor that has attributes, without these.
func (u *unpickler) rebuildFromType(given []any) (any, error) {
	var (
		f     pickle.Func
		kind  class
		args  *pickle.Tuple
		state any
	)
	if err := assign("a tensor with attributes", given, &f, &kind, &args, &state); err != nil {
		return nil, err
	}
	if u.nested { // or a file of such calls in each other would overflow the stack
		return nil, errors.New("a tensor with attributes is made by a function of its own kind")
	}
	for _, arg := range args.Items {
		if err := u.budget.SpendOn(arg); err != nil {
			return nil, err
		}
	}
	u.nested = true
	v, err := f(args.Items)
	u.nested = false
	if _, ok := v.(*Tensor); err == nil && !ok {
		err = fmt.Errorf("expected a tensor, found %s", pickle.Describe(v))
	}
	return v, err
}
