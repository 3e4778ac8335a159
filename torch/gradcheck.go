package torch

import (
	"fmt"
	"math"
)

// GradCheckOption is a setting of [GradCheck] and [GradGradCheck].
type GradCheckOption func(*gradCheck)

type gradCheck struct{ eps, atol, rtol, nondetTol float64 }

// CheckEps is the step of the differences (default 1e-6).
func CheckEps(eps float64) GradCheckOption { return func(c *gradCheck) { c.eps = eps } }

// CheckTolerance is how far the two may be apart: atol + rtol * |numerical|
// (default 1e-5 and 1e-3).
func CheckTolerance(atol, rtol float64) GradCheckOption {
	return func(c *gradCheck) { c.atol, c.rtol = atol, rtol }
}

// CheckNondetTol is how far two runs of the same backward may be apart (default 0).
func CheckNondetTol(tol float64) GradCheckOption { return func(c *gradCheck) { c.nondetTol = tol } }

// GradCheck compares the gradients that autograd computes of f with small
// differences of f, as torch.autograd.gradcheck: the Jacobian of every output that
// requires gradients with respect to every input that does. These must be Float64.
// The error shows both Jacobians, of shape [elements of the input, elements of the
// output]. f is called twice for each element; it must not depend on random numbers.
func GradCheck(f func(xs ...*Tensor) []*Tensor, inputs []*Tensor, opts ...GradCheckOption) error {
	c := gradCheck{1e-6, 1e-5, 1e-3, 0}
	for _, o := range opts {
		o(&c)
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
		for _, g := range Grad(outputs, differentiable(xs[:n]), Gradient(xs[n:]...), CreateGraph(), AllowUnused()) {
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
		if x.DType() != Float64 || !x.IsLeaf() {
			return &Error{
				Op: "GradCheck", Kind: ValueError, Operands: []string{x.describe()},
				Message: "expected inputs that require gradients to be Float64 leaves: differences are too rough otherwise",
			}
		}
	}
	outputs := differentiable(f(inputs...))
	if len(outputs) == 0 {
		return &Error{Op: "GradCheck", Kind: ValueError, Message: "expected f to return a tensor that requires gradients"}
	}
	analytical := make([][][][]float64, len(outputs))
	for i, y := range outputs { // all of them first: the differences change what the graph has saved
		if y.DType().IsComplex() {
			return &Error{Op: "GradCheck", Kind: NotImplemented, Message: "complex outputs can't be checked: check their parts"}
		}
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
					i, j, farthest(analytical[i][j], numerical), New(numerical), New(analytical[i][j]))
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

// jacobians are autograd's, of y by each of xs: [elements of x][elements of y].
func jacobians(y *Tensor, xs []*Tensor) [][][]float64 {
	n := y.Numel()
	js := make([][][]float64, len(xs))
	for j, x := range xs {
		js[j] = matrix(x.Numel(), n)
	}
	for k := range n {
		unit := make([]float64, n)
		unit[k] = 1
		seed := FromSlice(unit).To(y.DType(), y.Device()).Reshape(y.Shape()...)
		for j, g := range Grad([]*Tensor{y}, xs, Gradient(seed), RetainGraph(), AllowUnused()) {
			if g == nil {
				continue
			}
			for i, v := range ToSlice[float64](g) {
				js[j][i][k] = v
			}
		}
	}
	return js
}

// differences is the Jacobian of output i by x, from f at x + eps and x - eps.
func (c *gradCheck) differences(f func(xs ...*Tensor) []*Tensor, inputs []*Tensor, x *Tensor, i int) [][]float64 {
	values := ToSlice[float64](x)
	rows := make([][]float64, len(values))
	at := func(k int, v float64) []float64 {
		moved := append([]float64(nil), values...)
		moved[k] = v
		x.Detach().CopyInplace(FromSlice(moved).Reshape(x.Shape()...))
		return ToSlice[float64](differentiable(f(inputs...))[i].Detach().To(Float64))
	}
	defer x.Detach().CopyInplace(FromSlice(values).Reshape(x.Shape()...))
	for k, v := range values {
		high, low := at(k, v+c.eps), at(k, v-c.eps)
		for j := range high {
			high[j] = (high[j] - low[j]) / (2 * c.eps)
		}
		rows[k] = high
	}
	return rows
}

func (c *gradCheck) close(analytical, numerical [][]float64) bool {
	for i, row := range numerical {
		for j, n := range row {
			if !(math.Abs(analytical[i][j]-n) <= c.atol+c.rtol*math.Abs(n)) { // NaN is far
				return false
			}
		}
	}
	return true
}

func farthest(a, b [][]float64) float64 {
	d := 0.0
	for i, row := range a {
		for j, v := range row {
			d = max(d, math.Abs(v-b[i][j])) // max of a NaN is NaN
		}
	}
	return d
}

func matrix(rows, columns int) [][]float64 {
	m := make([][]float64, rows)
	for i := range m {
		m[i] = make([]float64, columns)
	}
	return m
}
