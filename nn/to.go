package nn

import "multitorch/torch"

// To moves the model to a device or converts its floating-point and complex parameters and
// buffers to a dtype, which must be such a one too. Parameters stay the same leaves, so an
// optimizer made before keeps training them.
//
// The tensors' memory is exchanged under the same names, so nothing else may use the model
// meanwhile, in Python as here: other goroutines' Forward and Backward must have ended.
func To(m Module, opts ...torch.Option) {
	for _, o := range opts {
		if d, ok := o.(torch.DType); ok && !trainable(d) {
			e := invalid("nn.To", "expected a floating point or complex dtype, but got %v: weights are not integers", d)
			e.Kind = torch.TypeError
			panic(e)
		}
	}
	torch.NoGrad(func() {
		walk(m, func(n *node) {
			for _, p := range n.parameters {
				move(p.Value.(*Parameter).Tensor, opts)
			}
			for _, b := range n.buffers {
				move(b.Value.(*Buffer).Tensor, opts)
			}
		})
	})
}

func move(t *torch.Tensor, opts []torch.Option) {
	if !trainable(t.DType()) {
		opts = withoutDType(opts)
	}
	moved := t.To(opts...)
	if moved == t {
		return
	}
	defer moved.Free()
	t.SetData(moved)
	if g := t.Grad(); g != nil {
		defer g.Free()
		mg := g.To(opts...)
		t.SetGrad(mg)
		if mg != g {
			mg.Free()
		}
	}
}

func withoutDType(opts []torch.Option) []torch.Option {
	var kept []torch.Option
	for _, o := range opts {
		if _, is := o.(torch.DType); !is {
			kept = append(kept, o)
		}
	}
	return kept
}
