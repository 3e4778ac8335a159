package utils

import (
	"reflect"
	"strings"

	"multitorch/nn"
	"multitorch/torch"
)

var (
	vectorNorm = torch.NewOperator("aten::linalg_vector_norm", "self", "ord", "dim", "keepdim")
	clampMin   = torch.NewOperator("aten::clamp_min", "self", "min")
	divOut     = torch.NewOperator("aten::div.out", "self", "other", "out")
)

// SpectralNorm divides a module's weight by its largest singular value, which steps of the power method follow in
// training, and returns the module, as torch.nn.utils.spectral_norm (Miyato et al., "Spectral Normalization for
// Generative Adversarial Networks", 2018). The state has weight_orig, and the vectors weight_u and weight_v. In training each
// reading of the weight's Value makes the steps, as a forward pass does, also one to look at it; in evaluation none does. Options:
// [Name], [NPowerIterations], [Eps], [Dim].
func SpectralNorm[M nn.Module](m M, opts ...Option) M {
	c := configure(opts)
	if c.iterations <= 0 {
		panic(invalid("SpectralNorm", "n_power_iterations must be at least 1, but got %d", c.iterations))
	}
	if c.dim == nil {
		c.dim = new(outputs(m))
	}
	p := underived("SpectralNorm", m, c.name)
	if n := p.Dim(); *c.dim < 0 || *c.dim >= n {
		panic(invalid("SpectralNorm", "expected a dimension from 0 to %d, but got %d", n-1, *c.dim))
	}
	n := &spectralNorm{module: m, config: c, orig: &nn.Parameter{Tensor: p.Tensor}}
	torch.NoGrad(func() {
		torch.Scoped(func(s *torch.Scope) {
			w := n.matrix(s)
			n.u, n.v = n.random(s, w.Size(0)), n.random(s, w.Size(1))
		})
	})
	nn.SetDerivation(m, c.name, &nn.Derivation{
		Source:  n,
		Members: []nn.Member{{Name: c.name + "_orig", Value: n.orig}, {Name: c.name + "_u", Value: n.u}, {Name: c.name + "_v", Value: n.v}},
	})
	return m
}

// RemoveSpectralNorm undoes [SpectralNorm]: the weight is a parameter again, with its present value.
func RemoveSpectralNorm[M nn.Module](m M, opts ...Option) M {
	restore("RemoveSpectralNorm", "spectral_norm", m, configure(opts).name, func(n *spectralNorm) *torch.Tensor { return n.compute(false) })
	return m
}

// outputs is the dimension that counts the outputs: for a transposed convolution the second one.
func outputs(m nn.Module) int {
	if strings.HasPrefix(reflect.TypeOf(m).Elem().Name(), "ConvTranspose") {
		return 1
	}
	return 0
}

func isTraining(m nn.Module) bool { return m.(interface{ Training() bool }).Training() }

type spectralNorm struct {
	config
	module nn.Module
	orig   *nn.Parameter
	u, v   *nn.Buffer
}

// Compute is the weight, after steps of the power method in training.
func (n *spectralNorm) Compute() *torch.Tensor { return n.compute(isTraining(n.module)) }

// matrix is the weight with a row for each output.
func (n *spectralNorm) matrix(s *torch.Scope) *torch.Tensor {
	w := n.orig.Tensor
	if d := *n.dim; d != 0 {
		dims := []int{d}
		for i := range w.Dim() {
			if i != d {
				dims = append(dims, i)
			}
		}
		w = s.Own(w.Permute(dims...))
	}
	return s.Own(w.Reshape(w.Size(0), -1))
}

func (n *spectralNorm) random(s *torch.Scope, size int) *nn.Buffer {
	x := s.Own(n.orig.NewEmpty(torch.Shape{size})).NormalInplace(0, 1)
	return nn.NewBuffer(x.Div(n.length(x)).Keep())
}

func (n *spectralNorm) length(x *torch.Tensor) *torch.Tensor {
	return clampMin.Call(vectorNorm.Call(x, 2.0, []int{0}, true), n.eps)
}

// compute is the weight, after steps of the power method or without.
func (n *spectralNorm) compute(step bool) *torch.Tensor {
	var sigma *torch.Tensor
	torch.Scoped(func(s *torch.Scope) {
		w := n.matrix(s)
		u, v := n.u.Tensor, n.v.Tensor
		if step {
			torch.NoGrad(func() {
				for range n.iterations {
					x := w.T().Mv(u)
					divOut.Do(x, n.length(x), v)
					x = w.Mv(v)
					divOut.Do(x, n.length(x), u)
				}
			})
			u, v = s.Own(u.Clone()), s.Own(v.Clone())
		}
		sigma = u.Dot(w.Mv(v)).Keep()
	})
	defer sigma.Free()
	return n.orig.Div(sigma)
}
