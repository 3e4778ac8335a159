package torch

import "multitorch/internal/libtorch"

var (
	opRetainGrad  = libtorch.NewOp("aten::retain_grad", "self")
	opRetainsGrad = libtorch.NewOp("aten::retains_grad", "self")
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
	on := t.acquire("IsInference").IsInference()
	t.release()
	return on
}
