package distributions

import (
	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// NegativeBinomial is the number of successes before n failures, as torch.distributions.NegativeBinomial.
type NegativeBinomial struct {
	Base
	Odds
	TotalCount *torch.Tensor
}

// NewNegativeBinomial makes it of the number of failures, which need not be whole, and [Probs] of a success, below 1, or
// [Logits], the log-odds.
func NewNegativeBinomial(totalCount any, p ProbsOrLogits, opts ...Option) *NegativeBinomial {
	v := broadcastAll("NegativeBinomial", "total_count "+p.name(), totalCount, p.value)
	return newNegativeBinomial(v[0].TypeAs(v[1]), newOdds(v[1], p.logits, true), opts...)
}

func newNegativeBinomial(count *torch.Tensor, o Odds, opts ...Option) *NegativeBinomial {
	d := &NegativeBinomial{Odds: o, TotalCount: count}
	params := d.given(Parameter{Name: "total_count", Value: count, Constraint: constraints.GreaterThanEq(0)})
	if !o.logits {
		params[1].Constraint = constraints.HalfOpenInterval(0.0, 1.0)
	}
	d.Init(d, d.ParamShape(), nil, params, opts...)
	return d
}

// Expand implements [Distribution].
func (d *NegativeBinomial) Expand(shape ...int) Distribution {
	return newNegativeBinomial(d.TotalCount.Expand(shape...), d.expand(shape), d.keep())
}

// Support implements [Distribution].
func (d *NegativeBinomial) Support() constraints.Constraint { return constraints.NonnegativeInteger }

// Mean implements [Distribution].
func (d *NegativeBinomial) Mean() *torch.Tensor { return d.TotalCount.Mul(d.Logits().Exp()) }

// Mode implements [Distribution].
func (d *NegativeBinomial) Mode() *torch.Tensor {
	return d.TotalCount.Sub(1).Mul(d.Logits().Exp()).Floor().Clamp(0.0, nil)
}

// Variance implements [Distribution].
func (d *NegativeBinomial) Variance() *torch.Tensor { return d.Mean().Div(d.Logits().Neg().Sigmoid()) }

// Sample implements [Distribution].
func (d *NegativeBinomial) Sample(shape ...int) *torch.Tensor {
	return withoutGrad(func() *torch.Tensor {
		return NewGamma(d.TotalCount, d.Logits().Neg().Exp(), ValidateArgs(false)).Sample(shape...).Poisson()
	})
}

// LogProb implements [Distribution].
func (d *NegativeBinomial) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	n := d.TotalCount
	unnormalized := n.Mul(logSigmoid(d.Logits().Neg())).Add(value.Mul(logSigmoid(d.Logits())))
	normalization := n.Add(value).Lgamma().Neg().Add(value.Add(1.0).Lgamma()).Add(n.Lgamma())
	if zero := n.Add(value).Eq(0.0); since(2, 0) {
		normalization = normalization.MaskedFill(zero, 0.0)
	} else {
		normalization.IndexPut(0.0, zero)
	}
	return unnormalized.Sub(normalization)
}
