package nn

import (
	"math"
	"slices"

	"multitorch/torch"
)

var logicalOr = torch.NewOperator("aten::logical_or", "self", "other")

// additive is a mask as numbers to be added: minus infinity where a Bool is true.
func (p *passing) additive(mask *torch.Tensor, d torch.DType) *torch.Tensor {
	if mask == nil || mask.DType() != torch.Bool {
		return mask
	}
	return p.way(torch.ZerosLike(mask, d)).MaskedFillInplace(mask, math.Inf(-1))
}

// prepareMasks is what happens to the masks before the projections.
func (p *attending) prepareMasks(d torch.DType) {
	if !olderAttention() {
		p.keyPaddingMask = p.additive(p.keyPaddingMask, d)
		switch {
		case p.causal && p.keyPaddingMask == nil && !p.needWeights:
			p.attnMask = nil
		default:
			p.attnMask = p.additive(p.attnMask, d)
			p.causal = p.causal && p.keyPaddingMask == nil
		}
	}
	if p.attnMask != nil && p.attnMask.Dim() == 2 {
		p.attnMask = p.way(p.attnMask.Unsqueeze(0))
	}
}

// padMasks lets all look at a key that was added at the end.
func (p *attending) padMasks() {
	for _, m := range []**torch.Tensor{&p.attnMask, &p.keyPaddingMask} {
		if *m != nil {
			*m = p.way((*m).Pad(0, 0, 1))
		}
	}
}

// mergeMasks makes one mask of both.
func (p *attending) mergeMasks(d torch.DType) {
	if k := p.keyPaddingMask; k != nil {
		k = p.way(k.View(p.batch, 1, 1, p.sources))
		k = p.way(k.Expand(-1, p.heads, -1, -1))
		k = p.way(k.Reshape(p.batch*p.heads, 1, p.sources))
		switch {
		case p.attnMask == nil:
			p.attnMask = k
		case !olderAttention():
			p.attnMask = p.way(p.attnMask.Add(k))
		case p.attnMask.DType() == torch.Bool:
			p.attnMask = p.way(logicalOr.Call(p.attnMask, k))
		default:
			p.attnMask = p.way(p.attnMask.MaskedFill(k, math.Inf(-1)))
		}
	}
	p.attnMask = p.additive(p.attnMask, d)
}

// GenerateSquareSubsequentMask is the mask [n, n] with which each element of a sequence looks at itself and those
// before it: minus infinity above the diagonal, zeros elsewhere, as Transformer.generate_square_subsequent_mask.
func GenerateSquareSubsequentMask(n int, opts ...torch.Option) *torch.Tensor {
	atLeast(0, n, "GenerateSquareSubsequentMask", "sz")
	full := torch.Full(torch.Shape{n, n}, math.Inf(-1), opts...)
	defer full.Free()
	return full.Triu(1)
}

// check checks shapes and dtypes, so that what is wrong is said in the words of an attention.
func (m *MultiheadAttention) check(query, key, value *torch.Tensor, a attentionArguments) {
	const op = "multi_head_attention"
	q, k, v := query.Shape(), key.Shape(), value.Shape()
	if len(q) != 2 && len(q) != 3 {
		panic(invalid(op, "expected a query of 3 dimensions, or 2 for a single sequence, but got the shape %s", pyList(q)))
	}
	if len(k) != len(q) || len(v) != len(q) {
		panic(invalid(op, "expected a key and a value of %d dimensions, as the query %s, but got the shapes %s and %s",
			len(q), pyList(q), pyList(k), pyList(v)))
	}
	last := len(q) - 1
	if q[last] != m.embed || k[last] != m.kdim() || v[last] != m.vdim() {
		panic(invalid(op, "expected a query, a key and a value whose last dimensions have %d, %d and %d elements (embed_dim, kdim and vdim), "+
			"but got the shapes %s, %s and %s", m.embed, m.kdim(), m.vdim(), pyList(q), pyList(k), pyList(v)))
	}
	if !slices.Equal(k[:last], v[:last]) {
		panic(invalid(op, "expected as many values as keys, but got the shapes %s and %s", pyList(v), pyList(k)))
	}
	batch, length := 1, 0
	if last == 2 {
		length, batch = 0, q[1]
		if m.config.BatchFirst {
			length, batch = 1, q[0]
		}
		if k[1-length] != batch {
			panic(invalid(op, "expected as many sequences of keys as of queries, but got the shapes %s and %s", pyList(k), pyList(q)))
		}
	}
	if a.causal && a.attnMask == nil {
		panic(invalid(op, "is_causal needs the mask, too: give AttnMask(GenerateSquareSubsequentMask(%d))", q[length]))
	}
	checkMask(op, "attn_mask", a.attnMask, torch.Shape{q[length], k[length]}, torch.Shape{batch * m.heads, q[length], k[length]})
	if last == 1 {
		checkMask(op, "key_padding_mask", a.keyPaddingMask, torch.Shape{k[length]})
	} else {
		checkMask(op, "key_padding_mask", a.keyPaddingMask, torch.Shape{batch, k[length]})
	}
}

func checkMask(op, what string, mask *torch.Tensor, shapes ...torch.Shape) {
	if mask == nil {
		return
	}
	if d := mask.DType(); d != torch.Bool && !d.IsFloatingPoint() {
		e := invalid(op, "expected %s to be Bool or floating-point, but got %v", what, d)
		e.Kind = torch.TypeError
		panic(e)
	}
	got := mask.Shape()
	for _, s := range shapes {
		if slices.Equal(s, got) {
			return
		}
	}
	want := pyList(shapes[0])
	if len(shapes) > 1 {
		want += " or " + pyList(shapes[1])
	}
	panic(invalid(op, "expected %s of the shape %s, but got %s", what, want, pyList(got)))
}
