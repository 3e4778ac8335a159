package distributions

import (
	"slices"

	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// Dirichlet is probabilities that sum to 1, as torch.distributions.Dirichlet.
type Dirichlet struct {
	Base
	Concentration *torch.Tensor
}

// NewDirichlet makes it of the concentrations, whose last dimension is one event.
func NewDirichlet(concentration *torch.Tensor, opts ...Option) *Dirichlet {
	needTensor("Dirichlet", "concentration", concentration, 1)
	shape := concentration.Shape()
	n := len(shape) - 1
	d := &Dirichlet{Concentration: concentration}
	d.Init(d, shape[:n], shape[n:], []Parameter{
		{Name: "concentration", Value: concentration, Constraint: constraints.Independent(constraints.Positive, 1)},
	}, opts...)
	return d
}

// Expand implements [Distribution].
func (d *Dirichlet) Expand(shape ...int) Distribution {
	return NewDirichlet(d.Concentration.Expand(slices.Concat(shape, d.event)...), d.keep())
}

// Support implements [Distribution].
func (d *Dirichlet) Support() constraints.Constraint { return constraints.Simplex }

// Mean implements [Distribution].
func (d *Dirichlet) Mean() *torch.Tensor {
	return d.Concentration.Div(d.Concentration.Sum(-1, torch.KeepDim))
}

// Mode implements [Distribution].
func (d *Dirichlet) Mode() *torch.Tensor {
	above := d.Concentration.Sub(1).Clamp(0.0, nil)
	mode := above.Div(above.Sum(-1, torch.KeepDim))
	corner := d.Concentration.Lt(1).All(-1)
	return mode.IndexPut(oneHot(mode.Index(corner).Argmax(-1), d.event[0], mode), corner)
}

// Variance implements [Distribution].
func (d *Dirichlet) Variance() *torch.Tensor {
	total := d.Concentration.Sum(-1, torch.KeepDim)
	return d.Concentration.Mul(total.Sub(d.Concentration)).Div(total.Pow(2).Mul(total.Add(1)))
}

// HasRSample implements [Distribution].
func (d *Dirichlet) HasRSample() bool { return true }

// RSample implements [Distribution].
func (d *Dirichlet) RSample(shape ...int) *torch.Tensor {
	return sampleDirichlet.Call(d.Concentration.Expand(d.ExtendedShape(shape...)...))
}

var (
	dirichletDraw = torch.NewOperator("aten::_sample_dirichlet", "self")
	dirichletGrad = torch.NewOperator("aten::_dirichlet_grad", "x", "alpha", "total")
)

var sampleDirichlet = &torch.Function{
	Name:               "_Dirichlet",
	OnceDifferentiable: true,
	Forward: func(ctx *torch.Context, in ...*torch.Tensor) []*torch.Tensor {
		x := dirichletDraw.Unary(in[0])
		ctx.SaveForBackward(x, in[0])
		return []*torch.Tensor{x}
	},
	Backward: func(ctx *torch.Context, grads ...*torch.Tensor) []*torch.Tensor {
		x, concentration, g := ctx.SavedTensors()[0], ctx.SavedTensors()[1], grads[0]
		total := concentration.Sum(-1, torch.KeepDim).ExpandAs(concentration)
		grad := dirichletGrad.Call(x, concentration, total)
		return []*torch.Tensor{grad.Mul(g.Sub(x.Mul(g).Sum(-1, torch.KeepDim)))}
	},
}

// LogProb implements [Distribution].
func (d *Dirichlet) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	c := d.Concentration
	var powers *torch.Tensor
	if since(2, 0) {
		powers = c.Sub(1.0).Xlogy(value)
	} else {
		powers = value.Log().Mul(c.Sub(1.0))
	}
	return powers.Sum(-1).Add(c.Sum(-1).Lgamma()).Sub(c.Lgamma().Sum(-1))
}

// Entropy implements [Distribution].
func (d *Dirichlet) Entropy() *torch.Tensor {
	c := d.Concentration
	total := c.Sum(-1)
	return c.Lgamma().Sum(-1).Sub(total.Lgamma()).Sub(total.RSub(d.event[0]).Mul(total.Digamma())).
		Sub(c.Sub(1.0).Mul(c.Digamma()).Sum(-1))
}
