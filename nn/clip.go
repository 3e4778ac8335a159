package nn

import "multitorch/torch"

var (
	vectorNorm = torch.NewOperator("aten::linalg_vector_norm", "self", "ord")
	sparseNorm = torch.NewOperator("aten::native_norm", "self", "p")
	clampTo    = torch.NewOperator("aten::clamp_", "self", "min", "max")
)

// ClipGradNorm scales the gradients of all parameters by one factor, so that their
// norm, taken as that of one long vector, is at most maxNorm, as
// torch.nn.utils.clip_grad_norm_. It goes between Backward and Step. The norm is
// the 2-norm unless a [NormType] says another. The result is the norm before; it is
// NaN or infinite where a gradient is.
func ClipGradNorm(params []*Parameter, maxNorm float64, norm ...NormType) float64 {
	checkLimit("ClipGradNorm", maxNorm)
	p := 2.0
	if len(norm) > 0 {
		p = float64(norm[0])
	}
	total := 0.0
	withGrads("ClipGradNorm", params, func(s *torch.Scope, grads []*torch.Tensor) {
		first := grads[0].Device()
		norms := make([]*torch.Tensor, len(grads))
		for i, g := range grads {
			norm := vectorNorm
			if torch.TraitsOf(g).Sparse {
				norm = sparseNorm
			}
			norms[i] = s.Own(norm.Call(g, p).To(first))
		}
		t := vectorNorm.Call(torch.Stack(norms, 0), p)
		total = t.Item()
		// Python's max / t is t.reciprocal() * max, which rounds twice.
		factor := t.Add(1e-6).Reciprocal().Mul(maxNorm).Clamp(nil, 1.0)
		for _, g := range grads {
			g.MulInplace(factor.To(g.Device()))
		}
	})
	return total
}

// ClipGradValue cuts every element of the gradients to [-limit, limit], as
// torch.nn.utils.clip_grad_value_.
func ClipGradValue(params []*Parameter, limit float64) {
	checkLimit("ClipGradValue", limit)
	withGrads("ClipGradValue", params, func(_ *torch.Scope, grads []*torch.Tensor) {
		for _, g := range grads {
			if torch.TraitsOf(g).Sparse {
				panic(invalid("ClipGradValue", "a gradient is sparse, and only dense ones can be cut: leave its parameter out"))
			}
			clampTo.Do(g, -limit, limit)
		}
	})
}

func checkLimit(op string, limit float64) {
	if !(limit >= 0) {
		panic(invalid(op, "expected a limit from 0, but got %v", limit))
	}
}

// withGrads calls f with the gradients that are there, if there are any, and with
// the scope that they and what is computed from them belong to.
func withGrads(op string, params []*Parameter, f func(s *torch.Scope, grads []*torch.Tensor)) {
	torch.NoGrad(func() {
		torch.Scoped(func(s *torch.Scope) {
			ts := make([]*torch.Tensor, len(params))
			for i, p := range params {
				if p == nil {
					panic(invalid(op, "parameter %d is nil", i))
				}
				ts[i] = p.Tensor
			}
			var grads []*torch.Tensor
			for _, g := range torch.Grads(s, ts) {
				if g != nil {
					grads = append(grads, g)
				}
			}
			if len(grads) > 0 {
				f(s, grads)
			}
		})
	})
}
