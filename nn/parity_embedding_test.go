package nn_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/twin"
)

func embeddingRows() []row {
	embedding := func(opts ...nn.EmbeddingOption) func() nn.Module {
		return func() nn.Module { return nn.NewEmbedding(6, 3, opts...) }
	}
	bag := func(opts ...nn.EmbeddingOption) func() nn.Module {
		return func() nn.Module { return nn.NewEmbeddingBag(6, 3, opts...) }
	}
	// bags [2, 0, 3, 2] of 7 ids, one behind the other
	offsets := func(more ...int) input {
		return func() *torch.Tensor { return torch.New(append([]int{0, 2, 2, 5}, more...)) }
	}
	words := in(ids(6, 2, 3))
	bags, flat := in(ids(6, 4, 5), nil, nil), in(ids(6, 7), offsets(), nil)
	small := func() nn.Module { return nn.NewEmbedding(4, 3) }
	return []row{
		{python: "nn.Embedding(6, 3)", make: embedding(), inputs: words},
		{python: "nn.Embedding(6, 3, padding_idx=0)", make: embedding(nn.PaddingIdx(0)), inputs: words},
		{python: "nn.Embedding(6, 3, padding_idx=-2)", make: embedding(nn.PaddingIdx(-2)), inputs: words},
		{python: "nn.Embedding(6, 3, scale_grad_by_freq=True)", make: embedding(nn.ScaleGradByFreq(true)), inputs: words},
		{python: "nn.Embedding(6, 3, max_norm=1.0)", make: embedding(nn.MaxNorm(1)), inputs: words},
		{python: "nn.Embedding(6, 3, max_norm=0.5, norm_type=1.0)", make: embedding(nn.MaxNorm(0.5), nn.NormType(1)), inputs: words},

		{python: "nn.EmbeddingBag(6, 3)", make: bag(), inputs: bags},
		{python: "nn.EmbeddingBag(6, 3) ", make: bag(), inputs: flat},
		{python: "nn.EmbeddingBag(6, 3, mode='sum')", make: bag(nn.Mode("sum")), inputs: bags},
		{python: "nn.EmbeddingBag(6, 3, mode='sum') ", make: bag(nn.Mode("sum")), inputs: flat},
		{python: "nn.EmbeddingBag(6, 3, mode='sum')  ", make: bag(nn.Mode("sum")), inputs: in(ids(6, 4, 5), nil, randn(4, 5))},
		{python: "nn.EmbeddingBag(6, 3, mode='sum')   ", make: bag(nn.Mode("sum")), inputs: in(ids(6, 7), offsets(), randn(7))},
		{python: "nn.EmbeddingBag(6, 3, mode='max')", make: bag(nn.Mode("max")), inputs: bags},
		{python: "nn.EmbeddingBag(6, 3, mode='max') ", make: bag(nn.Mode("max")), inputs: flat},
		{python: "nn.EmbeddingBag(6, 3, padding_idx=-1)", make: bag(nn.PaddingIdx(-1)), inputs: flat},
		{python: "nn.EmbeddingBag(6, 3, padding_idx=0, mode='max')", make: bag(nn.PaddingIdx(0), nn.Mode("max")), inputs: bags},
		{python: "nn.EmbeddingBag(6, 3, max_norm=1.0)", make: bag(nn.MaxNorm(1)), inputs: flat},
		{python: "nn.EmbeddingBag(6, 3, max_norm=0.5, norm_type=1.0)", make: bag(nn.MaxNorm(0.5), nn.NormType(1)), inputs: bags},
		{python: "nn.EmbeddingBag(6, 3, scale_grad_by_freq=True)", make: bag(nn.ScaleGradByFreq(true)), inputs: bags},
		{
			python: "nn.EmbeddingBag(6, 3, include_last_offset=True)", make: bag(nn.IncludeLastOffset(true)),
			inputs: in(ids(6, 7), offsets(7), nil),
		},
		{
			python: "nn.EmbeddingBag(6, 3, mode='sum', dtype=torch.float64)", make: bag(nn.Mode("sum"), nn.DType(torch.Float64)),
			inputs: bags,
		},

		// the samples of module_db in torch.testing._internal.common_modules
		{python: "nn.Embedding(num_embeddings=4, embedding_dim=3)", make: small, inputs: in(ids(4, 2, 3))},
		{python: "nn.Embedding(num_embeddings=4, embedding_dim=3) ", make: small, inputs: in(func() *torch.Tensor {
			return torch.Randint(0, 4, torch.Shape{1, 512}).Expand(7, 512)
		})},
	}
}

