package nn

import (
	"fmt"

	"multitorch/torch"
)

// maxPools are libtorch's operators, and those that also say where the largest elements are.
var maxPools = []struct{ values, indices *torch.Operator }{
	1: {newMaxPool("max_pool1d"), newMaxPool("max_pool1d_with_indices")},
	2: {newMaxPool("max_pool2d"), newMaxPool("max_pool2d_with_indices")},
	3: {newMaxPool("max_pool3d"), newMaxPool("max_pool3d_with_indices")},
}

func newMaxPool(name string) *torch.Operator {
	return torch.NewOperator("aten::"+name, "self", "kernel_size", "stride", "padding", "dilation", "ceil_mode")
}

// MaxPool1d takes the largest element of each window of sequences, as torch.nn.MaxPool1d.
type MaxPool1d struct{ maxPool }

// NewMaxPool1d makes a pool. The stride is the kernel unless given.
func NewMaxPool1d(kernel int, opts ...PoolOption) *MaxPool1d {
	m := &MaxPool1d{}
	m.init("MaxPool1d", 1, Size{kernel}, opts)
	return m
}

// MaxPool2d takes the largest element of each window of pictures, as torch.nn.MaxPool2d.
type MaxPool2d struct{ maxPool }

// NewMaxPool2d makes a pool. The kernel is one number for height and width, or a
// [Pair], and the stride is the same unless given.
func NewMaxPool2d[S IntOrPair](kernel S, opts ...PoolOption) *MaxPool2d {
	m := &MaxPool2d{}
	m.init("MaxPool2d", 2, sizeOf(kernel), opts)
	return m
}

// MaxPool3d takes the largest element of each window of volumes, as torch.nn.MaxPool3d.
type MaxPool3d struct{ maxPool }

// NewMaxPool3d makes a pool. The kernel is one number for depth, height and width, or a
// [Triple], and the stride is the same unless given.
func NewMaxPool3d[S IntOrTriple](kernel S, opts ...PoolOption) *MaxPool3d {
	m := &MaxPool3d{}
	m.init("MaxPool3d", 3, sizeOf(kernel), opts)
	return m
}

// maxPool is a max pool of any number of dimensions.
type maxPool struct{ pool }

func (m *maxPool) init(kind string, dims int, kernel Size, opts []PoolOption) {
	m.pool.init(kind, "stride padding dilation ceil_mode", dims, kernel, opts)
}

// Forward maps [N, C, L...] to [N, C, L'...], or the same without N, where of each length
// L' = ⌊(L + 2·padding - dilation·(kernel-1) - 1) / stride⌋ + 1.
func (m *maxPool) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	defer explain(func() { m.checkInput(x) })
	return maxPools[m.dims].values.Call(x, m.kernel, m.stride, m.padding, m.dilation, m.config.CeilMode)
}

// ForwardIndices is Forward with PyTorch's return_indices=True: it also returns where in its
// picture each of the elements is, which [MaxUnpool2d] and its siblings take.
func (m *maxPool) ForwardIndices(x *torch.Tensor) (values, indices *torch.Tensor) {
	in := m.enterAll(&x)
	defer m.leaveAll(m.kind, in, &values, &indices)
	defer explain(func() { m.checkInput(x) })
	return maxPools[m.dims].indices.Call2(x, m.kernel, m.stride, m.padding, m.dilation, m.config.CeilMode)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *maxPool) ExtraRepr() string {
	c := &m.config
	return fmt.Sprintf("kernel_size=%v, stride=%v, padding=%v, dilation=%v, ceil_mode=%s",
		c.KernelSize, c.Stride, c.Padding, c.Dilation, pyBool(c.CeilMode))
}
