package torch

import (
	"fmt"
	"math/cmplx"
	"slices"
)

// GradCheckOption is a setting of [GradCheck] and [GradGradCheck].
type GradCheckOption interface{ gradCheck(c *gradCheck) }

type gradCheck struct{ eps, atol, rtol, nondetTol float64 }

// CheckEps is the step of the differences (default 1e-6).
type CheckEps float64

// CheckNondetTol is how far two runs of the same backward may be apart (default 0).
type CheckNondetTol float64

type checkTolerance struct{ atol, rtol float64 }

// CheckTolerance is how far the two may be apart: atol + rtol * |numerical|
// (default 1e-5 and 1e-3).
func CheckTolerance(atol, rtol float64) GradCheckOption { return checkTolerance{atol, rtol} }

func (e CheckEps) gradCheck(c *gradCheck)       { c.eps = float64(e) }
func (n CheckNondetTol) gradCheck(c *gradCheck) { c.nondetTol = float64(n) }
func (t checkTolerance) gradCheck(c *gradCheck) { c.atol, c.rtol = t.atol, t.rtol }

// GradCheck compares the gradients that autograd computes of f with small
// differences of f, as torch.autograd.gradcheck: the Jacobian of every output that
// requires gradients with respect to every input that does. These must be Float64 or
// Complex128. Of complex outputs the imaginary and the real parts are checked by
// themselves; the Jacobian by a complex input z = x + iy is ∂/∂x + i∂/∂y. A gradient
// for zeros must be zero, too.
//
// The error shows both Jacobians, of shape [elements of the input, elements of the
// output]. f is called twice for each element; it must not depend on random numbers.
func GradCheck(f func(xs ...*Tensor) []*Tensor, inputs []*Tensor, opts ...GradCheckOption) error {
	c := gradCheck{1e-6, 1e-5, 1e-3, 0}
	for _, o := range opts {
		o.gradCheck(&c)
	}
	return Try(func() error { return c.run(f, inputs) })
}

// GradGradCheck is [GradCheck] of f's gradients, with respect to the inputs and to the
// outputs' gradients, as torch.autograd.gradgradcheck. The outputs' gradients are
// random, the same each time, and not from the default generator.
func GradGradCheck(f func(xs ...*Tensor) []*Tensor, inputs []*Tensor, opts ...GradCheckOption) error {
	var grads []*Tensor
	err := Try(func() error {
		g := NewGenerator(0)
		for _, y := range differentiable(f(inputs...)) {
			grads = append(grads, Randn(y.Shape(), y.DType(), y.Device(), RequiresGrad(true), g))
		}
		return nil
	})
	if err != nil {
		return err
	}
	n := len(inputs)
	gradients := func(xs ...*Tensor) (found []*Tensor) {
		outputs := differentiable(f(xs[:n]...))
		for _, g := range Grad(outputs, differentiable(xs[:n]), Gradient(xs[n:]...), CreateGraph(true), AllowUnused(true)) {
			if g != nil {
				found = append(found, g)
			}
		}
		return found
	}
	return GradCheck(gradients, append(append([]*Tensor{}, inputs...), grads...), opts...)
}

func (c *gradCheck) run(f func(xs ...*Tensor) []*Tensor, inputs []*Tensor) error {
	checked := differentiable(inputs)
	if len(checked) == 0 {
		return &Error{Op: "GradCheck", Kind: ValueError, Message: "expected an input that requires gradients"}
	}
	for _, x := range checked {
		if x.DType() != Float64 && x.DType() != Complex128 || !x.IsLeaf() {
			return &Error{
				Op: "GradCheck", Kind: ValueError, Operands: []string{x.describe()},
				Message: "expected inputs that require gradients to be Float64 or Complex128 leaves: differences are too rough otherwise",
			}
		}
	}
	outputs := differentiable(f(inputs...))
	if len(outputs) == 0 {
		return &Error{Op: "GradCheck", Kind: ValueError, Message: "expected f to return a tensor that requires gradients"}
	}
	if !slices.ContainsFunc(outputs, (*Tensor).IsComplex) {
		if err := c.compare(f, inputs, checked); err != nil {
			return err
		}
		return ofZeros(f, inputs, checked)
	}
	for _, part := range []struct {
		name string
		of   func(*Tensor) *Tensor
	}{{"imaginary", (*Tensor).Imag}, {"real", (*Tensor).Real}} {
		err := c.compare(func(xs ...*Tensor) []*Tensor { return mapComplex(f(xs...), part.of) }, inputs, checked)
		if err != nil {
			return fmt.Errorf("of complex outputs only the %s part: %w", part.name, err)
		}
	}
	return ofZeros(f, inputs, checked)
}

// mapComplex is ts with f of those that are complex.
func mapComplex(ts []*Tensor, f func(*Tensor) *Tensor) []*Tensor {
	mapped := make([]*Tensor, len(ts))
	for i, t := range ts {
		mapped[i] = t
		if t.IsComplex() {
			mapped[i] = f(t)
		}
	}
	return mapped
}

