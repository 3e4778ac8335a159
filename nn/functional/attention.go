package functional

import (
	"math"

	"multitorch/internal/version"
	"multitorch/libm"
	"multitorch/torch"
)

var (
	opAttention       = torch.NewOperator("aten::scaled_dot_product_attention", "query", "key", "value", "attn_mask", "dropout_p", "is_causal")
	opScaledAttention = torch.NewOperator("aten::scaled_dot_product_attention", "query", "key", "value", "attn_mask", "dropout_p", "is_causal",
		"scale")
	opDropout = torch.NewOperator("aten::dropout", "input", "p", "train")
)

// ScaledDotProductAttention is softmax(query·keyᵀ·scale + attnMask)·value, for query [N, ..., L, E],
// key [N, ..., S, E] and value [N, ..., S, Ev], of [N, ..., L, Ev]. The mask is broadcast over [N, ..., L, S]:
// numbers to be added, or truth values, of which false ones leave a key out; with isCausal it must be nil,
// and keys behind the query's place are left out. Weights are dropped with probability dropoutP, whatever
// the mode. The scale is 1/√E unless given. Python's defaults are None, 0.0 and False. Where keys have fewer
// heads than queries (enable_gqa), repeat them with RepeatInterleave.
//
// libtorch has the operator from 2.0 on, and its argument scale from 2.1; before, the same is computed of
// others.
func ScaledDotProductAttention(query, key, value, attnMask *torch.Tensor, dropoutP float64, isCausal bool, scale ...float64) *torch.Tensor {
	switch {
	case isCausal && attnMask != nil:
		panic(invalid("scaled_dot_product_attention", "expected no attn_mask beside is_causal"))
	case !(dropoutP >= 0 && dropoutP <= 1):
		panic(invalid("scaled_dot_product_attention", "dropout_p has to be between 0 and 1, but got %v", dropoutP))
	case !version.AtLeast(torch.Version(), 2, 0), len(scale) > 0 && !version.AtLeast(torch.Version(), 2, 1):
		return attention(query, key, value, attnMask, dropoutP, isCausal, scale)
	case len(scale) > 0:
		return opScaledAttention.Call(query, key, value, attnMask, dropoutP, isCausal, scale[0])
	}
	return opAttention.Call(query, key, value, attnMask, dropoutP, isCausal)
}

// attention is what newer versions call the operator's math: both sides are scaled by a root.
func attention(query, key, value, mask *torch.Tensor, dropoutP float64, causal bool, scale []float64) *torch.Tensor {
	var on passing
	defer on.free()
	if len(scale) == 0 {
		scale = []float64{1 / libm.Sqrt(float64(query.Size(-1)))}
	}
	root := libm.Sqrt(scale[0])
	if causal {
		mask = on.way(on.way(torch.Ones(torch.Shape{query.Size(-2), key.Size(-2)}, torch.Bool, query.Device())).Tril(0))
	}
	if mask != nil && mask.DType() == torch.Bool {
		numbers := on.way(torch.Zeros(mask.Shape(), query.DType(), query.Device()))
		numbers.MaskedFillInplace(on.way(mask.Not()), math.Inf(-1))
		mask = numbers
	}
	weights := on.way(on.way(query.Mul(root)).Matmul(on.way(on.way(key.Transpose(-2, -1)).Mul(root))))
	if mask != nil {
		weights = on.way(weights.Add(mask))
	}
	weights = on.way(weights.Softmax(-1))
	if dropoutP > 0 {
		weights = on.way(opDropout.Call(weights, dropoutP, true))
	}
	return weights.Matmul(value)
}
