package pt

import (
	"errors"
	"fmt"
	"maps"

	"multitorch/internal/dtype"
	"multitorch/internal/pickle"
	"multitorch/internal/shape"
)

// unpickler makes descriptions of tensors of what a pickle of PyTorch asks for.
type unpickler struct {
	budget    *pickle.Budget
	storages  map[string]*Storage
	place     func(key string, s *Storage) error // finds a storage's elements
	bigEndian bool
	tensors   int64 // that may still come
	indices   int64 // of sparse tensors that may still come
	nested    bool  // within rebuildFromType
}

// storageType and class are what the names of storages and of tensors' types give.
type (
	storageType dtype.DType
	class       string
)

func newUnpickler(size int64) *unpickler {
	// Each tensor takes 30 bytes of a pickle at the least. Only pickles made by hand
	// take less, by repeating one call: they would fill the memory with tensors.
	return &unpickler{budget: pickle.NewBudget(size), storages: map[string]*Storage{}, tensors: size / 16, indices: size}
}

// machine allows what plain data and tensors need, and nothing else.
func (u *unpickler) machine(storageFrom func(u *unpickler, id []any) (*Storage, error)) *pickle.Machine {
	globals := maps.Clone(plainGlobals)
	for _, d := range dtype.All() {
		globals["torch."+d.Name] = d.DType
		if d.Storage != "" {
			globals["torch."+d.Storage] = storageType(d.DType)
			globals["torch.cuda."+d.Storage] = storageType(d.DType)
		}
	}
	globals["torch.storage.UntypedStorage"] = storageType(dtype.Uint8)
	for _, scheme := range []Scheme{
		PerTensorAffine, PerChannelAffine, PerTensorSymmetric, PerChannelSymmetric, PerChannelAffineFloatQParams,
	} {
		globals["torch."+string(scheme)] = scheme
	}
	globals["torch._utils._rebuild_tensor"] = u.rebuild(4)
	globals["torch._utils._rebuild_tensor_v2"] = u.rebuild(6)
	globals["torch._utils._rebuild_tensor_v3"] = u.rebuild(7)
	globals["torch._utils._rebuild_sparse_tensor"] = pickle.Func(u.rebuildSparse)
	globals["torch._utils._rebuild_sparse_csr_tensor"] = pickle.Func(u.rebuildSparse)
	globals["torch.serialization._get_layout"] = pickle.Func(newLayout)
	globals["torch._utils._rebuild_qtensor"] = pickle.Func(u.rebuildQuantized)
	globals["torch._utils._rebuild_device_tensor_from_cpu_tensor"] = pickle.Func(u.rebuildFromCPU)
	globals["torch._utils._rebuild_parameter"] = pickle.Func(u.rebuildParameter)
	globals["torch._utils._rebuild_parameter_with_state"] = pickle.Func(u.rebuildParameterWithState)
	globals["torch._tensor._rebuild_from_type_v2"] = pickle.Func(u.rebuildFromType)
	globals["torch.Tensor"] = class("Tensor")
	globals["torch.nn.parameter.Parameter"] = class("Parameter")
	globals["torch.device"] = pickle.Func(newDevice)
	return &pickle.Machine{Globals: globals, Budget: u.budget, Persistent: func(id any) (any, error) {
		tuple, ok := id.(*pickle.Tuple)
		if !ok {
			return nil, fmt.Errorf("a persistent id is %s; expected a tuple", pickle.Describe(id))
		}
		return storageFrom(u, tuple.Items)
	}}
}

// zipStorage is a persistent id of the newer format: ("storage", type, key,
// device, number of elements). The device does not matter here.
func zipStorage(u *unpickler, id []any) (*Storage, error) {
	var (
		kind, key, device string
		of                storageType
		numel             int64
	)
	if err := assign("a storage", id, &kind, &of, &key, &device, &numel); err != nil {
		return nil, err
	}
	if kind != "storage" || numel < 0 {
		return nil, fmt.Errorf("a persistent id is %.80q with %d elements; expected a storage", kind, numel)
	}
	d := dtype.DType(of)
	if s := u.storages[key]; s != nil {
		if s.DType != d || s.Numel != numel {
			return nil, fmt.Errorf("the storage %.80q is both %d elements of %s and %d of %s", key, s.Numel, s.DType, numel, d)
		}
		return s, nil
	}
	s := &Storage{DType: d, Numel: numel, BigEndian: u.bigEndian}
	u.storages[key] = s
	return s, u.place(key, s)
}

