package nn

import (
	"strings"

	"multitorch/torch"
)

// CrossMapLRN2d is [LocalResponseNorm] for pictures, computed as running sums over the channels,
// as torch.nn.CrossMapLRN2d.
type CrossMapLRN2d struct{ responseNorm }

// NewCrossMapLRN2d makes a layer that looks at a number of neighbouring channels.
func NewCrossMapLRN2d(size int, opts ...NormOption) *CrossMapLRN2d {
	m := &CrossMapLRN2d{}
	m.init("CrossMapLRN2d", size, opts)
	return m
}

// Forward maps [N, C, H, W] to the same.
func (m *CrossMapLRN2d) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	if x.Dim() != 4 {
		panic(invalid("cross_map_lrn2d", "expected an input [N, C, H, W], but got the shape %s", pyList(x.Shape())))
	}
	f := torch.Function{
		Name: "CrossMapLRN2d",
		Forward: func(ctx *torch.Context, xs ...*torch.Tensor) []*torch.Tensor {
			scale := m.scale(xs[0])
			y := scale.Pow(-m.config.Beta).MulInplace(xs[0])
			ctx.SaveForBackward(xs[0], y, scale)
			if !ctx.NeedsInputGrad(0) {
				scale.Free()
			}
			return []*torch.Tensor{y}
		},
		Backward: func(ctx *torch.Context, grads ...*torch.Tensor) []*torch.Tensor {
			saved := ctx.SavedTensors()
			return []*torch.Tensor{m.backward(saved[0], saved[1], saved[2], grads[0])}
		},
		OnceDifferentiable: true,
	}
	return f.Call(x)
}

var addScaled = torch.NewOperator("aten::add_.Tensor", "self", "other", "alpha")

// scale is k + α/size · the sum of squares over the neighbouring channels.
func (m *CrossMapLRN2d) scale(x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	squares, scale := on.way(x.Pow(2)), torch.EmptyLike(x)
	channels, reach := x.Size(1), (m.size-1)/2+1
	first := on.way(scale.Select(1, 0)).ZeroInplace()
	for c := range min(reach, channels) {
		first.AddInplace(on.way(squares.Select(1, c)))
	}
	for c := 1; c < channels; c++ {
		current := on.way(scale.Select(1, c))
		current.CopyInplace(on.way(scale.Select(1, c-1)))
		if c < channels-reach+1 {
			addScaled.Do(current, on.way(squares.Select(1, c+reach-1)), 1)
		}
		if c > reach {
			addScaled.Do(current, on.way(squares.Select(1, c-reach)), -1)
		}
	}
	return scale.MulInplace(m.config.Alpha / float64(m.size)).AddInplace(m.config.K)
}

// backward is the gradient of x from that of y; what it makes is freed with the gradients.
func (m *CrossMapLRN2d) backward(x, y, scale, grad *torch.Tensor) *torch.Tensor {
	c := &m.config
	channels, size := x.Size(1), m.size
	sum := torch.NewOperator("aten::sum.dim_IntList", "self", "dim")
	ratio := torch.Zeros(torch.Shape{channels + size - 1, x.Size(2), x.Size(3)}, x.DType(), x.Device())
	defer ratio.Free()
	result := scale.Pow(-c.Beta).MulInplace(grad)
	middle := ratio.Narrow(0, int(float64(size)-float64(size-1)/2), channels)
	for n := range x.Size(0) {
		middle.CopyInplace(grad.Select(0, n).Mul(y.Select(0, n)))
		middle.DivInplace(scale.Select(0, n))
		total := sum.Call(ratio.Narrow(0, 0, size-1), []int{0})
		for i := range channels {
			total.AddInplace(ratio.Select(0, i+size-1))
			result.Select(0, n).Select(0, i).AddcmulInplace(x.Select(0, n).Select(0, i), total, -2*c.Alpha*c.Beta/float64(size))
			addScaled.Do(total, ratio.Select(0, i), -1)
		}
	}
	return result
}

// ExtraRepr is what [Describe] prints in the brackets. The default of k is an int in PyTorch.
func (m *CrossMapLRN2d) ExtraRepr() string {
	repr := m.responseNorm.ExtraRepr()
	if m.config.K == 1 {
		return strings.TrimSuffix(repr, ".0")
	}
	return repr
}
