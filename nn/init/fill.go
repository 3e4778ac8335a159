package nninit

import "multitorch/torch"

var (
	eyeOut  = torch.NewOperator("aten::eye.m_out", "n", "m", "out")
	copyTo  = torch.NewOperator("aten::copy_", "self", "src")
	fillAll = torch.NewOperator("aten::fill_.Scalar", "self", "value")
)

// Uniform fills t from U(a, b); PyTorch's defaults are 0 and 1. Options: [Generator].
func Uniform(t *torch.Tensor, a, b float64, opts ...Option) *torch.Tensor {
	c := configure(opts)
	return fill("Uniform", t, func() { t.UniformInplace(a, b, c.generator...) })
}

// Normal fills t from N(mean, std²); PyTorch's defaults are 0 and 1. Options: [Generator].
func Normal(t *torch.Tensor, mean, std float64, opts ...Option) *torch.Tensor {
	c := configure(opts)
	return fill("Normal", t, func() { t.NormalInplace(mean, std, c.generator...) })
}

// Constant fills t with a value.
func Constant(t *torch.Tensor, value float64) *torch.Tensor {
	return fill("Constant", t, func() { fillAll.Do(t, value) })
}

// Ones fills t with 1.
func Ones(t *torch.Tensor) *torch.Tensor { return Constant(t, 1) }

// Zeros fills t with 0.
func Zeros(t *torch.Tensor) *torch.Tensor {
	return fill("Zeros", t, func() { t.ZeroInplace() })
}

// Eye makes t [n, m] the identity: a linear layer then passes on as many inputs as it can.
func Eye(t *torch.Tensor) *torch.Tensor {
	return fill("Eye", t, func() {
		two("Eye", t)
		eyeOut.Do(t.Size(0), t.Size(1), t)
	})
}

func two(op string, t *torch.Tensor) {
	if t.Dim() != 2 {
		panic(invalid(op, "expected a tensor of 2 dimensions, but got the shape %v", t.Shape()))
	}
}

// Dirac makes t, the weight of a convolution of one to three dimensions, pass on as many of its input channels as it
// can. Options: [Groups], in each of which it does.
func Dirac(t *torch.Tensor, opts ...Option) *torch.Tensor {
	groups := configure(opts).groups
	return fill("Dirac", t, func() {
		shape := t.Shape()
		if len(shape) < 3 || len(shape) > 5 {
			panic(invalid("Dirac", "expected a tensor of 3, 4 or 5 dimensions, but got the shape %v", shape))
		}
		if groups < 1 || shape[0]%groups != 0 {
			panic(invalid("Dirac", "dimension 0 must be divisible by groups, but got the shape %v and %d", shape, groups))
		}
		t.ZeroInplace()
		out := shape[0] / groups
		torch.Scoped(func(s *torch.Scope) {
			for g := range groups {
				for d := range min(out, shape[1]) {
					at := s.Own(s.Own(t.Select(0, g*out+d)).Select(0, d))
					for _, n := range shape[2:] {
						at = s.Own(at.Select(0, n/2))
					}
					fillAll.Do(at, 1)
				}
			}
		})
	})
}