// legacyStorage is one of the older format, which has a view's place besides.
func legacyStorage(u *unpickler, id []any) (*Storage, error) {
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

// rebuildQuantized makes a quantised tensor of a storage, an offset, sizes and
// strides, how it is quantised, requires_grad and hooks.
func (u *unpickler) rebuildQuantized(given []any) (any, error) {
	var t Tensor
	var quantizer *pickle.Tuple
	var hooks any
	err := assign("a quantised tensor", given, &t.Storage, &t.Offset, &t.Sizes, &t.Strides, &quantizer, &t.RequiresGrad, &hooks)
	if err != nil {
		return nil, err
	}
	if t.DType = t.Storage.DType; t.DType.Kind() != dtype.Quantized {
		return nil, fmt.Errorf("a quantised tensor lies in a storage of %s", t.DType)
	}
	if t.Quantizer, err = newQuantizer(t.Sizes, quantizer.Items); err != nil {
		return nil, err
	}
	return u.keep(&t, t.checkStorage())
}

// newQuantizer says how a tensor of these sizes is quantised.
func newQuantizer(sizes []int, items []any) (*Quantizer, error) {
	var q Quantizer
	if len(items) == 3 {
		if err := assign("a quantiser", items, &q.Scheme, &q.Scale, &q.ZeroPoint); err != nil {
			return nil, err
		}
		if q.Scheme != PerTensorAffine {
			return nil, fmt.Errorf("a tensor with one scale is quantised as %s", q.Scheme)
		}
		return &q, nil
	}
	var axis int64
	if err := assign("a quantiser", items, &q.Scheme, &q.Scales, &q.ZeroPoints, &axis); err != nil {
		return nil, err
	}
	if q.Scheme != PerChannelAffine && q.Scheme != PerChannelAffineFloatQParams {
		return nil, fmt.Errorf("a tensor with several scales is quantised as %s", q.Scheme)
	}
	if axis < 0 || axis >= int64(len(sizes)) || len(sizes) > shape.MaxDims {
		return nil, fmt.Errorf("a tensor of %d dimensions is quantised along dimension %d", len(sizes), axis)
	}
	q.Axis = int(axis)
	// These, which PyTorch writes, libtorch takes as they are. Others it would copy,
	// again for each tensor that names them.
	floats := q.Scales.DType == dtype.Float32 && q.ZeroPoints.DType == dtype.Float32
	if !floats && (q.Scales.DType != dtype.Float64 || q.ZeroPoints.DType != dtype.Int64) || !q.Scales.row() || !q.ZeroPoints.row() {
		return nil, errors.New("scales and zero points are not float64 and int64 in a row, or both float32")
	}
	if n := sizes[axis]; len(q.Scales.Sizes) != 1 || len(q.ZeroPoints.Sizes) != 1 || q.Scales.Sizes[0] != n || q.ZeroPoints.Sizes[0] != n {
		return nil, fmt.Errorf("there are scales %v and zero points %v for dimension %d of sizes %v", q.Scales.Sizes, q.ZeroPoints.Sizes, axis, sizes)
	}
	return &q, nil
}

// row reports whether the elements are contiguous; of more dimensions than one it
// does not matter.
func (t *Tensor) row() bool {
	return t.Sparse == nil && !t.Conj && !t.Neg && (len(t.Sizes) != 1 || t.Strides[0] == 1 || t.Sizes[0] < 2)
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

// keep counts a tensor.
func (u *unpickler) keep(t *Tensor, err error) (*Tensor, error) {
	if err != nil {
		return nil, err
	}
	if t.RequiresGrad && t.DType.Kind() != dtype.Floating && t.DType.Kind() != dtype.Complex {
		return nil, fmt.Errorf("a tensor of %s requires gradients; only those of floating point and complex types can", t.DType)
	}
	if u.tensors--; u.tensors < 0 {
		return nil, errors.New("the pickle makes more tensors than a file of this length describes")
	}
	return t, u.budget.Spend(costOfTensor)
}

// costOfTensor is what a tensor costs in this package; in libtorch it costs some
// hundred bytes more.
const costOfTensor = 256
