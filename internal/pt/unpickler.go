package pt

import (
	"errors"
	"fmt"
	"maps"

	"multitorch/internal/dtype"
	"multitorch/internal/pickle"
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
