package trainer

import (
	"math"

	"multitorch/nn"
	"multitorch/torch"
)

// NaNPolicy says what becomes of a step whose loss or gradients are NaN or infinite. What is found is found before the step is
// applied, since weights that are NaN can't be brought back.
type NaNPolicy int

const (
	// NaNLoss ends the run with a [*NotFiniteError] when a loss that is read isn't finite: see Trainer.LossEvery. Gradients are
	// not looked at. It is the default.
	NaNLoss NaNPolicy = iota
	// NaNFail looks at gradients too, and its [*NotFiniteError] names the first parameter whose gradient isn't finite.
	//
	// NaNFail and NaNSkip read one small tensor back in each step, with its losses and the largest element of each gradient:
	// on a GPU that waits for the backward pass, and everywhere it goes once more over all gradients, which takes about as long
	// as clipping them. Trainer.LossEvery then saves nothing. Under a Scaler gradients that overflow are its business, and
	// losses alone are looked at.
	NaNFail
	// NaNSkip leaves such a step out, as Step.Skipped says, and its losses out of the epoch's mean.
	NaNSkip
	// NaNIgnore looks at nothing, and lets losses that are not finite into logs and means.
	NaNIgnore
)

// looks reports whether losses and gradients are looked at together, after the backward pass.
func (p NaNPolicy) looks() bool { return p == NaNFail || p == NaNSkip }

var (
	vectorNorm   = torch.NewOperator("aten::linalg_vector_norm", "self", "ord")
	sparseValues = torch.NewOperator("aten::_values", "self")
)

// look reads the step's losses and whether they and the gradients are finite, at once. The error says what isn't.
func (r *run[B, O]) look() (bad error) {
	w := &r.window
	var names []string // of the parameters behind the last numbers
	var values []float64
	torch.NoGrad(func() {
		torch.Scoped(func(s *torch.Scope) {
			var numbers []*torch.Tensor
			add := func(t *torch.Tensor) {
				number := t.To(w.losses[0].Device(), torch.Float64)
				if number != t { // To gives t itself where there is nothing to do
					s.Own(number)
				}
				numbers = append(numbers, number)
			}
			for i, loss := range w.losses {
				add(loss)
				if t, ok := w.weights[i].(*torch.Tensor); ok {
					add(t)
				} else {
					add(s.Own(torch.New(w.weights[i])))
				}
			}
			for _, p := range nn.NamedParameters(r.Model) {
				g := p.Grad()
				if g == nil || r.Scaler != nil || g.Numel() == 0 {
					continue
				}
				if torch.TraitsOf(g).Sparse {
					g = sparseValues.Call(g)
				}
				add(s.Own(vectorNorm.Call(g, math.Inf(1)))) // the largest element: a sum could overflow
				names = append(names, p.Name)
			}
			values = torch.ToSlice[float64](torch.Stack(numbers, 0))
		})
	})
	for i := range w.losses {
		loss, weight := values[2*i], values[2*i+1]
		w.add(loss, weight, r.Accumulate > 1)
		if bad == nil && !finite(loss) {
			bad = &NotFiniteError{Place: r.next(), Loss: loss}
		}
	}
	for i, v := range values[2*len(w.losses):] {
		if bad == nil && !finite(v) {
			bad = &NotFiniteError{Place: r.next(), Loss: v, Parameter: names[i]}
		}
	}
	return bad
}

// next is the place of the step that is being made.
func (r *run[B, O]) next() Place { return Place{r.at.Epoch, r.at.Step + 1} }

// masked is the weight of a loss in a mean, 0 of one that is not finite. Nothing is read back.
func masked(loss *torch.Tensor, weight any) (masked any) {
	torch.NoGrad(func() { masked = loss.Detach().IsFinite().To(torch.Float64).Mul(weight) })
	return masked
}
