package nn

import (
	"sync"

	"multitorch/internal/version"
	"multitorch/torch"
)

var nativeAttention = torch.NewOperator("aten::_native_multi_head_attention", "query", "key", "value", "embed_dim", "num_head",
	"qkv_weight", "qkv_bias", "proj_weight", "proj_bias", "mask", "need_weights", "average_attn_weights", "mask_type")

// olderAttention tells whether this PyTorch is one before 2.0, whose attention has another order of operations.
var olderAttention = sync.OnceValue(func() bool { return !version.AtLeast(torch.Version(), 2, 0) })

// fused reports whether PyTorch computes such a call with one operator.
func (m *MultiheadAttention) fused(query, key, value *torch.Tensor, a attentionArguments) bool {
	c := &m.config
	self := query.Dim() == 3 && query == key && key == value
	if !self || m.Training() || !c.BatchFirst || m.BiasK != nil || c.AddZeroAttn || !m.allowsNative() {
		return false
	}
	if olderAttention() {
		if c.Dropout != 0 || a.attnMask != nil {
			return false
		}
	} else if floating(a.attnMask) || floating(a.keyPaddingMask) {
		return false
	}
	return query.DType() == m.InProjWeight.DType() && !m.wantsGradient(query)
}

// allowsNative reports whether the settings allow the operator, in an encoder's layer too.
func (m *MultiheadAttention) allowsNative() bool {
	return m.oneWeight() && m.InProjBias != nil && m.heads%2 == 0 && !torch.IsAutocastEnabled(torch.CUDA)
}

func (m *MultiheadAttention) wantsGradient(x *torch.Tensor) bool {
	return wantGradients(x, m.InProjWeight.Tensor, m.InProjBias.Tensor, m.OutProj.Weight.Tensor, m.OutProj.Bias.Tensor)
}

// wantGradients reports whether autograd would record what is computed of tensors.
func wantGradients(ts ...*torch.Tensor) bool {
	if !torch.IsGradEnabled() {
		return false
	}
	for _, t := range ts {
		if t != nil && t.RequiresGrad() {
			return true
		}
	}
	return false
}

func floating(mask *torch.Tensor) bool { return mask != nil && mask.DType().IsFloatingPoint() }

// native is the call of the operator.
func (p *attending) native(x *torch.Tensor) (output, weights *torch.Tensor) {
	mask, kind := p.nativeMask(x)
	return nativeAttention.Call2(x, x, x, p.embed, p.heads, p.InProjWeight.tensor(), p.InProjBias.tensor(), p.OutProj.Weight.tensor(),
		p.OutProj.Bias.tensor(), mask, p.needWeights, p.averageWeights, kind)
}

// nativeMask is the mask for an operator, and its kind: 0 for a mask of queries and keys, 1 for one of keys, 2 for
// both, nil for none.
func (p *attending) nativeMask(x *torch.Tensor) (mask *torch.Tensor, kind any) {
	if olderAttention() {
		if p.keyPaddingMask != nil {
			return p.keyPaddingMask, 1
		}
		return nil, nil
	}
	padding, attn := p.additive(p.keyPaddingMask, x.DType()), p.additive(p.attnMask, x.DType())
	if attn == nil {
		if padding == nil {
			return nil, nil
		}
		return padding, 1
	}
	batch, length := x.Size(0), x.Size(1)
	if attn.Dim() == 3 {
		attn = p.way(attn.View(batch, -1, length, length))
	} else {
		attn = p.way(attn.View(1, 1, length, length))
		attn = p.way(attn.Expand(batch, p.heads, -1, -1))
	}
	if padding == nil {
		return attn, 2
	}
	padding = p.way(padding.View(batch, 1, 1, length))
	return p.way(attn.Add(p.way(padding.Expand(-1, p.heads, -1, -1)))), 2
}
