package functional_test

import (
	F "multitorch/nn/functional"
	"multitorch/torch"
)

// attentionPython is the operator where there is one, and its maths before.
const attentionPython = `(lambda q, k, v, mask=None, causal=False, scale=None:
	F.scaled_dot_product_attention(q, k, v, mask, 0.0, causal) if hasattr(F, "scaled_dot_product_attention") and scale is None else
	F.scaled_dot_product_attention(q, k, v, mask, 0.0, causal, scale=scale) if torch.__version__ >= "2.1" else
	(lambda r, m: (q * r @ (k.transpose(-2, -1) * r) + m).softmax(-1) @ v)(
		(scale or q.size(-1) ** -0.5) ** 0.5,
		torch.zeros(q.size(-2), k.size(-2)).masked_fill_(torch.ones(q.size(-2), k.size(-2)).tril().logical_not(), -torch.inf) if causal else
		0.0 if mask is None else mask if mask.dtype != torch.bool else torch.zeros(mask.shape).masked_fill_(mask.logical_not(), -torch.inf)))`

func attentionRows() []row {
	type T = *torch.Tensor
	q, k, v := randn(2, 3, 5, 4), randn(2, 3, 7, 4), randn(2, 3, 7, 6)
	allowed := func() T {
		mask := torch.Rand(torch.Shape{5, 7}).Gt(0.4)
		mask.Select(1, 0).FillInplace(true)
		return mask
	}
	attend := func(causal bool, scale ...float64) func([]T) T {
		return func(x []T) T {
			var mask T
			if len(x) == 4 {
				mask = x[3]
			}
			return F.ScaledDotProductAttention(x[0], x[1], x[2], mask, 0, causal, scale...)
		}
	}
	return []row{
		one(attentionPython+"(*x)", attend(false), q, k, v),
		one(attentionPython+"(*x, causal=True)", attend(true), q, k, v),
		one(attentionPython+"(*x, scale=0.3)", attend(false, 0.3), q, k, v),
		one(attentionPython+"(*x)", attend(false), q, k, v, randn(5, 7)),
		one(attentionPython+"(*x)", attend(false), q, k, v, allowed),
	}
}
