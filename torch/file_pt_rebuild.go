package torch

import (
	"errors"
	"fmt"
	"maps"

	"multitorch/internal/dtype"
	"multitorch/internal/libtorch"
	"multitorch/internal/pickle"
)

var (
	opConj    = libtorch.NewOp("aten::_conj", "self")
	opNegView = libtorch.NewOp("aten::_neg_view", "self")
)

// unpickler makes tensors of what a pickle of PyTorch asks for.
type unpickler struct {
	storages  map[string]*storage
	fetch     func(key string, s *storage) error // makes s.base
	bigEndian bool
	announced int64 // bytes of storages that the older format still has to fill
	tensors   []*Tensor
	most      int64 // of tensors
	indices   int64 // of sparse tensors that may still come
	late      bool  // storages are filled after all tensors were made
	nested    bool  // within rebuildFromType
}

// storageType and class are what the names of storages and of tensors' types give.
type (
	storageType DType
	class       string
)

func newUnpickler(size int64) *unpickler {
	// Each tensor takes 30 bytes of a pickle at the least. Only pickles made by hand
	// take less, by repeating one call: they would fill the memory with tensors.
	return &unpickler{storages: map[string]*storage{}, most: size / 16, indices: size}
}

// close frees what only the reader needed, or all after an error.
func (u *unpickler) close(failed bool) {
	for _, s := range u.storages {
		if s.base != nil {
			s.base.Free()
		}
	}
	if failed {
		for _, t := range u.tensors {
			t.Free()
		}
	}
}

// machine allows what plain data and tensors need, and nothing else.
func (u *unpickler) machine(storageFrom func(u *unpickler, id []any) (*storage, error)) *pickle.Machine {
	globals := maps.Clone(plainGlobals)
	for _, d := range dtype.All() {
		globals["torch."+d.Name] = DType(d.DType)
		if d.Storage != "" {
			globals["torch."+d.Storage] = storageType(d.DType)
			globals["torch.cuda."+d.Storage] = storageType(d.DType)
		}
	}
	globals["torch.storage.UntypedStorage"] = storageType(Uint8)
	for scheme, name := range qschemes {
		globals["torch."+name] = scheme
	}
	globals["torch._utils._rebuild_tensor"] = u.rebuild(4)
	globals["torch._utils._rebuild_tensor_v2"] = u.rebuild(6)
	globals["torch._utils._rebuild_tensor_v3"] = u.rebuild(7)
	globals["torch._utils._rebuild_sparse_tensor"] = pickle.Func(u.rebuildSparse)
	globals["torch._utils._rebuild_sparse_csr_tensor"] = pickle.Func(u.rebuildSparse)
	globals["torch.serialization._get_layout"] = pickle.Func(newSparseLayout)
	globals["torch._utils._rebuild_qtensor"] = pickle.Func(u.rebuildQuantized)
	globals["torch._utils._rebuild_device_tensor_from_cpu_tensor"] = pickle.Func(u.rebuildFromCPU)
	globals["torch._utils._rebuild_parameter"] = pickle.Func(u.rebuildParameter)
	globals["torch._utils._rebuild_parameter_with_state"] = pickle.Func(u.rebuildParameterWithState)
	globals["torch._tensor._rebuild_from_type_v2"] = pickle.Func(u.rebuildFromType)
	globals["torch.Tensor"] = class("Tensor")
	globals["torch.nn.parameter.Parameter"] = class("Parameter")
	return &pickle.Machine{Globals: globals, Persistent: func(id any) (any, error) {
		tuple, ok := id.(*pickle.Tuple)
		if !ok {
			return nil, fmt.Errorf("a persistent id is %s; expected a tuple", pickle.Describe(id))
		}
		return storageFrom(u, tuple.Items)
	}}
}

// zipStorage is a persistent id of the newer format: ("storage", type, key,
// device, number of elements). The device does not matter here.
func zipStorage(u *unpickler, id []any) (*storage, error) {
	var (
		kind, key, device string
		dtype             storageType
		numel             int64
	)
	if err := assign("a storage", id, &kind, &dtype, &key, &device, &numel); err != nil {
		return nil, err
	}
	if kind != "storage" || numel < 0 {
		return nil, fmt.Errorf("a persistent id is %q with %d elements; expected a storage", kind, numel)
	}
	if s := u.storages[key]; s != nil {
		if s.dtype != DType(dtype) || s.numel != numel {
			return nil, fmt.Errorf("the storage %q is both %d elements of %s and %d of %s", key, s.numel, s.dtype, numel, DType(dtype))
		}
		return s, nil
	}
	s := &storage{dtype: DType(dtype), numel: numel, bigEndian: u.bigEndian}
	u.storages[key] = s
	return s, u.fetch(key, s)
}

