package parametrizations

import (
	"slices"

	"multitorch/nn"
	"multitorch/nn/utils/parametrize"
	"multitorch/torch"
)

var (
	adjoint     = torch.NewOperator("aten::mH", "self")
	transposed  = torch.NewOperator("aten::mT", "self")
	geqrf       = torch.NewOperator("aten::geqrf", "self")
	householder = torch.NewOperator("aten::linalg_householder_product", "input", "tau")
	solve       = torch.NewOperator("aten::linalg_solve", "A", "B")
	allClose    = torch.NewOperator("aten::allclose", "self", "other", "rtol", "atol")
	sgn         = torch.NewOperator("aten::sgn", "self")
	mapsOfPy    = []string{"matrix_exp", "cayley", "householder"}
)

// Orthogonal makes a module's weight, a matrix or a batch of matrices, an orthogonal one, with orthonormal columns or rows if it is not
// square, and returns the module, as torch.nn.utils.parametrizations.orthogonal (Lezcano-Casado, "Trivializations for
// Gradient-Based Optimization on Manifolds", 2019). Options: [Name], [OrthogonalMap], [UseTrivialization].
func Orthogonal[M nn.Module](m M, opts ...Option) M {
	c := configure(opts)
	w := nn.ParameterOf(m, c.name)
	shape := w.Shape()
	if len(shape) < 2 {
		panic(invalid("Orthogonal", "expected a matrix or a batch of matrices, but got the shape %v", shape))
	}
	if c.orthogonal == "" {
		c.orthogonal = "householder"
		if shape[len(shape)-2] == shape[len(shape)-1] || w.DType().IsComplex() {
			c.orthogonal = "matrix_exp"
		}
	}
	if !slices.Contains(mapsOfPy, c.orthogonal) {
		panic(invalid("Orthogonal", "orthogonal_map must be matrix_exp, cayley or householder, but got %.80q", c.orthogonal))
	}
	if c.orthogonal == "householder" && w.DType().IsComplex() {
		panic(invalid("Orthogonal", "householder takes no complex matrices"))
	}
	if !c.trivialize && c.orthogonal != "householder" {
		// PyTorch can't invert these maps either and takes the weight for the original
		parametrize.Register(m, c.name, &forwardOnly{o: &orthogonal{shape: shape, mapping: c.orthogonal}}, parametrize.Unsafe(true))
		return m
	}
	parametrize.Register(m, c.name, &orthogonal{shape: shape, mapping: c.orthogonal, trivialize: c.trivialize}, parametrize.Unsafe(true))
	return m
}

type orthogonal struct {
	nn.Base
	Start      *nn.Buffer `nn:"base"` // what it begins with; nil without trivialization
	shape      torch.Shape
	mapping    string
	trivialize bool
}

func (o *orthogonal) PythonName() string { return "_Orthogonal" }

// forwardOnly is an orthogonal map without a right inverse.
type forwardOnly struct {
	nn.Base
	o *orthogonal `nn:"-"`
}

func (f *forwardOnly) PythonName() string                    { return "_Orthogonal" }
func (f *forwardOnly) Forward(x *torch.Tensor) *torch.Tensor { return f.o.Forward(x) }

func (o *orthogonal) Forward(x *torch.Tensor) *torch.Tensor {
	var q *torch.Tensor
	torch.Scoped(func(s *torch.Scope) {
		n, k := x.Size(-2), x.Size(-1)
		wide := n < k
		if wide {
			x, n, k = s.Own(transposed.Unary(x)), k, n
		}
		if o.mapping == "householder" {
			q = o.reflect(s, x)
		} else {
			q = o.rotate(s, x, n, k)
		}
		if o.Start != nil {
			q = s.Own(o.Start.Matmul(q))
		}
		if wide {
			q = transposed.Unary(q)
		}
		q = q.Keep()
	})
	return q
}

