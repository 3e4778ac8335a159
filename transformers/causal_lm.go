package transformers

import (
	"sync"

	"multitorch/nn"
	"multitorch/torch"
)

// causalLM is a language model's head on what its decoder made.
func causalLM(base BaseModelOutput, head *nn.Linear, in CausalInput, c *PretrainedConfig) CausalLMOutput {
	x := base.LastHiddenState
	var on passing
	if in.LastOnly {
		x = on.way(x.Narrow(1, x.Size(1)-1, 1))
	}
	out := CausalLMOutput{Logits: nextLogits(head, x, c.Eager), HiddenStates: base.HiddenStates, Attentions: base.Attentions}
	on.free()
	base.free(in.encoder())
	if in.Labels != nil {
		out.Loss = causalLoss(out.Logits, in.Labels)
	}
	return out
}

var opMv = torch.NewOperator("aten::mv", "self", "vec")

var mkl = sync.OnceValue(func() bool { return torch.Runtime().BLAS == "MKL" })

// nextLogits is the head of x [N, L, features]. One vector is multiplied as such: the product of matrices of OpenBLAS and BLIS
// reads a large table at less than half of the memory's speed for it. Bits differ, so not where they are to be equal; and only in
// float32, since for halves libtorch sums a matrix times a vector by itself, in older versions in halves.
func nextLogits(head *nn.Linear, x *torch.Tensor, eager bool) *torch.Tensor {
	if eager || mkl() || x.Size(0) != 1 || x.Size(1) != 1 || x.DType() != torch.Float32 || head.Weight.DType() != torch.Float32 ||
		head.Bias != nil || torch.IsGradEnabled() || torch.IsAutocastEnabled(x.Device()) {
		return head.Forward(x)
	}
	return nn.Through(head, x, func(x *torch.Tensor) *torch.Tensor {
		var on passing
		defer on.free()
		return on.way(opMv.Call(head.Weight.Value(), on.way(x.View(-1)))).View(1, 1, -1)
	})
}
