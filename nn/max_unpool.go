package nn

import (
	"fmt"

	"multitorch/torch"
)

var (
	maxUnpool2d = torch.NewOperator("aten::max_unpool2d", "self", "indices", "output_size")
	maxUnpool3d = torch.NewOperator("aten::max_unpool3d", "self", "indices", "output_size", "stride", "padding")
)

// MaxUnpool1d puts the elements that a [MaxPool1d] has taken back to where they were, among
// zeros, as torch.nn.MaxUnpool1d.
type MaxUnpool1d struct{ maxUnpool }

// NewMaxUnpool1d makes the way back of a pool of the same settings.
func NewMaxUnpool1d(kernel int, opts ...PoolOption) *MaxUnpool1d {
	m := &MaxUnpool1d{}
	m.init("MaxUnpool1d", "stride padding", 1, Size{kernel}, opts)
	return m
}

// MaxUnpool2d puts the elements that a [MaxPool2d] has taken back to where they were, among
// zeros, as torch.nn.MaxUnpool2d.
type MaxUnpool2d struct{ maxUnpool }

// NewMaxUnpool2d makes the way back of a pool of the same settings.
func NewMaxUnpool2d[S IntOrPair](kernel S, opts ...PoolOption) *MaxUnpool2d {
	m := &MaxUnpool2d{}
	m.init("MaxUnpool2d", "stride padding", 2, sizeOf(kernel), opts)
	return m
}

// MaxUnpool3d puts the elements that a [MaxPool3d] has taken back to where they were, among
// zeros, as torch.nn.MaxUnpool3d.
type MaxUnpool3d struct{ maxUnpool }

// NewMaxUnpool3d makes the way back of a pool of the same settings.
func NewMaxUnpool3d[S IntOrTriple](kernel S, opts ...PoolOption) *MaxUnpool3d {
	m := &MaxUnpool3d{}
	m.init("MaxUnpool3d", "stride padding", 3, sizeOf(kernel), opts)
	return m
}

// maxUnpool is the way back of a max pool of any number of dimensions.
type maxUnpool struct{ pool }

// Forward maps the values and indices of a pool's ForwardIndices, [N, C, L...], to
// [N, C, L'...], or the same without N, where of each length
// L' = (L - 1)·stride - 2·padding + kernel.
func (m *maxUnpool) Forward(x, indices *torch.Tensor) (result *torch.Tensor) {
	in := m.enterAll(&x, &indices)
	defer m.leaveAll(m.kind, in, &result)
	return m.unpool(x, indices, nil)
}

// ForwardSized is Forward with PyTorch's third argument, output_size: the output's size, of
// which several are possible with a stride above 1. It is L'..., or a whole shape that ends
// with them.
func (m *maxUnpool) ForwardSized(x, indices *torch.Tensor, outputSize ...int) (result *torch.Tensor) {
	in := m.enterAll(&x, &indices)
	defer m.leaveAll(m.kind, in, &result)
	return m.unpool(x, indices, outputSize)
}

func (m *maxUnpool) unpool(x, indices *torch.Tensor, outputSize []int) *torch.Tensor {
	m.checkInput(x)
	size := m.sizeFor(x.Shape(), outputSize)
	switch m.dims {
	case 2:
		return maxUnpool2d.Call(x, indices, size)
	case 3:
		return maxUnpool3d.Call(x, indices, size, m.stride, m.padding)
	}
	var on passing
	defer on.free()
	flat := on.way(maxUnpool2d.Call(on.way(x.Unsqueeze(-1)), on.way(indices.Unsqueeze(-1)), append(size, 1)))
	return flat.Squeeze(-1)
}

// sizeFor is the output's size: the asked one, if it is possible.
func (m *maxUnpool) sizeFor(shape torch.Shape, asked []int) []int {
	op, size := snakeCase(m.kind), make([]int, m.dims)
	for i := range size {
		size[i] = (shape[len(shape)-m.dims+i]-1)*m.stride[i] + m.kernel[i] - 2*m.padding[i]
	}
	if len(asked) == 0 {
		return size
	}
	if len(asked) == m.dims+2 {
		asked = asked[2:]
	}
	if len(asked) != m.dims {
		panic(invalid(op, "expected an output size of %d or %d numbers, but got %d", m.dims, m.dims+2, len(asked)))
	}
	for i, n := range asked {
		if least, most := size[i]-m.stride[i], size[i]+m.stride[i]; n <= least || n >= most {
			panic(invalid(op, "expected an output size between %d and %d in dimension %d, but got %s", least, most, i, pyList(asked)))
		}
	}
	return asked
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *maxUnpool) ExtraRepr() string {
	return fmt.Sprintf("kernel_size=%s, stride=%s, padding=%s", pyTuple(m.kernel), pyTuple(m.stride), pyTuple(m.padding))
}
