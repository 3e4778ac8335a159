package parametrizations

import (
	"reflect"
	"strings"

	"multitorch/nn"
	"multitorch/nn/utils/parametrize"
	"multitorch/torch"
)

var (
	vectorNorm = torch.NewOperator("aten::linalg_vector_norm", "self", "ord", "dim", "keepdim")
	clampMin   = torch.NewOperator("aten::clamp_min", "self", "min")
	divOut     = torch.NewOperator("aten::div.out", "self", "other", "out")
)

// SpectralNorm divides a module's weight by its largest singular value, which steps of the power method follow in
// training, and returns the module, as torch.nn.utils.parametrizations.spectral_norm (Miyato et al., "Spectral
// Normalization for Generative Adversarial Networks", 2018). Options: [Name], [NPowerIterations], [Eps], [Dim].
func SpectralNorm[M nn.Module](m M, opts ...Option) M {
	c := configure(opts)
	w := nn.ParameterOf(m, c.name).Value()
	if c.dim == nil {
		c.dim = new(0)
		if strings.HasPrefix(reflect.TypeOf(m).Elem().Name(), "ConvTranspose") {
			c.dim = new(1)
		}
	}
	n := w.Dim()
	if *c.dim < -n || *c.dim >= n {
		panic(invalid("SpectralNorm", "expected a dimension from %d to %d, but got %d", -n, n-1, *c.dim))
	}
	if c.iterations <= 0 {
		panic(invalid("SpectralNorm", "n_power_iterations must be at least 1, but got %d", c.iterations))
	}
	s := &spectralNorm{dim: (*c.dim + n) % n, eps: c.eps, iterations: c.iterations}
	if n > 1 {
		s.begin(w)
	}
	parametrize.Register(m, c.name, s)
	return m
}

type spectralNorm struct {
	nn.Base
	U, V       *nn.Buffer `nn:"-"` // under names that begin with an underscore; nil for a vector
	dim        int
	eps        float64
	iterations int
}

func (n *spectralNorm) PythonName() string { return "_SpectralNorm" }

func (n *spectralNorm) Members() []nn.Member {
	if n.U == nil {
		return nil
	}
	return []nn.Member{{Name: "_u", Value: n.U}, {Name: "_v", Value: n.V}}
}

// begin draws the vectors and makes some steps.
func (n *spectralNorm) begin(w *torch.Tensor) {
	torch.NoGrad(func() {
		torch.Scoped(func(s *torch.Scope) {
			matrix := n.matrix(s, w)
			u := s.Own(matrix.NewEmpty(torch.Shape{matrix.Size(0)})).NormalInplace(0, 1)
			v := s.Own(matrix.NewEmpty(torch.Shape{matrix.Size(1)})).NormalInplace(0, 1)
			n.U, n.V = nn.NewBuffer(u.Div(n.length(u)).Keep()), nn.NewBuffer(v.Div(n.length(v)).Keep())
			n.step(matrix, 15)
		})
	})
}

// matrix is the weight with a row for each output.
func (n *spectralNorm) matrix(s *torch.Scope, w *torch.Tensor) *torch.Tensor {
	if n.dim != 0 {
		dims := []int{n.dim}
		for i := range w.Dim() {
			if i != n.dim {
				dims = append(dims, i)
			}
		}
		w = s.Own(w.Permute(dims...))
	}
	return s.Own(w.Flatten(1, -1))
}

func (n *spectralNorm) length(x *torch.Tensor) *torch.Tensor {
	return clampMin.Call(vectorNorm.Call(x, 2.0, []int{0}, true), n.eps)
}

func (n *spectralNorm) step(matrix *torch.Tensor, times int) {
	torch.NoGrad(func() {
		for range times {
			x := matrix.Mv(n.V.Tensor)
			divOut.Do(x, n.length(x), n.U.Tensor)
			x = matrix.T().Mv(n.U.Tensor)
			divOut.Do(x, n.length(x), n.V.Tensor)
		}
	})
}

// Forward is the weight, after steps of the power method in training.
func (n *spectralNorm) Forward(w *torch.Tensor) *torch.Tensor {
	var divisor *torch.Tensor
	torch.Scoped(func(s *torch.Scope) {
		if n.U == nil {
			x := s.Own(w.View(-1))
			divisor = n.length(x).ExpandAs(w).Keep()
			return
		}
		matrix := n.matrix(s, w)
		if n.Training() {
			n.step(matrix, n.iterations)
		}
		u, v := s.Own(n.U.Clone()), s.Own(n.V.Clone())
		divisor = u.Dot(matrix.Mv(v)).Keep()
	})
	defer divisor.Free()
	return w.Div(divisor)
}

// RightInverse takes any weight for one with that norm.
func (n *spectralNorm) RightInverse(x *torch.Tensor) *torch.Tensor { return x }
