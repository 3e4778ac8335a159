package distributions

import (
	"fmt"
	"reflect"
	"sync"

	"multitorch/torch"
)

// RegisterKL says how [KLDivergence] computes the divergence of a pair of types; it replaces what was said before:
//
//	distributions.RegisterKL(func(p *Mine, q *distributions.Normal) *torch.Tensor { … })
func RegisterKL[P, Q Distribution](f func(p P, q Q) *torch.Tensor) {
	if f == nil {
		panic(wrongType("register_kl", "the function is nil"))
	}
	pair := [2]reflect.Type{reflect.TypeFor[P](), reflect.TypeFor[Q]()}
	divergences.Store(pair, func(p, q Distribution) *torch.Tensor { return f(p.(P), q.(Q)) })
}

// divergences are functions by pairs of types.
var divergences sync.Map

// KLDivergence is the Kullback-Leibler divergence KL(p‖q) = ∫ p(x)·log(p(x)/q(x)) dx, of each distribution of the batch. A
// pair for which none is known is an error of the kind NotImplemented.
func KLDivergence(p, q Distribution) *torch.Tensor {
	mustDistribution("kl_divergence", "first distribution", p)
	mustDistribution("kl_divergence", "second distribution", q)
	for x := p; x != nil; x = parentOf(x) {
		for y := q; y != nil; y = parentOf(y) {
			if f, ok := divergences.Load([2]reflect.Type{reflect.TypeOf(x), reflect.TypeOf(y)}); ok {
				return f.(func(p, q Distribution) *torch.Tensor)(x, y)
			}
		}
	}
	panic(noDivergence(p, q, ""))
}

func noDivergence(p, q Distribution, why string) *torch.Error {
	return notImplemented("kl_divergence", "no KL(p || q) is known for p of type %s and q of type %s%s", typeName(p), typeName(q), why)
}

// parentOf is a distribution as the more general one that it embeds, or nil.
func parentOf(d Distribution) Distribution {
	if c, ok := d.(interface{ parent() Distribution }); ok {
		return c.parent()
	}
	return nil
}

func init() {
	RegisterKL(func(p, q *TransformedDistribution) *torch.Tensor {
		a, b := NewComposeTransform(p.Transforms...), NewComposeTransform(q.Transforms...)
		if !a.Equal(b) {
			panic(noDivergence(p.self, q.self, ": their transforms differ"))
		}
		if fmt.Sprint(p.event) != fmt.Sprint(q.event) {
			panic(noDivergence(p.self, q.self, ": their events differ"))
		}
		return KLDivergence(p.BaseDist, q.BaseDist)
	})
	RegisterKL(func(p, q *Independent) *torch.Tensor {
		if p.ReinterpretedBatchNDims != q.ReinterpretedBatchNDims {
			panic(noDivergence(p, q, fmt.Sprintf(": their reinterpreted_batch_ndims are %d and %d",
				p.ReinterpretedBatchNDims, q.ReinterpretedBatchNDims)))
		}
		return sumRightmost(KLDivergence(p.BaseDist, q.BaseDist), p.ReinterpretedBatchNDims)
	})
}
