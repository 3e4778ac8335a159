package aten

import "multitorch/torch"

// Option gives an operator an argument that has a default.
type Option struct {
	name  string
	value any
}

// Named gives an argument by its name: to [Call], or an option as None, which the
// functions of this package have no other way to give:
//
//	aten.Clamp(x, aten.WithMin(0), aten.Named("max", nil))
func Named(name string, value any) Option { return Option{name, value} }

// Number is what a Scalar takes: an int of any size, a float32 or float64, a
// complex64 or complex128, or a bool. The type counts, as in PyTorch: 2 leaves a
// tensor of integers what it is, 2.0 makes it one of floats.
type Number = any

// Layout is how a tensor's elements are stored.
type Layout int

// The layouts, numbered as libtorch numbers them.
const (
	Strided   Layout = 0
	SparseCOO Layout = 1
	SparseCSR Layout = 2
	SparseCSC Layout = 4
	SparseBSR Layout = 5
	SparseBSC Layout = 6
)

// MemoryFormat is the order of a dense tensor's elements in memory.
type MemoryFormat = torch.MemoryFormat

// The memory formats.
const (
	ContiguousFormat = torch.ContiguousFormat
	PreserveFormat   = torch.PreserveFormat
	ChannelsLast     = torch.ChannelsLast
	ChannelsLast3d   = torch.ChannelsLast3d
)

// DimName is a dimension's name as operators expect it; "*" stands for a dimension
// without a name. Only [Call] has to be given it: the other functions take the
// names as they are.
func DimName(name string) string { return "dimname::" + name }

func dimNames(names []string) any {
	if names == nil {
		return nil
	}
	full := make([]string, len(names))
	for i, n := range names {
		full[i] = DimName(n)
	}
	return full
}

func textOrNone(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func listOrNone[T any](list []T) any {
	if list == nil {
		return nil
	}
	return list
}

// intOrInts is one value as an int, which stands for a list of equal ones as well.
func intOrInts(v []int) any {
	if len(v) == 1 {
		return v[0]
	}
	return v
}
