package nn

import (
	"fmt"
	"math"
	"slices"

	"multitorch/torch"
)

// LPPool1d takes the p-norm of each window of sequences, (Σ xᵖ)^(1/p), as torch.nn.LPPool1d.
type LPPool1d struct{ lpPool }

// NewLPPool1d makes a pool of the norm p: 1 sums, 2 is the usual norm, and math.Inf(1) takes the
// largest. The stride is the kernel unless given.
func NewLPPool1d[P Number](normType P, kernel int, opts ...PoolOption) *LPPool1d {
	m := &LPPool1d{}
	m.init("LPPool1d", 1, normType, Size{kernel}, opts)
	return m
}

// LPPool2d takes the p-norm of each window of pictures, (Σ xᵖ)^(1/p), as torch.nn.LPPool2d.
type LPPool2d struct{ lpPool }

// NewLPPool2d makes a pool of the norm p, as [NewLPPool1d] does. The kernel is one number for
// height and width, or a [Pair].
func NewLPPool2d[P Number, S IntOrPair](normType P, kernel S, opts ...PoolOption) *LPPool2d {
	m := &LPPool2d{}
	m.init("LPPool2d", 2, normType, sizeOf(kernel), opts)
	return m
}

// LPPool3d takes the p-norm of each window of volumes, (Σ xᵖ)^(1/p), as torch.nn.LPPool3d.
type LPPool3d struct{ lpPool }

// NewLPPool3d makes a pool of the norm p, as [NewLPPool1d] does. The kernel is one number for
// depth, height and width, or a [Triple].
func NewLPPool3d[P Number, S IntOrTriple](normType P, kernel S, opts ...PoolOption) *LPPool3d {
	m := &LPPool3d{}
	m.init("LPPool3d", 3, normType, sizeOf(kernel), opts)
	return m
}

// lpPool is a pool of norms of any number of dimensions.
type lpPool struct {
	pool
	norm   any     // as it was given, for the printed form
	power  float64 // the same
	stated bool    // whether a stride was given
}

func (m *lpPool) init(kind string, dims int, norm any, kernel Size, opts []PoolOption) {
	m.norm = norm
	switch n := norm.(type) {
	case int:
		m.power = float64(n)
	case float64:
		m.power = n
	}
	if m.power == 0 || math.IsNaN(m.power) {
		panic(invalid(kind, "norm_type must not be zero, but got %v", norm))
	}
	for _, o := range opts {
		switch o := o.(type) {
		case strideOption:
			m.stated = true
		case PoolConfig:
			m.stated = !slices.Equal(o.Stride, o.KernelSize)
		}
	}
	m.pool.init(kind, "stride ceil_mode", dims, kernel, opts)
}

// Forward maps [N, C, L...] to [N, C, L'...], or the same without N, where of each length
// L' = ⌊(L - kernel) / stride⌋ + 1.
func (m *lpPool) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	defer explain(func() { m.checkInput(x) })
	var on passing
	defer on.free()
	if math.IsInf(m.power, 0) {
		return m.extreme(x, &on)
	}
	args := []any{on.way(x.Pow(m.power)), m.kernel, m.stride, make([]int, m.dims), m.config.CeilMode, true}
	mean := on.way(avgPools[m.dims].Call(args...))
	elements := 1
	for _, k := range m.kernel {
		elements *= k
	}
	positive := on.way(on.way(mean.Sign()).Mul(on.way(on.way(mean.Abs()).ReLU())))
	return on.way(positive.Mul(elements)).Pow(1 / m.power)
}

// extreme is the largest or the smallest size in each window.
func (m *lpPool) extreme(x *torch.Tensor, on *passing) *torch.Tensor {
	size := on.way(x.Abs())
	if m.power < 0 {
		size = on.way(size.Neg())
	}
	most := maxPools[m.dims].values.Call(size, m.kernel, m.stride, m.padding, m.dilation, m.config.CeilMode)
	if m.power > 0 {
		return most
	}
	return on.way(most).Neg()
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *lpPool) ExtraRepr() string {
	c, stride := &m.config, "None"
	if m.stated {
		stride = c.Stride.String()
	}
	return fmt.Sprintf("norm_type=%s, kernel_size=%v, stride=%s, ceil_mode=%s", pyNumber(m.norm), c.KernelSize, stride, pyBool(c.CeilMode))
}
