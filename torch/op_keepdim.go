package torch

import "math"

// KeepDim, among the dimensions of a reduction, keeps them with size 1, as
// keepdim=True does in Python:
//
//	x.Sum(1)                // [3, 4] -> [3]
//	x.Sum(1, torch.KeepDim) // [3, 4] -> [3, 1]
//	x.Sum(torch.KeepDim)    // [3, 4] -> [1, 1]
const KeepDim = math.MinInt

// keepDim takes KeepDim out of dims.
func keepDim(dims []int) (rest []int, keep bool) {
	for i, d := range dims {
		if d == KeepDim {
			rest = append(append(rest, dims[:i]...), dims[i+1:]...)
			return rest, true
		}
	}
	return dims, false
}

// oneDim is keepDim for operators that take one dimension or, for nil, all.
func oneDim(op string, x *Tensor, dims []int) (dim any, keep bool) {
	rest, keep := keepDim(dims)
	switch len(rest) {
	case 0:
		return nil, keep
	case 1:
		return rest[0], keep
	}
	panic(&Error{Op: op, Kind: ValueError, Operands: []string{x.describe()}, Message: "expected one dimension at most"})
}
