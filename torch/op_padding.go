package torch

import "multitorch/internal/libtorch"

var (
	opConstantPadNd = libtorch.NewOp("aten::constant_pad_nd")
	opPad           = libtorch.NewOp("aten::pad")
)

// Pad adds value at both ends of the last dimensions: sizes has a pair for the
// last one, then one for the one before, and so on; negative ones cut.
func (x *Tensor) Pad(value float64, sizes ...int) *Tensor {
	return do(opConstantPadNd, x, sizes, value)
}

// PadMode pads with "reflect", "replicate" or "circular" continuations of x,
// which has one or two dimensions more than sizes has pairs.
func (x *Tensor) PadMode(mode string, sizes ...int) *Tensor { return do(opPad, x, sizes, mode) }