// rotate is the matrix exponential, or the Cayley map, of a skew-symmetric matrix.
func (o *orthogonal) rotate(s *torch.Scope, x *torch.Tensor, n, k int) *torch.Tensor {
	x = s.Own(x.Tril(0))
	if n != k {
		wide := append(slices.Clone(x.Shape()[:x.Dim()-2]), -1, -1)
		x = torch.Cat([]*torch.Tensor{x, s.Own(x.NewZeros(torch.Shape{n, n - k})).Expand(wide...)}, -1)
	}
	a := x.Sub(adjoint.Unary(x))
	var q *torch.Tensor
	if o.mapping == "matrix_exp" {
		q = a.MatrixExp()
	} else {
		id := s.Own(torch.Eye(n, a.DType(), a.Device()))
		q = solve.Call(addScaled.Call(id, a, -0.5), addScaled.Call(id, a, 0.5))
	}
	if n != k {
		q = q.Narrow(-1, 0, k)
	}
	return q
}

var addScaled = torch.NewOperator("aten::add.Tensor", "self", "other", "alpha")

// reflect is a product of Householder's reflections.
func (o *orthogonal) reflect(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	a := s.Own(x.Tril(-1))
	tau := a.Mul(a).Sum(-2).Add(1.0).Reciprocal().Mul(2.0)
	q := householder.Call(a, tau)
	return q.Mul(s.Own(x.Diagonal(0, -2, -1)).To(torch.Int32).Unsqueeze(-2))
}

// RightInverse is an original that gives q, or with trivialization the one that gives what o then begins with.
func (o *orthogonal) RightInverse(q *torch.Tensor) *torch.Tensor {
	if !slices.Equal(q.Shape(), o.shape) {
		panic(invalid("Orthogonal", "expected a weight of the shape %v, but got %v", o.shape, q.Shape()))
	}
	var x *torch.Tensor
	torch.Scoped(func(s *torch.Scope) {
		first := q
		n, k := q.Size(-2), q.Size(-1)
		wide := n < k
		if wide {
			q, n, k = s.Own(transposed.Unary(q)), k, n
		}
		if !o.trivialize {
			x = o.factors(s, q)
			if wide {
				x = transposed.Unary(x)
			}
			x = x.Keep()
			return
		}
		if n != k {
			rest := s.Own(torch.Randn(append(slices.Clone(q.Shape()[:q.Dim()-2]), n, n-k), q.DType(), q.Device()))
			q = makeOrthogonal(torch.Cat([]*torch.Tensor{q, rest}, -1))
		} else if isOrthogonal(s, q) {
			q = s.Own(q.Clone())
		} else {
			q = makeOrthogonal(s.Own(q.Contiguous()))
		}
		o.Start = nn.NewBuffer(q.Keep())
		x = torch.ZerosLike(first)
		diagonal := x.Diagonal(0, -2, -1)
		diagonal.FillInplace(-1)
		diagonal.Free()
	})
	return x
}

// factors are reflections that give q, and their signs on the diagonal.
func (o *orthogonal) factors(s *torch.Scope, q *torch.Tensor) *torch.Tensor {
	a, tau := geqrf.Call2(q)
	s.Own(a)
	s.Own(tau)
	d := a.Diagonal(0, -2, -1)
	d.SignInplace()
	d.CopyInplace(torch.Where(tau.Eq(0.0), d.Mul(-1), d))
	return a
}

func isOrthogonal(s *torch.Scope, q *torch.Tensor) bool {
	id := s.Own(torch.Eye(q.Size(-1), q.DType(), q.Device()))
	eps := 1.1920928955078125e-07
	if d := q.DType(); d == torch.Float64 || d == torch.Complex128 {
		eps = 2.220446049250313e-16
	}
	close, _ := allClose.Value(s.Own(s.Own(adjoint.Unary(q)).Matmul(q)), id, 1e-5, 10*float64(q.Size(-2))*eps).(bool)
	return close
}

func makeOrthogonal(a *torch.Tensor) *torch.Tensor {
	x, tau := geqrf.Call2(a)
	q := householder.Call(x, tau)
	return q.MulInplace(sgn.Unary(x.Diagonal(0, -2, -1)).Unsqueeze(-2))
}
