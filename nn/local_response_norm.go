package nn

import (
	"fmt"

	"multitorch/torch"
)

// LocalResponseNorm divides each element by a power of k + α · the mean of the squares of its
// neighbours in a number of channels, as torch.nn.LocalResponseNorm (Krizhevsky et al., "ImageNet
// Classification with Deep Convolutional Neural Networks", 2012).
type LocalResponseNorm struct{ responseNorm }

// NewLocalResponseNorm makes a layer that looks at a number of neighbouring channels.
func NewLocalResponseNorm(size int, opts ...NormOption) *LocalResponseNorm {
	m := &LocalResponseNorm{}
	m.init("LocalResponseNorm", size, opts)
	return m
}

// Forward maps [N, C, ...], with at least 3 dimensions, to the same.
func (m *LocalResponseNorm) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	shape, size := x.Shape(), m.size
	if len(shape) < 3 {
		panic(invalid("local_response_norm", "expected an input of at least 3 dimensions [N, C, ...], but got the shape %s", pyList(shape)))
	}
	if x.Numel() == 0 {
		return x
	}
	var on passing
	defer on.free()
	before, after := size/2, (size-1)/2
	div := on.way(x.Mul(x))
	if len(shape) == 3 {
		div = on.way(pad.Call(on.way(div.Unsqueeze(1)), []int{0, 0, before, after}, "constant", nil))
		div = on.way(on.way(avgPools[2].Call(div, []int{size, 1}, []int{1, 1}, []int{0, 0}, false, true, nil)).Squeeze(1))
	} else {
		div = on.way(div.View(shape[0], 1, shape[1], shape[2], -1))
		div = on.way(pad.Call(div, []int{0, 0, 0, 0, before, after}, "constant", nil))
		div = on.way(avgPools[3].Call(div, []int{size, 1, 1}, []int{1, 1, 1}, []int{0, 0, 0}, false, true, nil))
		div = on.way(on.way(div.Squeeze(1)).View(shape...))
	}
	c := &m.config
	return x.Div(on.way(on.way(on.way(div.Mul(c.Alpha)).Add(c.K)).Pow(c.Beta)))
}

// responseNorm is what the two local response norms have in common.
type responseNorm struct {
	Base
	kind   string // the module's name
	size   int
	config NormConfig
}

func (m *responseNorm) init(kind string, size int, opts []NormOption) {
	atLeast(1, size, kind, "size")
	c := NormConfig{Alpha: 1e-4, Beta: 0.75, K: 1}
	m.kind, m.size, m.config = kind, size, configure(kind, "alpha beta k", c, opts, NormOption.norm)
}

// Config is the module's settings.
func (m *responseNorm) Config() NormConfig { return m.config }

// ExtraRepr is what [Describe] prints in the brackets.
func (m *responseNorm) ExtraRepr() string {
	c := &m.config
	return fmt.Sprintf("%d, alpha=%s, beta=%s, k=%s", m.size, pyFloat(c.Alpha), pyFloat(c.Beta), pyFloat(c.K))
}
