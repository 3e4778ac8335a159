package nn

import "multitorch/torch"

// To moves the model to a device or converts its floating-point and complex parameters and
// buffers to a dtype, which must be such a one too. Parameters stay the same leaves, so an
// optimizer made before keeps training them. A [torch.MemoryFormat] is for the parameters and
// buffers of 4 and 5 dimensions alone, as in PyTorch: torch.ChannelsLast for a model of images.
// It is an error where such a weight has another number of dimensions than the format's.
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
	opts = optionsFor(t, opts)
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

// optionsFor are the options that concern a tensor.
func optionsFor(t *torch.Tensor, opts []torch.Option) []torch.Option {
	var kept []torch.Option
	for _, o := range opts {
		concerned := true
		switch o.(type) {
		case torch.DType:
			concerned = trainable(t.DType())
		case torch.MemoryFormat:
			concerned = t.Dim() == 4 || t.Dim() == 5
		}
		if concerned {
			kept = append(kept, o)
		}
	}
	return kept
}