// legacyStorage is one of the older format, which has a view's place besides.
func legacyStorage(u *unpickler, id []any) (*storage, error) {
	if len(id) == 6 {
		if id[5] != nil {
			return nil, errors.New("a storage that is a view of another one, as PyTorch before 0.4 wrote it, can't be read; " +
				"load and save it with a newer PyTorch")
		}
		id = id[:5]
	}
	return zipStorage(u, id)
}

// rebuild makes a tensor of a storage, an offset, sizes and strides, and of
// requires_grad, hooks (which are of no use), dtype and metadata where there are
// those.
func (u *unpickler) rebuild(args int) pickle.Func {
	return func(given []any) (any, error) {
		var (
			s                     *storage
			offset                int64
			sizes, strides        []int
			requiresGrad          bool
			hooks                 any
			dtype                 = DType(-1)
			metadata              *pickle.Dict
			conjugated, negatived bool
		)
		into := []any{&s, &offset, &sizes, &strides, &requiresGrad, &hooks, &dtype}[:args]
		if args > 4 && len(given) == args+1 {
			into = append(into, &metadata)
		}
		if err := assign("a tensor", given, into...); err != nil {
			return nil, err
		}
		if dtype < 0 {
			dtype = s.dtype
		}
		if dtype.IsQuantized() {
			return nil, fmt.Errorf("a tensor of %s has no scale", dtype)
		}
		if metadata != nil {
			for _, key := range metadata.Keys {
				on, isBool := metadata.Get(key).(bool)
				switch {
				case key == "conj" && isBool:
					conjugated = on
				case key == "neg" && isBool:
					negatived = on
				default:
					return nil, fmt.Errorf("a tensor has the property %.80v, which is unknown; expected conj or neg", key)
				}
			}
		}
		t, err := u.keep(s.tensor(dtype, sizes, strides, offset))
		if err == nil && conjugated {
			t, err = u.keep(apply(opConj, t))
		}
		if err == nil && negatived {
			t, err = u.keep(apply(opNegView, t))
		}
		if err != nil {
			return nil, err
		}
		return t, requireGrad(t, requiresGrad)
	}
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
	t, err := u.keep(data.Detach(), nil)
	if err != nil {
		return nil, err
	}
	return t, requireGrad(t, grad)
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
		dtype  DType
		device string
		grad   bool
	)
	if err := assign("a device's tensor", given, &data, &dtype, &device, &grad); err != nil {
		return nil, err
	}
	if data.DType() != dtype {
		return nil, fmt.Errorf("a tensor of %s was %s on its device", data.DType(), dtype)
	}
	t, err := u.keep(data.Detach(), nil)
	if err != nil {
		return nil, err
	}
	return t, requireGrad(t, grad)
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
	u.nested = true
	v, err := f(args.Items)
	u.nested = false
	if _, ok := v.(*Tensor); err == nil && !ok {
		err = fmt.Errorf("expected a tensor, found %s", pickle.Describe(v))
	}
	return v, err
}

// keep counts a tensor, and frees it if the file turns out to be broken.
func (u *unpickler) keep(t *Tensor, err error) (*Tensor, error) {
	if err != nil {
		return nil, err
	}
	u.tensors = append(u.tensors, t)
	if int64(len(u.tensors)) > u.most {
		return nil, errors.New("the pickle makes more tensors than a file of this length describes")
	}
	return t, nil
}

func apply(op *libtorch.Op, x *Tensor) (t *Tensor, err error) {
	err = Try(func() error { t = do(op, x); return nil })
	return t, err
}

func requireGrad(t *Tensor, on bool) error {
	if !on {
		return nil
	}
	return Try(func() error { t.SetRequiresGrad(true); return nil })
}

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
			*p, ok = intsOf(item)
		case *string:
			*p, ok = item.(string)
		case *int64:
			*p, ok = item.(int64)
		case *bool:
			*p, ok = item.(bool)
		case *storageType:
			*p, ok = item.(storageType)
		case *float64:
			*p, ok = item.(float64)
		case *DType:
			*p, ok = item.(DType)
		case *QScheme:
			*p, ok = item.(QScheme)
		case *sparseLayout:
			*p, ok = item.(sparseLayout)
		case *class:
			*p, ok = item.(class)
		case **storage:
			*p, ok = item.(*storage)
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

// intsOf reads a tuple, a list or a torch.Size of numbers.
func intsOf(v any) ([]int, bool) {
	var items []any
	switch v := v.(type) {
	case *pickle.Tuple:
		items = v.Items
	case *pickle.List:
		items = v.Items
	case Shape:
		return v, true
	default:
		return nil, false
	}
	ints := make([]int, len(items))
	for i, item := range items {
		n, ok := item.(int64)
		if !ok {
			return nil, false
		}
		ints[i] = int(n)
	}
	return ints, true
}
