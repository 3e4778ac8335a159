package distributions_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/distributions"
	"multitorch/distributions/constraints"
	"multitorch/torch"
	"multitorch/twin"
)

type mapping struct {
	python    string
	transform distributions.Transform
	x         *torch.Tensor
}

func mappings(scale *torch.Tensor) []mapping {
	d := distributions.NewExpTransform
	parts := []distributions.Transform{distributions.NewExpTransform(), distributions.NewSigmoidTransform()}
	c := []constraints.Constraint{constraints.Positive, constraints.UnitInterval}
	return []mapping{
		{"ExpTransform()", d(), randn(2, 3)},
		{"ExpTransform().inv", distributions.Inv(d()), positive(2, 3)},
		{"SigmoidTransform()", distributions.NewSigmoidTransform(), randn(2, 3).Mul(20)},
		{"SoftplusTransform()", distributions.NewSoftplusTransform(), randn(2, 3)},
		{"TanhTransform()", distributions.NewTanhTransform(), double(randn(2, 3))},
		{"AbsTransform()", distributions.NewAbsTransform(), randn(2, 3)},
		{"PowerTransform(2.5)", distributions.NewPowerTransform(2.5), positive(2, 3)},
		{"PowerTransform(inputs['scale'])", distributions.NewPowerTransform(scale), positive(2, 3)},
		{"AffineTransform(1, -2.5)", distributions.NewAffineTransform(1, -2.5), randn(2, 3)},
		{"AffineTransform(inputs['scale'], inputs['scale'], event_dim=1)", distributions.NewAffineTransform(scale, scale, 1), randn(2, 3)},
		{"AffineTransform(0.0, 3, 1)", distributions.NewAffineTransform(0.0, 3, 1), randn(2, 3)},
		{"SoftmaxTransform()", distributions.NewSoftmaxTransform(), randn(2, 3)},
		{"StickBreakingTransform()", distributions.NewStickBreakingTransform(), randn(2, 3)},
		{"LowerCholeskyTransform()", distributions.NewLowerCholeskyTransform(), randn(2, 3, 3)},
		{"CorrCholeskyTransform()", distributions.NewCorrCholeskyTransform(), randn(2, 6)},
		{"CorrCholeskyTransform()", distributions.NewCorrCholeskyTransform(), double(randn(3))},
		{"ReshapeTransform((2, 3), (6,))", distributions.NewReshapeTransform(torch.Shape{2, 3}, torch.Shape{6}), randn(4, 2, 3)},
		{
			"IndependentTransform(SigmoidTransform(), 1)",
			distributions.NewIndependentTransform(distributions.NewSigmoidTransform(), 1), randn(2, 3),
		},
		{"ComposeTransform([ExpTransform(), AffineTransform(1, 2.0), StickBreakingTransform()])", distributions.NewComposeTransform(
			d(), distributions.NewAffineTransform(1, 2.0), distributions.NewStickBreakingTransform()), randn(2, 3)},
		{"ComposeTransform([ExpTransform(), AffineTransform(1, 2.0)]).inv", distributions.Inv(distributions.NewComposeTransform(
			d(), distributions.NewAffineTransform(1, 2.0))), positive(2, 3).Add(1.5)},
		{"ComposeTransform([])", distributions.NewComposeTransform(), randn(2)},
		{"CatTransform([ExpTransform(), SigmoidTransform()], 1, [2, 1])", distributions.NewCatTransform(parts, 1, []int{2, 1}), randn(2, 3)},
		{"CatTransform([ExpTransform(), SigmoidTransform()])", distributions.NewCatTransform(parts, 0, nil), randn(2, 3)},
		{"StackTransform([ExpTransform(), SigmoidTransform()], -1)", distributions.NewStackTransform(parts, -1), randn(3, 2)},
		{
			"CumulativeDistributionTransform(Normal(0.5, 2.0))",
			distributions.NewCumulativeDistributionTransform(distributions.NewNormal(0.5, 2.0)), randn(2, 3),
		},
		{"biject_to(constraints.positive)", distributions.BijectTo(constraints.Positive), randn(2, 3)},
		{"biject_to(constraints.real)", distributions.BijectTo(constraints.Real), randn(2, 3)},
		{"biject_to(constraints.real_vector)", distributions.BijectTo(constraints.RealVector), randn(2, 3)},
		{"biject_to(constraints.simplex)", distributions.BijectTo(constraints.Simplex), randn(2, 3)},
		{"transform_to(constraints.simplex)", distributions.TransformTo(constraints.Simplex), randn(2, 3)},
		{"biject_to(constraints.unit_interval)", distributions.BijectTo(constraints.UnitInterval), randn(2, 3)},
		{"transform_to(constraints.interval(-1.0, inputs['scale']))", distributions.TransformTo(constraints.Interval(-1.0, scale)), randn(2, 3)},
		{"biject_to(constraints.less_than(3.0))", distributions.BijectTo(constraints.LessThan(3.0)), randn(2, 3)},
		{"biject_to(constraints.corr_cholesky)", distributions.BijectTo(constraints.CorrCholesky), randn(3)},
		{"transform_to(constraints.lower_cholesky)", distributions.TransformTo(constraints.LowerCholesky), randn(3, 3)},
		{
			"biject_to(constraints.cat([constraints.positive, constraints.unit_interval], 1, [1, 2]))",
			distributions.BijectTo(constraints.Cat(c, 1, []int{1, 2})), randn(2, 3),
		},
		{
			"transform_to(constraints.stack([constraints.positive, constraints.unit_interval], -1))",
			distributions.TransformTo(constraints.Stack(c, -1)), randn(3, 2),
		},
	}
}

