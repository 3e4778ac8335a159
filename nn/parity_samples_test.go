package nn_test

import (
	"fmt"
	"strings"

	"multitorch/nn"
	"multitorch/torch"
)

// sequenceSamples are the samples of module_db in torch.testing._internal.common_modules for attention, the
// transformers, LSTM and the cells, most of them without a batch, and is_causal, which came with PyTorch 2.0.
func sequenceSamples() (rows []row) {
	lastOf3 := func() *torch.Tensor { return torch.New([]bool{false, false, true}) }
	square := func(shape ...int) input { return func() *torch.Tensor { return lastOf3().Expand(shape...) } }
	bools := []bool{true, false}
	masks := []struct {
		attn, keys bool
	}{{false, false}, {false, true}, {true, false}, {true, true}}
	for _, bias := range bools {
		for _, kv := range bools {
			for _, zero := range bools {
				for _, first := range bools {
					for _, c := range masks {
						rows = append(rows, attentionSample(bias, kv, zero, first, c.attn, c.keys, square(3, 3, 3), lastOf3))
					}
				}
			}
		}
	}
	for _, first := range bools {
		for _, normFirst := range bools {
			for _, c := range masks {
				rows = append(rows, transformerSamples(first, normFirst, c.attn, c.keys, square(3, 3), lastOf3)...)
			}
		}
	}
	for _, bias := range bools {
		for _, first := range bools {
			for _, both := range bools {
				for _, proj := range []int{0, 2} {
					keywords := fmt.Sprintf("num_layers=2, proj_size=%d, batch_first=%s, bias=%s, bidirectional=%s", proj, python(first), python(bias),
						python(both))
					make := func() nn.Module {
						return nn.NewLSTM(2, 3, nn.NumLayers(2), nn.ProjSize(proj), nn.BatchFirst(first), nn.Bias(bias), nn.Bidirectional(both))
					}
					states, out := 2, 3
					if both {
						states = 4
					}
					if proj > 0 {
						out = proj
					}
					rows = append(
						rows,
						row{python: "nn.LSTM(2, 3, " + keywords + ")", make: make, inputs: in(randn(2, 2), nil, nil), call: lstmCall},
						row{
							python: "nn.LSTM(2, 3, " + keywords + ") ", make: make, call: lstmCall,
							inputs: in(randn(3, 2), randn(states, out), randn(states, 3)),
						},
					)
				}
			}
		}
	}
	return append(rows, causalRows()...)
}

func attentionSample(bias, kv, zero, first, attn, keys bool, attnMask, keyMask input) row {
	inputs, call := in(randn(3, 3), randn(3, 3), randn(3, 3)), "m(x[0], x[1], x[2]"
	var masks []func(x []*torch.Tensor) nn.AttentionArgument
	if keys {
		at := len(inputs)
		inputs, call = append(inputs, keyMask), fmt.Sprintf("%s, key_padding_mask=x[%d]", call, at)
		masks = append(masks, func(x []*torch.Tensor) nn.AttentionArgument { return nn.KeyPaddingMask(x[at]) })
	}
	if attn {
		at := len(inputs)
		inputs, call = append(inputs, attnMask), fmt.Sprintf("%s, attn_mask=x[%d]", call, at)
		masks = append(masks, func(x []*torch.Tensor) nn.AttentionArgument { return nn.AttnMask(x[at]) })
	}
	return row{
		python: fmt.Sprintf("nn.MultiheadAttention(embed_dim=3, num_heads=3, batch_first=%s, bias=%s, add_bias_kv=%s, add_zero_attn=%s)",
			python(first), python(bias), python(kv), python(zero)),
		make: func() nn.Module {
			return nn.NewMultiheadAttention(3, 3, nn.BatchFirst(first), nn.Bias(bias), nn.AddBiasKV(kv), nn.AddZeroAttn(zero))
		},
		inputs: inputs, call: call + ")",
		forward: func(m nn.Module, x []*torch.Tensor) []*torch.Tensor {
			var args []nn.AttentionArgument
			for _, f := range masks {
				args = append(args, f(x))
			}
			return attend(x, 3, args...)(m)
		},
	}
}

