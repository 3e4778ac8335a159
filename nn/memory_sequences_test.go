package nn_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/nn"
	"multitorch/torch"
)

// TestSequencesLeaveNothing: attention, transformers, recurrent networks, their cells and tables free what they make on
// the way, in training, with backward, and without gradients, in evaluation too.
func TestSequencesLeaveNothing(t *testing.T) {
	x, memory, long := torch.Randn(torch.Shape{2, 5, 4}), torch.Randn(torch.Shape{2, 3, 4}), torch.Randn(torch.Shape{5, 4})
	square, pad := causal(5)(), padding(5, 2)()
	first := nn.BatchFirst(true)
	attention := nn.NewMultiheadAttention(4, 2, first, nn.AddBiasKV(true), nn.AddZeroAttn(true))
	plain, three := nn.NewMultiheadAttention(4, 2, first), nn.NewMultiheadAttention(4, 2, first, nn.Kdim(4), nn.Vdim(4))
	small := []nn.TransformerOption{nn.DimFeedforward(6), nn.BatchFirst(true)}
	encoder := nn.NewTransformerEncoder(nn.NewTransformerEncoderLayer(4, 2, small...), 2)
	normed := nn.NewTransformerEncoder(nn.NewTransformerEncoderLayer(4, 2, append(small, nn.NormFirst(true))...), 2, nn.NewLayerNorm(4))
	whole := nn.NewTransformer(4, 2, append(small, nn.NumEncoderLayers(2), nn.NumDecoderLayers(2))...)
	lstm, cell := nn.NewLSTM(4, 3, first, nn.Bidirectional(true)), nn.NewLSTMCell(4, 3)
	bag, ids := nn.NewEmbeddingBag(5, 2, nn.MaxNorm(1)), torch.New([][]int{{0, 1}, {2, 2}})
	packed := nn.PackPaddedSequence(x, torch.New([]int{3, 5}), nn.BatchFirst(true), nn.EnforceSorted(false))
	cases := map[string]struct {
		m    nn.Module
		call func() []*torch.Tensor
	}{
		"attention": {attention, func() []*torch.Tensor {
			y, w := attention.Forward(x, x, x, nn.AttnMask(square), nn.KeyPaddingMask(pad))
			return list(y, w)
		}},
		"attention without weights": {plain, func() []*torch.Tensor {
			y, w := plain.Forward(x, x, x, nn.NeedWeights(false))
			require.Nil(t, w)
			return list(y)
		}},
		"attention to others": {three, func() []*torch.Tensor {
			y, w := three.Forward(x, memory, memory, nn.AverageAttnWeights(false))
			return list(y, w)
		}},
		"attention of one": {plain, func() []*torch.Tensor {
			y, w := plain.Forward(long, long, long)
			return list(y, w)
		}},
		"encoder": {encoder, func() []*torch.Tensor { return list(encoder.Forward(x)) }},
		"encoder with masks": {encoder, func() []*torch.Tensor {
			return list(encoder.ForwardMasked(x, nn.TransformerMasks{SrcMask: square, SrcKeyPaddingMask: pad}))
		}},
		"encoder with padding": {encoder, func() []*torch.Tensor {
			return list(encoder.ForwardMasked(x, nn.TransformerMasks{SrcKeyPaddingMask: pad}))
		}},
		"norm first": {normed, func() []*torch.Tensor { return list(normed.Forward(x)) }},
		"transformer": {whole, func() []*torch.Tensor {
			return list(whole.ForwardMasked(memory, x, nn.TransformerMasks{TgtMask: square, TgtKeyPaddingMask: pad}))
		}},
		"lstm": {lstm, func() []*torch.Tensor {
			y, h, c := lstm.Forward(x, nil, nil)
			return list(y, h, c)
		}},
		"lstm of one": {lstm, func() []*torch.Tensor {
			y, h, c := lstm.Forward(long, nil, nil)
			return list(y, h, c)
		}},
		"lstm, packed": {lstm, func() []*torch.Tensor {
			y, h, c := lstm.ForwardPacked(packed, nil, nil)
			return list(y.Data, h, c)
		}},
		"cell": {cell, func() []*torch.Tensor {
			h, c := cell.Forward(long, nil, nil)
			return list(h, c)
		}},
		"bag":      {bag, func() []*torch.Tensor { return list(bag.Forward(ids, nil, nil)) }},
		"sequence": {bag, func() []*torch.Tensor { return nn.UnpackSequence(packed) }},
	}
	for name, c := range cases { // and they run hooks
		var seen []*torch.Tensor
		hook := nn.RegisterForwardHook(c.m, func(_ nn.Module, _, outputs []*torch.Tensor) []*torch.Tensor {
			seen = outputs
			return nil
		})
		results := c.call()
		hook.Remove()
		switch name {
		case "sequence": // not a Forward of tensors
			require.Nil(t, seen)
		default:
			require.Equal(t, results, slices.DeleteFunc(seen, func(y *torch.Tensor) bool { return y == nil }), name)
		}
		for _, r := range results {
			r.Free()
		}
	}
	leak.CollectorOff(t)
	for name, c := range cases {
		run := func() {
			before := torch.LiveTensors()
			results := c.call()
			require.Equal(t, before+len(results), torch.LiveTensors(), name)
			if results[0].RequiresGrad() {
				g := torch.OnesLike(results[0])
				results[0].Backward(torch.Gradient(g))
				g.Free()
			}
			for _, r := range results {
				r.Free()
			}
			require.Equal(t, before, torch.LiveTensors(), name)
		}
		run()
		torch.NoGrad(run)
		nn.Eval(c.m)
		run()
		torch.NoGrad(run)
		nn.Train(c.m)
	}
}
