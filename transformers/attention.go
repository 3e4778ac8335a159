package transformers

import (
	"multitorch/internal/version"
	"multitorch/libm"
	"multitorch/nn/functional"
	"multitorch/torch"
)

var opDropout = torch.NewOperator("aten::dropout", "input", "p", "train")

// attention is what a call of attend depends on beside its tensors.
type attention struct {
	Mask    *Mask
	Bias    *torch.Tensor // added to the scores [N or 1, H, Q, K]: T5's positions; nil for none
	Scale   float64       // of the scores; 0 for 1/√D
	Dropout float64       // of the weights; 0 outside of training
	Eager   bool          // Transformers' eager order of operations, bit for bit
	Float32 bool          // in the eager order: the softmax of half precision in float32
	Weights bool          // whether the weights are asked for, which takes the eager order
}

// attend is softmax(q·kᵀ·scale + mask)·v of queries [N, H, Q, D], keys [N, G, K, D] and values [N, G, K, E], where H is a
// multiple of G and each key and value is for H/G heads one after the other. It returns [N, Q, H, E], contiguous, and the
// weights [N, H, Q, K] if they are asked for.
//
// A query that sees no key gets zeros; in the eager order, as in Transformers, the mean of all values.
func attend(q, k, v *torch.Tensor, a attention) (y, weights *torch.Tensor) {
	var on passing
	defer on.free()
	if a.Scale == 0 {
		a.Scale = libm.Pow(float64(q.Size(-1)), -0.5)
	}
	if groups := q.Size(1) / k.Size(1); groups > 1 {
		k, v = on.way(k.RepeatInterleave(groups, 1)), on.way(v.RepeatInterleave(groups, 1))
	}
	if a.Eager || a.Weights || !hasDotProduct() {
		y, weights = a.eager(q, k, v)
	} else {
		y = a.dotProduct(q, k, v)
	}
	y = on.way(y)
	if a.Mask != nil && a.Mask.rows != nil && !a.Eager {
		y = on.way(y.Mul(a.Mask.rows))
	}
	if !a.Weights && weights != nil {
		on.way(weights)
		weights = nil
	}
	return on.way(y.Transpose(1, 2)).Contiguous(), weights
}

func hasDotProduct() bool { return version.AtLeast(torch.Version(), 2, 0) }

// eager has the operations of Transformers' eager_attention_forward, in their order.
func (a *attention) eager(q, k, v *torch.Tensor) (y, weights *torch.Tensor) {
	var on passing
	defer on.free()
	weights = on.way(on.way(q.Matmul(on.way(k.Transpose(2, 3)))).Mul(a.Scale))
	if a.Bias != nil {
		weights = on.way(weights.Add(a.Bias))
	}
	if mask, own := a.Mask.numbers(q.Size(2), k.Size(2), q); mask != nil {
		if weights = on.way(weights.Add(mask)); own {
			mask.Free()
		}
	}
	if weights = softmax(weights, a.Float32); weights.DType() != q.DType() {
		weights = on.way(weights).To(q.DType())
	}
	dropped := weights
	if a.Dropout > 0 {
		dropped = on.way(opDropout.Call(weights, a.Dropout, true))
	}
	return dropped.Matmul(v), weights
}

// softmax is scores' softmax over keys, in their own dtype or in float32. Python makes float32 of float64, too: of a model that
// computes in float64 nobody wants that.
func softmax(scores *torch.Tensor, float32 bool) *torch.Tensor {
	if !float32 || scores.DType().Size() >= 4 {
		return scores.Softmax(-1)
	}
	wide := scores.To(torch.Float32)
	defer wide.Free()
	return wide.Softmax(-1)
}

// dotProduct calls libtorch's operator, which is quicker and keeps no weights.
func (a *attention) dotProduct(q, k, v *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	causal := a.Mask != nil && a.Mask.causal && a.Bias == nil
	var mask *torch.Tensor
	if !causal {
		own := false
		if mask, own = a.Mask.numbers(q.Size(2), k.Size(2), q); own {
			on.way(mask)
		}
		switch {
		case mask == nil:
			mask = a.Bias
		case a.Bias != nil:
			mask = on.way(a.Bias.Add(mask))
		}
	}
	if usual := libm.Pow(float64(q.Size(-1)), -0.5); a.Scale != usual && !version.AtLeast(torch.Version(), 2, 1) {
		return functional.ScaledDotProductAttention(on.way(q.Mul(a.Scale/usual)), k, v, mask, a.Dropout, causal)
	} else if a.Scale == usual {
		return functional.ScaledDotProductAttention(q, k, v, mask, a.Dropout, causal)
	}
	return functional.ScaledDotProductAttention(q, k, v, mask, a.Dropout, causal, a.Scale)
}

// splitHeads makes heads of features: [N, L, H·D] becomes [N, H, L, D].
func splitHeads(x *torch.Tensor, size int) *torch.Tensor {
	view := x.View(x.Size(0), x.Size(1), -1, size)
	defer view.Free()
	return view.Transpose(1, 2)
}

// joinHeads makes features of heads: [N, L, H, D], contiguous, becomes [N, L, H·D].
func joinHeads(x *torch.Tensor) *torch.Tensor { return x.Reshape(x.Size(0), x.Size(1), -1) }