// TestEmbeddingsOfGivenVectors: from_pretrained, frozen and not, and sparse gradients.
func TestEmbeddingsOfGivenVectors(t *testing.T) {
	inputs := map[string]*torch.Tensor{"table": torch.Randn(torch.Shape{5, 3}), "ids": torch.Randint(0, 5, torch.Shape{2, 4})}
	given := inputs["table"].Clone()
	plain := func(m *nn.Embedding) func() (nn.Module, *torch.Tensor) {
		return func() (nn.Module, *torch.Tensor) { return m, m.Forward(inputs["ids"]) }
	}
	bags := func(m *nn.EmbeddingBag) func() (nn.Module, *torch.Tensor) {
		return func() (nn.Module, *torch.Tensor) { return m, m.Forward(inputs["ids"], nil, nil) }
	}
	copied := func() *torch.Tensor { return inputs["table"].Clone() }
	frozen := nn.EmbeddingFromPretrained(given, nn.PaddingIdx(1), nn.MaxNorm(1))
	require.False(t, frozen.Weight.RequiresGrad())
	cases := map[string]func() (nn.Module, *torch.Tensor){
		"Embedding.from_pretrained(table, padding_idx=1, max_norm=1.0)": plain(frozen),
		"Embedding.from_pretrained(fresh(), freeze=False, padding_idx=-1)": plain(
			nn.EmbeddingFromPretrained(copied(), nn.Freeze(false), nn.PaddingIdx(-1))),
		"Embedding.from_pretrained(fresh(), freeze=False, sparse=True)": plain(
			nn.EmbeddingFromPretrained(copied(), nn.Freeze(false), nn.Sparse(true))),
		"EmbeddingBag.from_pretrained(fresh(), freeze=False, mode='sum')": bags(
			nn.EmbeddingBagFromPretrained(copied(), nn.Freeze(false), nn.Mode("sum"))),
		"EmbeddingBag.from_pretrained(fresh(), freeze=False, sparse=True)": bags(
			nn.EmbeddingBagFromPretrained(copied(), nn.Freeze(false), nn.Sparse(true))),
	}
	codes := slices.Sorted(maps.Keys(cases))
	want := twin.Run(t, `
		import torch.nn as nn
		table, fresh = inputs["table"].clone(), inputs["table"].clone
		for code in args:
			m = eval("nn." + code)
			y = m(inputs["ids"])
			out[code + ".y"] = y
			out[code + ".text"] = torch.tensor(list(repr(m).encode()), dtype=torch.uint8)
			if y.requires_grad:
				y.backward(torch.arange(y.numel()).view_as(y).float())
				g = m.weight.grad
				if g.is_sparse: out[code + ".indices"], g = g._indices(), g._values()
				out[code + ".grad"] = g
		out["table"] = table
	`, inputs, codes...)
	for _, code := range codes {
		m, y := cases[code]()
		require.Equal(t, string(want[code+".text"].Bytes()), nn.Describe(m))
		twin.RequireEqual(t, want[code+".y"], y, code)
		if want[code+".grad"] == nil {
			continue
		}
		y.Backward(torch.Gradient(torch.Arange(0, y.Numel(), 1).Reshape(y.Shape()...).To(torch.Float32)))
		g := nn.Parameters(m)[0].Grad()
		if want[code+".indices"] != nil {
			twin.RequireEqual(t, want[code+".indices"], torch.NewOperator("aten::_indices", "self").Call(g), code)
			g = torch.NewOperator("aten::_values", "self").Call(g)
		}
		twin.RequireEqual(t, want[code+".grad"], g, code)
	}
	twin.RequireEqual(t, want["table"], given, "the vectors given, which max_norm shortens")
}
