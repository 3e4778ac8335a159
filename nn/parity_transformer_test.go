package nn_test

import (
	"maps"
	"slices"
	"strings"

	"multitorch/nn"
	"multitorch/torch"
)

// masked is a module with masks.
type masked struct {
	call  string // the arguments behind the sequences, in Python
	masks func(x []*torch.Tensor) nn.TransformerMasks
	more  []input // what comes behind the sequences in x
}

// through calls ForwardMasked with the first of x, or the first two.
func (c masked) through(m nn.Module, x []*torch.Tensor) []*torch.Tensor {
	switch m := m.(type) {
	case *nn.TransformerEncoderLayer:
		return list(m.ForwardMasked(x[0], c.masks(x)))
	case *nn.TransformerEncoder:
		return list(m.ForwardMasked(x[0], c.masks(x)))
	case *nn.TransformerDecoderLayer:
		return list(m.ForwardMasked(x[0], x[1], c.masks(x)))
	case *nn.TransformerDecoder:
		return list(m.ForwardMasked(x[0], x[1], c.masks(x)))
	}
	return list(m.(*nn.Transformer).ForwardMasked(x[0], x[1], c.masks(x)))
}

func maskedRow(python string, make func() nn.Module, sequences []input, c masked) row {
	call := "m(x[0], x[1]" + c.call + ")"
	if len(sequences) == 1 {
		call = "m(x[0]" + c.call + ")"
	}
	return row{python: python, make: make, inputs: slices.Concat(sequences, c.more), call: call, forward: c.through}
}

func unmasked([]*torch.Tensor) nn.TransformerMasks { return nn.TransformerMasks{} }

// encoderMasks are the masks of an encoder's sequences of 5, two with the batch first.
func encoderMasks(word string) []masked {
	return []masked{
		{"", unmasked, nil},
		{", " + word + "=x[1]", func(x []*torch.Tensor) nn.TransformerMasks { return nn.TransformerMasks{SrcMask: x[1]} }, in(causal(5))},
		{", " + word + "=x[1]", func(x []*torch.Tensor) nn.TransformerMasks { return nn.TransformerMasks{SrcMask: x[1]} }, in(mask(5, 5))},
		{", src_key_padding_mask=x[1]", func(x []*torch.Tensor) nn.TransformerMasks {
			return nn.TransformerMasks{SrcKeyPaddingMask: x[1]}
		}, in(padding(5, 2))},
		{", src_key_padding_mask=x[1]", func(x []*torch.Tensor) nn.TransformerMasks {
			return nn.TransformerMasks{SrcKeyPaddingMask: x[1]}
		}, in(mask(2, 5))},
		{", " + word + "=x[1], src_key_padding_mask=x[2]", func(x []*torch.Tensor) nn.TransformerMasks {
			return nn.TransformerMasks{SrcMask: x[1], SrcKeyPaddingMask: x[2]}
		}, in(mask(5, 5), padding(5, 2))},
	}
}

func decoderMasks() []masked {
	return []masked{
		{"", unmasked, nil},
		{", tgt_mask=x[2], memory_key_padding_mask=x[3]", func(x []*torch.Tensor) nn.TransformerMasks {
			return nn.TransformerMasks{TgtMask: x[2], MemoryKeyPaddingMask: x[3]}
		}, in(causal(4), padding(5, 2))},
		{", tgt_mask=x[2], memory_mask=x[3], tgt_key_padding_mask=x[4]", func(x []*torch.Tensor) nn.TransformerMasks {
			return nn.TransformerMasks{TgtMask: x[2], MemoryMask: x[3], TgtKeyPaddingMask: x[4]}
		}, in(mask(4, 4), randn(4, 5), padding(4, 1))},
	}
}

const small = "dim_feedforward=12"

// layerCases are keyword arguments of a layer of 8 features and 2 heads.
func layerCases() map[string][]nn.TransformerOption {
	return map[string][]nn.TransformerOption{
		small:                                    {nn.DimFeedforward(12)},
		small + ", batch_first=True":             {nn.DimFeedforward(12), nn.BatchFirst(true)},
		small + ", dropout=0.0, norm_first=True": {nn.DimFeedforward(12), nn.NewDropout(0), nn.NormFirst(true)},
		small + ", activation='gelu', batch_first=True, norm_first=True": {
			nn.DimFeedforward(12), nn.Activation("gelu"), nn.BatchFirst(true), nn.NormFirst(true),
		},
		small + ", activation=nn.GELU(), batch_first=True": {
			nn.DimFeedforward(12), nn.ActivationModule(nn.NewGELU()), nn.BatchFirst(true),
		},
		small + ", activation=nn.ReLU()": {nn.DimFeedforward(12), nn.ActivationModule(nn.NewReLU())},
		small + ", activation=nn.Tanh(), batch_first=True": {
			nn.DimFeedforward(12), nn.ActivationModule(nn.NewTanh()), nn.BatchFirst(true),
		},
		small + ", activation=torch.tanh, layer_norm_eps=0.01, batch_first=True": {
			nn.DimFeedforward(12), nn.ActivationFunc((*torch.Tensor).Tanh), nn.LayerNormEps(0.01), nn.BatchFirst(true),
		},
	}
}

// sequences are one of 5 elements, or one of 4 and another of 5, two with the batch first where the settings say so.
func sequences(keywords string, lengths ...int) (inputs []input) {
	for _, n := range lengths {
		if strings.Contains(keywords, "batch_first") {
			inputs = append(inputs, randn(2, n, 8))
		} else {
			inputs = append(inputs, randn(n, 2, 8))
		}
	}
	return inputs
}

