package distributions

import (
	"slices"

	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// ProbsOrLogits is what [Probs] and [Logits] make.
type ProbsOrLogits struct {
	value  any
	logits bool
}

// Probs gives a distribution by its probabilities: a tensor, or a number where it is binary.
func Probs(v any) ProbsOrLogits { return ProbsOrLogits{value: v} }

// Logits gives a distribution by its log-odds, or the logarithms of probabilities that need not sum to 1.
func Logits(v any) ProbsOrLogits { return ProbsOrLogits{v, true} }

func (p ProbsOrLogits) name() string {
	if p.logits {
		return "logits"
	}
	return "probs"
}

// Odds is what a distribution embeds that is given by [Probs] or [Logits]: it has both.
type Odds struct {
	param  *torch.Tensor // the one that was given
	logits bool          // which it is
	binary bool
	clamp  bool // probabilities that are computed stay off 0 and 1
	other  *lazy
}

func newOdds(param *torch.Tensor, logits, binary bool) Odds {
	return Odds{param: param, logits: logits, binary: binary, other: new(lazy)}
}

// Probs is the probabilities.
func (o *Odds) Probs() *torch.Tensor {
	if !o.logits {
		return o.param
	}
	return o.other.get(func() *torch.Tensor {
		p := logitsToProbs(o.param, o.binary)
		if o.clamp {
			p = clampProbs(p)
		}
		return p
	})
}

// Logits is the log-odds, or the logarithms of the probabilities.
func (o *Odds) Logits() *torch.Tensor {
	if o.logits {
		return o.param
	}
	return o.other.get(func() *torch.Tensor { return probsToLogits(o.param, o.binary) })
}

// ParamShape is the shape of the parameter.
func (o *Odds) ParamShape() torch.Shape { return o.param.Shape() }

// expand expands what was given and, if it was computed, the other one.
func (o *Odds) expand(shape torch.Shape) Odds {
	e := *o
	e.param, e.other = o.param.Expand(shape...), new(lazy)
	if v := o.other.peek(); v != nil {
		e.other.value = v.Expand(shape...)
	}
	return e
}

// computed adds the other one, where it has been computed, to what is printed: Python's probs stand before its logits.
func (o *Odds) computed(params []Parameter) []Parameter {
	v := o.other.peek()
	if v == nil {
		return params
	}
	i := slices.IndexFunc(params, func(p Parameter) bool { return p.Name == "probs" || p.Name == "logits" })
	if i < 0 {
		return params
	}
	if o.logits {
		return slices.Insert(slices.Clone(params), i, Parameter{Name: "probs", Value: v})
	}
	return slices.Insert(slices.Clone(params), i+1, Parameter{Name: "logits", Value: v})
}

// both are the probabilities and logits of an inner distribution, to be checked.
func (o *Odds) both(opts []Option) []Parameter {
	if s := configure("", opts); !s.validate || s.unchecked {
		return nil
	}
	probs, logits := o.constraints()
	return []Parameter{
		{Name: "probs", Value: o.Probs(), Constraint: probs, Hidden: true},
		{Name: "logits", Value: o.Logits(), Constraint: logits, Hidden: true},
	}
}

func (o *Odds) constraints() (probs, logits constraints.Constraint) {
	if o.binary {
		return constraints.UnitInterval, constraints.Real
	}
	return constraints.Simplex, constraints.RealVector
}

// given is the parameter that was given, to be checked.
func (o *Odds) given(more ...Parameter) []Parameter {
	probs, logits := o.constraints()
	p := Parameter{Name: "probs", Value: o.param, Constraint: probs}
	if o.logits {
		p = Parameter{Name: "logits", Value: o.param, Constraint: logits}
	}
	return append(slices.Clone(more), p)
}