// TestTransformsMatchPython compares y, the x of it, the Jacobian, shapes and gradients, in bits.
func TestTransformsMatchPython(t *testing.T) {
	scale := positive(3)
	ms := mappings(scale)
	inputs := map[string]*torch.Tensor{"scale": scale}
	var args []string
	for i, m := range ms {
		inputs[fmt.Sprint(i)] = m.x
		args = append(args, m.python)
	}
	want := twin.Run(t, `
		from torch.distributions import *
		from torch.distributions import constraints
		for i, code in enumerate(args):
			key = "%d " % i
			x = inputs[str(i)].clone().requires_grad_()
			t = eval(code)
			y = t(x)
			out[key + "y"] = y
			out[key + "x"] = t.inv(y)
			out[key + "shapes"] = torch.tensor(list(t.forward_shape(x.shape)) + [-1] + list(t.inverse_shape(y.shape)))
			out[key + "dims"] = torch.tensor([t.domain.event_dim, t.codomain.event_dim, t.bijective])
			out[key + "inside"] = t.codomain.check(y)
			out[key + "total"] = total = y.sin().sum()
			try:
				j = t.log_abs_det_jacobian(x, y)
				out[key + "jacobian"] = j
				total = total + j.cos().sum()
			except NotImplementedError:
				pass
			total.backward()
			out[key + "grad"] = x.grad
	`, inputs, args...)
	for i, m := range ms {
		t.Run(m.python, func(t *testing.T) {
			key := func(s string) *torch.Tensor { return want[fmt.Sprint(i, " ", s)] }
			x := m.x.Clone().SetRequiresGrad(true)
			y := m.transform.Forward(x)
			twin.RequireEqual(t, key("y"), y)
			twin.RequireEqual(t, key("x"), m.transform.Inverse(y))
			shapes := append(append(m.transform.ForwardShape(x.Shape()), -1), m.transform.InverseShape(y.Shape())...)
			require.Equal(t, key("shapes").Tolist(), torch.New(shapes).Tolist())
			bijective := 0
			if m.transform.Bijective() {
				bijective = 1
			}
			dims := torch.New([]int{m.transform.Domain().EventDim(), m.transform.Codomain().EventDim(), bijective})
			twin.RequireEqual(t, key("dims"), dims)
			twin.RequireEqual(t, key("inside"), m.transform.Codomain().Check(y))
			total := y.Sin().Sum()
			twin.RequireEqual(t, key("total"), total)
			var j *torch.Tensor
			err := torch.Try(func() error { j = m.transform.LogAbsDetJacobian(x, y); return nil })
			if w := key("jacobian"); w == nil {
				require.ErrorIs(t, err, torch.NotImplemented)
			} else {
				require.NoError(t, err)
				twin.RequireEqual(t, w, j)
				total = total.Add(j.Cos().Sum())
			}
			total.Backward()
			twin.RequireEqual(t, key("grad"), x.Grad())
		})
	}
}

