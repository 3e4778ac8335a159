package pt

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"multitorch/internal/dtype"
	"multitorch/internal/pickle"
)

// plainGlobals are the names that plain data need. Nothing that they do depends
// on more than their arguments.
var plainGlobals = map[string]any{
	"collections.OrderedDict": pickle.Func(newOrderedDict),
	"collections.Counter":     pickle.Func(newCounter), // of learning-rate schedulers
	"torch.Size":              pickle.Func(newSize),
	"_codecs.encode":          pickle.Func(newBytes), // bytes, in protocol 2
	"__builtin__.complex":     pickle.Func(newComplex),
	"builtins.complex":        pickle.Func(newComplex),
}

func newOrderedDict(args []any) (any, error) {
	if len(args) > 0 {
		return nil, errors.New("an OrderedDict is made of other values; expected an empty one")
	}
	return &pickle.Dict{}, nil
}

func newCounter(args []any) (any, error) {
	if len(args) == 0 {
		return &pickle.Dict{}, nil
	}
	var counts *pickle.Dict
	err := assign("a Counter", args, &counts)
	return counts, err
}

func newSize(args []any) (any, error) {
	var sizes []int
	err := assign("a torch.Size", args, &sizes)
	return Size(sizes), err
}

func newDevice(args []any) (any, error) {
	var kind string
	if len(args) == 2 {
		var index int64
		if err := assign("a torch.device", args, &kind, &index); err != nil {
			return nil, err
		}
		return Device(fmt.Sprintf("%.80s:%d", kind, index)), nil
	}
	if err := assign("a torch.device", args, &kind); err != nil {
		return nil, err
	}
	return Device(kind), nil
}

func newBytes(args []any) (any, error) {
	var text, encoding string
	if err := assign("a bytes value", args, &text, &encoding); err != nil {
		return nil, err
	}
	b := make([]byte, 0, len(text))
	for _, r := range text {
		if r > 0xff || encoding != "latin1" {
			return nil, fmt.Errorf("a bytes value is written as %.80s with a %q; expected latin1", encoding, r)
		}
		b = append(b, byte(r))
	}
	return b, nil
}

func newComplex(args []any) (any, error) {
	if len(args) == 2 {
		re, ok := args[0].(float64)
		im, also := args[1].(float64)
		if ok && also {
			return complex(re, im), nil
		}
	}
	return nil, errors.New("a complex number is not made of two floats")
}

// rareDType are dtypes of which several elements share a byte, and the like.
var rareDType = regexp.MustCompile(`^torch\.(bits|u?int|quint|float|bcomplex)\d`)

// explain says what to do about a name that is not on the list.
func explain(err error) error {
	refused := (*pickle.RefusedError)(nil)
	if !errors.As(err, &refused) {
		return err
	}
	name := refused.Name
	hint := "the file holds a Python object, not only tensors and plain data; in Python, save the model's or optimizer's state_dict()"
	switch {
	case strings.HasSuffix(name, ".getattr"):
		hint = "the file holds a method of a Python object, as a OneCycleLR's state does before PyTorch 2.0; " +
			"in Python, take it out before saving: state.pop('anneal_func')"
	case strings.Contains(name, "_rebuild_nested"):
		hint = "nested tensors can't be read; in Python, convert them with to_padded_tensor() before saving"
	case strings.Contains(name, "_rebuild_meta"):
		hint = "the file holds a tensor on the meta device, which has no elements"
	case rareDType.MatchString(name), strings.HasSuffix(name, "Storage"):
		hint = "a tensor's dtype is unknown here; in Python, convert it before saving"
	case strings.HasPrefix(name, "numpy"):
		hint = "the file holds NumPy values; in Python, convert them with float(), int() or torch.from_numpy() before saving"
	}
	return fmt.Errorf("%w: %s", err, hint)
}

// checkPlain checks that a value is made of those that [File] names. It contains no
// cycles; what it holds twice is looked at once.
func (u *unpickler) checkPlain(v any) error {
	known := map[any]bool{}
	var check func(v any) error
	check = func(v any) error {
		var items []any
		switch v := v.(type) {
		case nil, bool, int64, float64, string, complex128, []byte, *big.Int, *Tensor, Size, dtype.DType, Scheme, Device:
			return nil
		case *pickle.List:
			items = v.Items
		case *pickle.Tuple:
			items = v.Items
		case *pickle.Dict:
			if known[v] {
				return nil
			}
			known[v] = true
			for at := range v.Keys {
				if err := check(v.At(at)); err != nil {
					return err
				}
			}
			return nil
		case *Storage:
			return errors.New("the file holds a storage without a tensor; in Python, save a tensor")
		default:
			return fmt.Errorf("the file holds %s as a value; expected tensors and plain data", pickle.Describe(v))
		}
		if known[v] {
			return nil
		}
		known[v] = true
		for _, item := range items {
			if err := check(item); err != nil {
				return err
			}
		}
		return nil
	}
	return check(v)
}
