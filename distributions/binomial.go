package distributions

import (
	"math"

	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// Binomial is how many of n trials succeed, as torch.distributions.Binomial.
type Binomial struct {
	Base
	Odds
	TotalCount *torch.Tensor
}

// NewBinomial makes it of the number of trials and [Probs] or [Logits], the log-odds.
func NewBinomial(totalCount any, p ProbsOrLogits, opts ...Option) *Binomial {
	v := broadcastAll("Binomial", "total_count "+p.name(), totalCount, p.value)
	return newBinomial(v[0].TypeAs(v[1]), newOdds(v[1], p.logits, true), opts...)
}

func newBinomial(count *torch.Tensor, o Odds, opts ...Option) *Binomial {
	d := &Binomial{Odds: o, TotalCount: count}
	params := d.given(Parameter{Name: "total_count", Value: count, Constraint: constraints.NonnegativeInteger})
	d.Init(d, d.ParamShape(), nil, params, opts...)
	return d
}

// Expand implements [Distribution].
func (d *Binomial) Expand(shape ...int) Distribution {
	return newBinomial(d.TotalCount.Expand(shape...), d.expand(shape), d.keep())
}

// Support implements [Distribution].
func (d *Binomial) Support() constraints.Constraint {
	return constraints.IntegerInterval(0, d.TotalCount)
}

// Mean implements [Distribution].
func (d *Binomial) Mean() *torch.Tensor { return d.TotalCount.Mul(d.Probs()) }

// Mode implements [Distribution].
func (d *Binomial) Mode() *torch.Tensor {
	return d.TotalCount.Add(1).Mul(d.Probs()).Floor().Clamp(nil, d.TotalCount)
}

// Variance implements [Distribution].
func (d *Binomial) Variance() *torch.Tensor {
	return d.TotalCount.Mul(d.Probs()).Mul(d.Probs().RSub(1))
}

// Sample implements [Distribution].
func (d *Binomial) Sample(shape ...int) *torch.Tensor {
	shape = d.ExtendedShape(shape...)
	return withoutGrad(func() *torch.Tensor { return d.TotalCount.Expand(shape...).Binomial(d.Probs().Expand(shape...)) })
}

// LogProb implements [Distribution].
func (d *Binomial) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	n, logits := d.TotalCount, d.Logits()
	logN := n.Add(1).Lgamma()
	logK := value.Add(1).Lgamma()
	logRest := n.Sub(value).Add(1).Lgamma()
	positive := logits.Clamp(0, nil).Add(logits).Sub(logits.Clamp(nil, 0)).Div(2)
	normalize := n.Mul(positive).Add(n.Mul(logits.Abs().Neg().Exp().Log1p())).Sub(logN)
	return value.Mul(logits).Sub(logK).Sub(logRest).Sub(normalize)
}

// Entropy implements [Distribution]. All distributions of the batch need the same number of trials.
func (d *Binomial) Entropy() *torch.Tensor {
	d.trials("entropy")
	logProb := d.LogProb(d.EnumerateSupport(false))
	return logProb.Exp().Mul(logProb).Sum(0).Neg()
}

// HasEnumerateSupport implements [Distribution].
func (d *Binomial) HasEnumerateSupport() bool { return true }

// EnumerateSupport implements [Distribution]. All distributions of the batch need the same number of trials.
func (d *Binomial) EnumerateSupport(expand bool) *torch.Tensor {
	n := d.trials("enumerate_support")
	return enumerated(torch.Arange(0, n+1, 1, d.param.DType(), d.param.Device()), d.batch, nil, expand)
}

// trials is the number of trials, if it is one for all.
func (d *Binomial) trials(what string) int {
	high, low := d.TotalCount.Max().Item(), d.TotalCount.Min().Item()
	if low != math.Trunc(high) {
		panic(notImplemented("Binomial", "%s needs one total_count for the whole batch, but they are from %v to %v", what, low, high))
	}
	return int(high)
}
