package torch

import "multitorch/internal/libtorch"

var (
	opRequiresGrad = libtorch.NewOp("aten::requires_grad_", "self", "requires_grad")
	opRetainGrad   = libtorch.NewOp("aten::retain_grad", "self")
	opRetainsGrad  = libtorch.NewOp("aten::retains_grad", "self")
	opSetData      = libtorch.NewOp("aten::set_data", "self", "new_data")
	opData         = libtorch.NewOp("aten::data", "self")
	opIsInference  = libtorch.NewOp("aten::is_inference", "self")
)

// RetainGrad has Backward keep the gradient of a tensor that is no leaf in its Grad
// too, and returns the tensor.
func (t *Tensor) RetainGrad() *Tensor {
	doVoid(opRetainGrad, t)
	return t
}

// RetainsGrad reports whether the tensor is no leaf and keeps its gradient.
func (t *Tensor) RetainsGrad() bool { return doValue(opRetainsGrad, t).(bool) }

// IsInference reports whether the tensor was made in [InferenceMode].
func (t *Tensor) IsInference() bool {
	return doValue(opIsInference, t).(bool)
}