func transformerSamples(first, normFirst, attn, keys bool, attnMask, keyMask input) (rows []row) {
	opts := []nn.TransformerOption{nn.DimFeedforward(8), nn.NewDropout(0), nn.BatchFirst(first), nn.NormFirst(normFirst)}
	keywords := fmt.Sprintf("dim_feedforward=8, dropout=0.0, batch_first=%s, norm_first=%s)", python(first), python(normFirst))
	sample := func(class string, make func() nn.Module, sequences int, attnWords, keyWords []string, set func(m *nn.TransformerMasks, attn, keys *torch.Tensor)) {
		c := masked{masks: func(x []*torch.Tensor) (m nn.TransformerMasks) {
			var a, k *torch.Tensor
			rest := x[sequences:]
			if attn {
				a, rest = rest[0], rest[1:]
			}
			if keys {
				k = rest[0]
			}
			set(&m, a, k)
			return m
		}}
		add := func(words []string, mask input) {
			for _, w := range words {
				c.call += fmt.Sprintf(", %s=x[%d]", w, sequences+len(c.more))
			}
			c.more = append(c.more, mask)
		}
		if attn {
			add(attnWords, attnMask)
		}
		if keys {
			add(keyWords, keyMask)
		}
		inputs := in(randn(3, 4), randn(3, 4))[:sequences]
		rows = append(rows, maskedRow("nn."+class+keywords, make, inputs, c))
	}
	sample("TransformerEncoderLayer(4, 2, ", func() nn.Module { return nn.NewTransformerEncoderLayer(4, 2, opts...) }, 1,
		[]string{"src_mask"}, []string{"src_key_padding_mask"},
		func(m *nn.TransformerMasks, attn, keys *torch.Tensor) { m.SrcMask, m.SrcKeyPaddingMask = attn, keys })
	sample("TransformerDecoderLayer(4, 2, ", func() nn.Module { return nn.NewTransformerDecoderLayer(4, 2, opts...) }, 2,
		[]string{"tgt_mask", "memory_mask"}, []string{"tgt_key_padding_mask", "memory_key_padding_mask"},
		func(m *nn.TransformerMasks, attn, keys *torch.Tensor) {
			m.TgtMask, m.MemoryMask, m.TgtKeyPaddingMask, m.MemoryKeyPaddingMask = attn, attn, keys, keys
		})
	sample("Transformer(4, 2, num_encoder_layers=1, num_decoder_layers=1, ", func() nn.Module {
		return nn.NewTransformer(4, 2, append(opts, nn.NumEncoderLayers(1), nn.NumDecoderLayers(1))...)
	}, 2, []string{"src_mask", "tgt_mask"}, []string{"src_key_padding_mask", "tgt_key_padding_mask"},
		func(m *nn.TransformerMasks, attn, keys *torch.Tensor) {
			m.SrcMask, m.TgtMask, m.SrcKeyPaddingMask, m.TgtKeyPaddingMask = attn, attn, keys, keys
		})
	return rows
}

// causalRows say that a mask is the causal one. PyTorch 1.13 can't be told, and computes the same with the mask alone.
func causalRows() (rows []row) {
	older := strings.HasPrefix(torch.Version(), "1.")
	say := func(word string) string {
		if older {
			return ""
		}
		return ", " + word + "=True"
	}
	for _, need := range []bool{true, false} {
		call := "m(x[0], x[0], x[0], attn_mask=x[1], need_weights=" + python(need) + say("is_causal") + ")"
		if !need {
			call += "[:1]"
		}
		rows = append(rows, row{
			python: "nn.MultiheadAttention(6, 2)", make: func() nn.Module { return nn.NewMultiheadAttention(6, 2) },
			inputs: in(randn(5, 2, 6), causal(5)), call: call,
			forward: func(m nn.Module, x []*torch.Tensor) []*torch.Tensor {
				return attend(x, 1, nn.AttnMask(x[1]), nn.NeedWeights(need), nn.IsCausal(true))(m)
			},
		})
	}
	encoder := func() nn.Module {
		return nn.NewTransformerEncoderLayer(8, 2, nn.DimFeedforward(12), nn.BatchFirst(true))
	}
	return append(rows, maskedRow("nn.TransformerEncoderLayer(8, 2, 12, batch_first=True)", encoder, sequences("batch_first", 5), masked{
		", src_mask=x[1]" + say("is_causal"), func(x []*torch.Tensor) nn.TransformerMasks {
			return nn.TransformerMasks{SrcMask: x[1], SrcIsCausal: new(true)}
		}, in(causal(5)),
	}), maskedRow("nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 12, batch_first=True), 2)", func() nn.Module {
		return nn.NewTransformerDecoder(nn.NewTransformerDecoderLayer(8, 2, nn.DimFeedforward(12), nn.BatchFirst(true)), 2)
	}, sequences("batch_first", 5, 4), masked{
		", tgt_mask=x[2]" + say("tgt_is_causal"), func(x []*torch.Tensor) nn.TransformerMasks {
			return nn.TransformerMasks{TgtMask: x[2], TgtIsCausal: new(true)}
		}, in(causal(5)),
	}))
}