// TestConstraintsMatchPython compares what each constraint says of values within and without, and its printed form.
func TestConstraintsMatchPython(t *testing.T) {
	nan := torch.New([]float32{-1, 0, 0.5, 1, 2}).Div(torch.New([]float32{1, 1, 1, 0, 1}))
	nan = torch.Cat([]*torch.Tensor{nan, torch.New([]float32{0}).Div(0)}, 0)
	matrices := torch.Stack([]*torch.Tensor{tril(3, 3), definite(3, 3), torch.Eye(3), randn(3, 3), torch.Zeros(torch.Shape{3, 3})}, 0)
	vectors := torch.New([][]float32{{1, 0, 0}, {0.5, 0.5, 0}, {-1, 1, 1}, {2, 1, 0}, {0, 0, 0}})
	bound := torch.New([]float32{0, 1, 0, 0, 0, 0})
	rows := []struct {
		python     string
		constraint constraints.Constraint
		value      *torch.Tensor
	}{
		{"real", constraints.Real, nan},
		{"boolean", constraints.Boolean, nan},
		{"positive", constraints.Positive, nan},
		{"nonnegative", constraints.Nonnegative, nan},
		{"unit_interval", constraints.UnitInterval, nan},
		{"nonnegative_integer", constraints.NonnegativeInteger, nan},
		{"positive_integer", constraints.PositiveInteger, nan},
		{"greater_than(bound)", constraints.GreaterThan(bound), nan},
		{"greater_than_eq(bound)", constraints.GreaterThanEq(bound), nan},
		{"less_than(1.5)", constraints.LessThan(1.5), nan},
		{"interval(-1, 1)", constraints.Interval(-1, 1), nan},
		{"half_open_interval(-1.0, 1e-5)", constraints.HalfOpenInterval(-1.0, 1e-5), nan},
		{"integer_interval(0, 1)", constraints.IntegerInterval(0, 1), nan},
		{"real_vector", constraints.RealVector, vectors},
		{"simplex", constraints.Simplex, vectors},
		{"one_hot", constraints.OneHot, vectors},
		{"multinomial(2)", constraints.Multinomial(2), vectors},
		{"independent(positive, 2)", constraints.Independent(constraints.Positive, 2), matrices},
		{"lower_triangular", constraints.LowerTriangular, matrices},
		{"lower_cholesky", constraints.LowerCholesky, matrices},
		{"corr_cholesky", constraints.CorrCholesky, matrices},
		{"square", constraints.Square, matrices},
		{"symmetric", constraints.Symmetric, matrices},
		{"symmetric", constraints.Symmetric, matrices.Index(torch.R(1, 3))},
		{"positive_semidefinite", constraints.PositiveSemidefinite, torch.Stack([]*torch.Tensor{torch.Eye(3), torch.Eye(3).Neg()}, 0)},
		{"positive_definite", constraints.PositiveDefinite, torch.Stack([]*torch.Tensor{torch.Eye(3), torch.Eye(3).Neg()}, 0)},
		{"positive_definite", constraints.PositiveDefinite, matrices},
		{
			"cat([real, positive], 1, [1, 2])",
			constraints.Cat([]constraints.Constraint{constraints.Real, constraints.Positive}, 1, []int{1, 2}), vectors,
		},
		{
			"stack([real, positive, boolean], 1)",
			constraints.Stack([]constraints.Constraint{constraints.Real, constraints.Positive, constraints.Boolean}, 1), vectors,
		},
	}
	inputs := map[string]*torch.Tensor{"bound": bound}
	var args []string
	for i, r := range rows {
		inputs[fmt.Sprint(i)] = r.value
		args = append(args, r.python)
	}
	want := twin.Run(t, `
		from torch.distributions import constraints
		names = dict(vars(constraints), bound=inputs["bound"])
		for i, code in enumerate(args):
			c = eval(code, names)
			out["%d" % i] = c.check(inputs[str(i)])
			out["%d text" % i] = torch.tensor(list(repr(c).encode()), dtype=torch.uint8)
			out["%d dims" % i] = torch.tensor([c.event_dim, c.is_discrete])
	`, inputs, args...)
	for i, r := range rows {
		t.Run(r.python, func(t *testing.T) {
			twin.RequireEqual(t, want[fmt.Sprint(i)], r.constraint.Check(r.value))
			discrete := 0
			if r.constraint.IsDiscrete() {
				discrete = 1
			}
			twin.RequireEqual(t, want[fmt.Sprint(i, " dims")], torch.New([]int{r.constraint.EventDim(), discrete}))
			if text := string(want[fmt.Sprint(i, " text")].Bytes()); text != "Cat()" && text != "Stack()" {
				require.Equal(t, text, r.constraint.String())
			}
		})
	}
}