func transformerRows() (rows []row) {
	cases := layerCases()
	for _, keywords := range slices.Sorted(maps.Keys(cases)) {
		opts := cases[keywords]
		encoder := func() nn.Module { return nn.NewTransformerEncoderLayer(8, 2, opts...) }
		decoder := func() nn.Module { return nn.NewTransformerDecoderLayer(8, 2, opts...) }
		for _, c := range encoderMasks("src_mask") {
			rows = append(rows, maskedRow("nn.TransformerEncoderLayer(8, 2, "+keywords+")", encoder, sequences(keywords, 5), c))
		}
		for _, c := range decoderMasks() {
			rows = append(rows, maskedRow("nn.TransformerDecoderLayer(8, 2, "+keywords+")", decoder, sequences(keywords, 4, 5), c))
		}
	}
	rows = append(
		rows,
		maskedRow("nn.TransformerEncoderLayer(8, 2, dim_feedforward=12) ", func() nn.Module {
			return nn.NewTransformerEncoderLayer(8, 2, nn.DimFeedforward(12))
		}, in(randn(5, 8)), masked{"", unmasked, nil}),
		maskedRow("nn.TransformerDecoderLayer(8, 2, dim_feedforward=12) ", func() nn.Module {
			return nn.NewTransformerDecoderLayer(8, 2, nn.DimFeedforward(12))
		}, in(randn(4, 8), randn(5, 8)), masked{"", unmasked, nil}),
	)
	for _, c := range encoderMasks("mask") {
		rows = append(rows, maskedRow("nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 12, batch_first=True), 2)", func() nn.Module {
			return nn.NewTransformerEncoder(nn.NewTransformerEncoderLayer(8, 2, nn.DimFeedforward(12), nn.BatchFirst(true)), 2)
		}, sequences("batch_first", 5), c))
	}
	for _, c := range decoderMasks() {
		rows = append(rows, maskedRow("nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 12), 2, nn.LayerNorm(8))", func() nn.Module {
			return nn.NewTransformerDecoder(nn.NewTransformerDecoderLayer(8, 2, nn.DimFeedforward(12)), 2, nn.NewLayerNorm(8))
		}, sequences("", 4, 5), c))
	}
	transformer := func(opts ...nn.TransformerOption) func() nn.Module {
		return func() nn.Module {
			return nn.NewTransformer(8, 2, append(opts, nn.NumEncoderLayers(2), nn.NumDecoderLayers(1), nn.DimFeedforward(12))...)
		}
	}
	all := masked{
		", src_mask=x[2], tgt_mask=x[3], memory_mask=x[4], src_key_padding_mask=x[5], tgt_key_padding_mask=x[6], memory_key_padding_mask=x[7]",
		func(x []*torch.Tensor) nn.TransformerMasks {
			return nn.TransformerMasks{
				SrcMask: x[2], TgtMask: x[3], MemoryMask: x[4], SrcKeyPaddingMask: x[5], TgtKeyPaddingMask: x[6], MemoryKeyPaddingMask: x[7],
			}
		}, in(mask(5, 5), causal(4), mask(4, 5), padding(5, 2), padding(4, 1), padding(5, 1)),
	}
	const code, first = "nn.Transformer(8, 2, 2, 1, 12)", "nn.Transformer(8, 2, 2, 1, 12, batch_first=True, activation='gelu')"
	gelu := transformer(nn.BatchFirst(true), nn.Activation("gelu"))
	return append(
		rows,
		maskedRow(code, transformer(), sequences("", 5, 4), masked{"", unmasked, nil}),
		maskedRow(code, transformer(), sequences("", 5, 4), all),
		maskedRow(first, gelu, sequences("batch_first", 5, 4), masked{"", unmasked, nil}),
		maskedRow(first, gelu, sequences("batch_first", 5, 4), all),
		maskedRow(code, transformer(), in(randn(5, 8), randn(4, 8)), masked{"", unmasked, nil}),
	)
}

// fusedTransformers are encoders in evaluation without gradients.
func fusedTransformers() (rows []row) {
	cases := layerCases()
	for _, keywords := range slices.Sorted(maps.Keys(cases)) {
		opts := cases[keywords]
		for _, c := range encoderMasks("src_mask") {
			rows = append(rows, maskedRow("nn.TransformerEncoderLayer(8, 2, "+keywords+")", func() nn.Module {
				return nn.NewTransformerEncoderLayer(8, 2, opts...)
			}, sequences(keywords, 5), c))
		}
		for _, c := range encoderMasks("mask") {
			rows = append(rows, maskedRow("nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, "+keywords+"), 3, nn.LayerNorm(8))", func() nn.Module {
				return nn.NewTransformerEncoder(nn.NewTransformerEncoderLayer(8, 2, opts...), 3, nn.NewLayerNorm(8))
			}, sequences(keywords, 5), c), maskedRow(
				"nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, "+keywords+"), 2, enable_nested_tensor=False)", func() nn.Module {
					return nn.NewTransformerEncoder(nn.NewTransformerEncoderLayer(8, 2, opts...), 2, nn.EnableNestedTensor(false))
				}, sequences(keywords, 5), c))
		}
	}
	shorter := masked{", src_key_padding_mask=x[1]", func(x []*torch.Tensor) nn.TransformerMasks {
		return nn.TransformerMasks{SrcKeyPaddingMask: x[1]}
	}, in(func() *torch.Tensor {
		return torch.New([][]bool{{false, false, false, true, true}, {false, false, true, true, true}})
	})}
	return append(rows, maskedRow("nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 12, batch_first=True), 2)", func() nn.Module {
		return nn.NewTransformerEncoder(nn.NewTransformerEncoderLayer(8, 2, nn.DimFeedforward(12), nn.BatchFirst(true)), 2)
	}, sequences("batch_first", 5), shorter))
}
