package distributions

import (
	"slices"

	"multitorch/libm"
	"multitorch/torch"
	"multitorch/torch/linalg"
)

// Divergences of normal distributions of vectors, and of random matrices.

func init() {
	RegisterKL(func(p, q *MultivariateNormal) tensor {
		sameEvents(p, q)
		half := logDiagonal(q.tril).Sub(logDiagonal(p.tril))
		qs, ps := expandBoth(q.tril, p.tril)
		term2 := traceXXT(linalg.SolveTriangular(qs, ps, false))
		term3 := mahalanobis(q.tril, q.Loc.Sub(p.Loc))
		return half.Add(term2.Add(term3).Sub(p.event[0]).Mul(0.5))
	})
	RegisterKL(func(p, q *LowRankMultivariateNormal) tensor {
		sameEvents(p, q)
		term1 := q.logDet().Sub(p.logDet())
		term3 := q.mahalanobis(q.Loc.Sub(p.Loc))
		a := q.inverseFactor()
		term21 := p.d.Div(q.d).Sum(-1)
		term22 := traceXXT(p.w.Mul(q.d.Rsqrt().Unsqueeze(-1)))
		term23 := traceXXT(a.Mul(p.d.Sqrt().Unsqueeze(-2)))
		term24 := traceXXT(a.Matmul(p.w))
		term2 := term21.Add(term22).Sub(term23).Sub(term24)
		return term1.Add(term2).Add(term3).Sub(p.event[0]).Mul(0.5)
	})
	RegisterKL(func(p *MultivariateNormal, q *LowRankMultivariateNormal) tensor {
		sameEvents(p, q)
		term1 := q.logDet().Sub(logDiagonal(p.tril).Mul(2))
		term3 := q.mahalanobis(q.Loc.Sub(p.Loc))
		a := q.inverseFactor()
		term21 := traceXXT(p.tril.Mul(q.d.Rsqrt().Unsqueeze(-1)))
		term22 := traceXXT(a.Matmul(p.tril))
		return term1.Add(term21.Sub(term22)).Add(term3).Sub(p.event[0]).Mul(0.5)
	})
	RegisterKL(func(p *LowRankMultivariateNormal, q *MultivariateNormal) tensor {
		sameEvents(p, q)
		term1 := logDiagonal(q.tril).Mul(2).Sub(p.logDet())
		term3 := mahalanobis(q.tril, q.Loc.Sub(p.Loc))
		qs, w := expandBoth(q.tril, p.w)
		_, d := expandBoth(q.tril, p.d.Sqrt().DiagEmbed(0, -2, -1))
		term21 := traceXXT(linalg.SolveTriangular(qs, w, false))
		term22 := traceXXT(linalg.SolveTriangular(qs, d, false))
		return term1.Add(term21.Add(term22)).Add(term3).Sub(p.event[0]).Mul(0.5)
	})
	RegisterKL(klWishart)
}

func sameEvents(p, q Distribution) {
	if a, b := p.EventShape(), q.EventShape(); !slices.Equal(a, b) {
		panic(invalid("kl_divergence", "expected distributions of one event shape, but got %s and %s", pyShape(a), pyShape(b)))
	}
}

// expandBoth broadcasts the batches of matrices.
func expandBoth(a, b tensor) (x, y tensor) {
	s, t := a.Shape(), b.Shape()
	n, m := len(s)-2, len(t)-2
	batch := broadcastBatch("kl_divergence", "p q", s[:n], t[:m])
	return a.Expand(slices.Concat(batch, s[n:])...), b.Expand(slices.Concat(batch, t[m:])...)
}

// inverseFactor is L⁻¹WᵀD⁻¹ of the capacitance's L.
func (d *LowRankMultivariateNormal) inverseFactor() tensor {
	return linalg.SolveTriangular(d.capacitance, d.w.MT().Div(d.d.Unsqueeze(-2)), false)
}

// klWishart is by Bregman's divergence of the logarithm of the normalizer, as of any exponential family.
func klWishart(p, q *Wishart) tensor {
	var ps []tensor
	for _, x := range p.natural() {
		ps = append(ps, x.Detach().SetRequiresGrad(true))
	}
	qs := q.natural()
	var logNormal, result tensor
	torch.EnableGrad(func() {
		logNormal = p.logNormalizer(ps[0], ps[1])
		gradients := torch.Grad([]tensor{logNormal.Sum()}, ps, torch.CreateGraph(true))
		result = q.logNormalizer(qs[0], qs[1]).Sub(logNormal)
		for i, g := range gradients {
			result = result.Sub(sumRightmost(qs[i].Sub(ps[i]).Mul(g), len(q.event)))
		}
	})
	return result
}

func (d *Wishart) natural() []tensor {
	return []tensor{d.PrecisionMatrix().Neg().Div(2), d.DF.Sub(d.event[0]).Sub(1).Div(2)}
}

func (d *Wishart) logNormalizer(x, y tensor) tensor {
	p := d.event[0]
	more := float64(p+1) / 2
	factor := y.Add(more)
	_, logDet := linalg.Slogdet(x.Mul(-2))
	return factor.Mul(logDet.Neg().Add(libm.Log(2) * float64(p))).Add(y.Add(more).Mvlgamma(p))
}