// ofZeros checks that the gradients for zeros are zeros.
func ofZeros(f func(xs ...*Tensor) []*Tensor, inputs, checked []*Tensor) error {
	outputs := differentiable(f(inputs...))
	zeros := make([]*Tensor, len(outputs))
	for i, y := range outputs {
		zeros[i] = ZerosLike(y)
	}
	for j, g := range Grad(outputs, checked, Gradient(zeros...), AllowUnused(true)) {
		if g != nil && g.Ne(0).Any().Item() != 0 {
			return fmt.Errorf("gradient with respect to input %d: backward does not multiply by the output's gradient: zeros give %v", j, g)
		}
	}
	return nil
}

// compare is the check of real outputs.
func (c *gradCheck) compare(f func(xs ...*Tensor) []*Tensor, inputs, checked []*Tensor) error {
	outputs := differentiable(f(inputs...))
	analytical := make([][]jacobian, len(outputs))
	for i, y := range outputs { // all of them first: the differences change what the graph has saved
		analytical[i] = jacobians(y, checked)
		for j, again := range jacobians(y, checked) {
			if d := farthest(analytical[i][j], again); d > c.nondetTol {
				return fmt.Errorf("gradient of output %d with respect to input %d: two runs of the same backward differ by %.6g: it is not deterministic", i, j, d)
			}
		}
	}
	for i := range outputs {
		for j, x := range checked {
			numerical := c.differences(f, inputs, x, i)
			if !c.close(analytical[i][j], numerical) {
				return fmt.Errorf("gradient of output %d with respect to input %d: the Jacobians differ by up to %.6g\nnumerical:\n%v\nanalytical:\n%v",
					i, j, farthest(analytical[i][j], numerical), numerical.tensor(x), analytical[i][j].tensor(x))
			}
		}
	}
	return nil
}

// differentiable are the tensors that require gradients.
func differentiable(ts []*Tensor) (kept []*Tensor) {
	for _, t := range ts {
		if t.RequiresGrad() {
			kept = append(kept, t)
		}
	}
	return kept
}

// jacobian is [elements of an input][elements of an output].
type jacobian [][]complex128

// tensor is it to be shown, in the dtype of the input x.
func (j jacobian) tensor(x *Tensor) *Tensor {
	t := New([][]complex128(j), Complex128)
	if !x.IsComplex() {
		t = t.Real()
	}
	return t
}

// jacobians are autograd's, of y by each of xs.
func jacobians(y *Tensor, xs []*Tensor) []jacobian {
	n := y.Numel()
	js := make([]jacobian, len(xs))
	for j, x := range xs {
		js[j] = make(jacobian, x.Numel())
		for i := range js[j] {
			js[j][i] = make([]complex128, n)
		}
	}
	for k := range n {
		unit := make([]float64, n)
		unit[k] = 1
		seed := FromSlice(unit).To(y.DType(), y.Device()).Reshape(y.Shape()...)
		for j, g := range Grad([]*Tensor{y}, xs, Gradient(seed), RetainGraph(true), AllowUnused(true)) {
			if g == nil {
				continue
			}
			for i, v := range ToSlice[complex128](g.To(Complex128)) {
				js[j][i][k] = v
			}
		}
	}
	return js
}

// differences is the Jacobian of output i, which is real, by x: from f at x + eps and
// x - eps, and for a complex x at x + i*eps and x - i*eps.
func (c *gradCheck) differences(f func(xs ...*Tensor) []*Tensor, inputs []*Tensor, x *Tensor, i int) jacobian {
	before := ToSlice[complex128](x.Detach().To(Complex128))
	set := func(values []complex128) {
		t := FromSlice(values).Reshape(x.Shape()...)
		if !x.IsComplex() {
			t = t.Real()
		}
		x.Detach().CopyInplace(t)
	}
	defer set(before)
	at := func(k int, v complex128) []float64 {
		moved := slices.Clone(before)
		moved[k] = v
		set(moved)
		return ToSlice[float64](differentiable(f(inputs...))[i].Detach().To(Float64))
	}
	rows := make(jacobian, len(before))
	for k, v := range before {
		addSlope := func(direction complex128) {
			step := complex(c.eps, 0) * direction
			high, low := at(k, v+step), at(k, v-step)
			if rows[k] == nil {
				rows[k] = make([]complex128, len(high))
			}
			for j := range high {
				rows[k][j] += complex((high[j]-low[j])/(2*c.eps), 0) * direction
			}
		}
		addSlope(1)
		if x.IsComplex() {
			addSlope(1i)
		}
	}
	return rows
}

func (c *gradCheck) close(analytical, numerical jacobian) bool {
	for i, row := range numerical {
		for j, n := range row {
			if !(cmplx.Abs(analytical[i][j]-n) <= c.atol+c.rtol*cmplx.Abs(n)) { // NaN is far
				return false
			}
		}
	}
	return true
}

func farthest(a, b jacobian) float64 {
	d := 0.0
	for i, row := range a {
		for j, v := range row {
			d = max(d, cmplx.Abs(v-b[i][j])) // max of a NaN is NaN
		}
	}
	return d
}
