package distributions

import (
	"math"
	"slices"

	"multitorch/distributions/constraints"
	"multitorch/libm"
	"multitorch/torch"
)

// VonMises is an angle around a mean, as torch.distributions.VonMises: a normal distribution on the circle.
type VonMises struct {
	Base
	Loc, Concentration *torch.Tensor
	variance           lazy
}

// NewVonMises makes it of the mean angle and the concentration.
func NewVonMises(loc, concentration any, opts ...Option) *VonMises {
	p := broadcastAll("VonMises", "loc concentration", loc, concentration)
	d := &VonMises{Loc: p[0], Concentration: p[1]}
	d.Init(d, d.Loc.Shape(), nil, []Parameter{
		{Name: "loc", Value: d.Loc, Constraint: constraints.Real},
		{Name: "concentration", Value: d.Concentration, Constraint: constraints.Positive},
	}, opts...)
	return d
}

// Expand implements [Distribution].
func (d *VonMises) Expand(shape ...int) Distribution {
	return NewVonMises(d.Loc.Expand(shape...), d.Concentration.Expand(shape...), d.keep())
}

// Support implements [Distribution].
func (d *VonMises) Support() constraints.Constraint { return constraints.Real }

// Mean implements [Distribution].
func (d *VonMises) Mean() *torch.Tensor { return d.Loc }

// Mode implements [Distribution].
func (d *VonMises) Mode() *torch.Tensor { return d.Loc }

// Variance implements [Distribution]: the circular one.
func (d *VonMises) Variance() *torch.Tensor {
	return d.variance.get(func() *torch.Tensor {
		return logBessel(d.Concentration, 1).Sub(logBessel(d.Concentration, 0)).Exp().RSub(1)
	})
}

// LogProb implements [Distribution].
func (d *VonMises) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	return d.Concentration.Mul(value.Sub(d.Loc).Cos()).Sub(libm.Log(2 * math.Pi)).Sub(logBessel(d.Concentration, 0))
}

// Sample implements [Distribution] by rejection (Best and Fisher, Efficient Simulation of the von Mises Distribution,
// 1979), from 2.0 on in double precision.
func (d *VonMises) Sample(shape ...int) *torch.Tensor {
	shape = d.ExtendedShape(shape...)
	return withoutGrad(func() *torch.Tensor {
		if !since(2, 0) {
			return rejectVonMises(d.Loc, d.Concentration, proposal(d.Concentration), shape)
		}
		k := d.Concentration.To(torch.Float64)
		r := torch.Where(k.Lt(1e-5), k.RDiv(1).Add(k), proposal(k))
		return rejectVonMises(d.Loc.To(torch.Float64), k, r, shape).To(d.Loc.DType())
	})
}

func proposal(k *torch.Tensor) *torch.Tensor {
	tau := k.Pow(2).Mul(4).Add(1).Sqrt().Add(1)
	rho := tau.Sub(tau.Mul(2).Sqrt()).Div(k.Mul(2))
	return rho.Pow(2).Add(1).Div(rho.Mul(2))
}

func rejectVonMises(loc, k, r *torch.Tensor, shape torch.Shape) *torch.Tensor {
	if !r.Gt(1).And(r.IsFinite()).All().ItemBool() { // nothing would ever be accepted
		panic(invalid("VonMises", "expected concentrations that %s can be computed with, but got %s", k.DType(), k))
	}
	x := empty(shape, loc)
	done := torch.Zeros(shape, torch.Bool, loc.Device())
	for !done.All().ItemBool() {
		u := rand(slices.Concat(torch.Shape{3}, shape), loc).Unbind(0)
		z := u[0].Mul(math.Pi).Cos()
		f := r.Mul(z).Add(1).Div(r.Add(z))
		c := k.Mul(r.Sub(f))
		accept := c.Mul(c.RSub(2)).Sub(u[1]).Gt(0).Or(c.Div(u[1]).Log().Add(1).Sub(c).Ge(0))
		if accept.Any().ItemBool() {
			x = torch.Where(accept, u[2].Sub(0.5).Sign().Mul(f.Acos()), x)
			done = done.Or(accept)
		}
	}
	return x.Add(math.Pi).Add(loc).Remainder(2 * math.Pi).Sub(math.Pi)
}

// Polynomials of the modified Bessel functions of order 0 and 1 (Abramowitz and Stegun, 9.8.1 to 9.8.4).
var (
	besselSmall = [2][]float64{
		{1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.360768e-1, 0.45813e-2},
		{0.5, 0.87890594, 0.51498869, 0.15084934, 0.2658733e-1, 0.301532e-2, 0.32411e-3},
	}
	besselLarge = [2][]float64{
		{0.39894228, 0.1328592e-1, 0.225319e-2, -0.157565e-2, 0.916281e-2, -0.2057706e-1, 0.2635537e-1, -0.1647633e-1, 0.392377e-2},
		{0.39894228, -0.3988024e-1, -0.362018e-2, 0.163801e-2, -0.1031555e-1, 0.2282967e-1, -0.2895312e-1, 0.1787654e-1, -0.420059e-2},
	}
)

// logBessel is the logarithm of the modified Bessel function of an order, for positive x.
func logBessel(x *torch.Tensor, order int) *torch.Tensor {
	y := x.Div(3.75)
	y = y.Mul(y)
	small := polynomial(y, besselSmall[order])
	if order == 1 {
		small = x.Abs().Mul(small)
	}
	small = small.Log()
	y = x.RDiv(3.75)
	large := x.Sub(x.Log().Mul(0.5)).Add(polynomial(y, besselLarge[order]).Log())
	return torch.Where(x.Lt(3.75), small, large)
}

// polynomial is Horner's rule, from the constant coefficient on.
func polynomial(y *torch.Tensor, coef []float64) *torch.Tensor {
	n := len(coef) - 1
	result := y.Mul(coef[n]).Add(coef[n-1])
	for i := n - 2; i >= 0; i-- {
		result = y.Mul(result).Add(coef[i])
	}
	return result
}
