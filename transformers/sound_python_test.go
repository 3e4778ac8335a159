package transformers_test

import (
	"testing"

	"multitorch/torch"
	"multitorch/transformers"
)

// TestSoundsInPython compares the models of sounds with Transformers, bit for bit.
func TestSoundsInPython(t *testing.T) {
	cases := map[string]pythonCase{}
	w := transformers.NewWhisperConfig()
	w.DModel, w.EncoderAttentionHeads, w.DecoderAttentionHeads, w.EncoderLayers, w.DecoderLayers = 16, 2, 2, 2, 2
	w.EncoderFFNDim, w.DecoderFFNDim, w.VocabSize, w.NumMelBins, w.MaxSourcePositions, w.MaxTargetPositions = 32, 32, 50, 8, 20, 12
	w.PadTokenID, w.BosTokenID, w.EosTokenID, w.DecoderStartTokenID = new(0), new(1), transformers.TokenIDs{2}, 3
	features := torch.Randn(torch.Shape{2, 8, 40})
	ids := torch.FromSlice([]int64{3, 7, 9, 11, 3, 8, 2, 2}, 2, 4)
	cases["whisper"] = pythonCase{
		model:  transformers.NewWhisperForConditionalGeneration(w),
		inputs: map[string]*torch.Tensor{"input_features": features, "decoder_input_ids": ids, "labels": ids},
		forward: func(m transformers.Model) map[string]*torch.Tensor {
			w := m.(*transformers.WhisperForConditionalGeneration)
			// They are not learned. Transformers means so, too, but its loading makes all that it loads learn.
			w.Model.Encoder.EmbedPositions.Weight.SetRequiresGrad(true)
			out := w.Forward(transformers.WhisperInput{
				InputFeatures: features, DecoderInputIDs: ids, Labels: ids, OutputHiddenStates: true,
			})
			return map[string]*torch.Tensor{
				"loss": out.Loss, "logits": out.Logits, "encoder_last_hidden_state": out.EncoderStates,
				"encoder_hidden_states.1": out.Encoder.HiddenStates[1], "decoder_hidden_states.1": out.Decoder.HiddenStates[1],
			}
		},
	}
	for _, kind := range []string{"group", "layer"} {
		c := transformers.NewWav2Vec2Config()
		c.HiddenSize, c.NumHiddenLayers, c.NumAttentionHeads, c.IntermediateSize, c.VocabSize = 16, 2, 2, 32, 12
		c.ConvDim, c.ConvKernel, c.ConvStride, c.NumConvPosEmbeddings, c.NumConvPosGroups = []int{8, 8}, []int{10, 3}, []int{5, 2}, 8, 2
		c.FeatExtractNorm, c.DoStableLayerNorm, c.ConvBias = kind, kind == "layer", kind == "layer"
		samples := torch.Randn(torch.Shape{2, 400})
		labels := torch.FromSlice([]int64{5, 6, 7, 7, 8, -100}, 2, 3)
		inputs := map[string]*torch.Tensor{"input_values": samples, "labels": labels}
		var mask *torch.Tensor
		if kind == "layer" {
			mask = torch.Ones(torch.Shape{2, 400}, torch.Int64)
			mask.Select(0, 1).Narrow(0, 320, 80).ZeroInplace()
			inputs["attention_mask"] = mask
		}
		cases["wav2vec2_"+kind] = pythonCase{
			model: transformers.NewWav2Vec2ForCTC(c), inputs: inputs,
			forward: func(m transformers.Model) map[string]*torch.Tensor {
				out := m.(*transformers.Wav2Vec2ForCTC).Forward(transformers.Wav2Vec2Input{
					InputValues: samples, AttentionMask: mask, Labels: labels, OutputHiddenStates: true,
				})
				return map[string]*torch.Tensor{"loss": out.Loss, "logits": out.Logits}
			},
		}
	}
	requireTransformers(t, cases)
}
