package transformers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/transformers"
)

func TestWhisperIsTransformers(t *testing.T) {
	g := readGolden(t, "tiny_whisper")
	dir := g.folder(t)
	for _, eager := range []bool{false, true} {
		m, err := transformers.FromPretrained[*transformers.WhisperForConditionalGeneration](dir, transformers.Load{Eager: eager})
		require.NoError(t, err)
		out := m.Forward(transformers.WhisperInput{InputFeatures: g.input(t, "input_features"), DecoderInputIDs: g.input(t, "decoder_input_ids")})
		requireGolden(t, g.goldenOutput, out.Logits)
	}
}

// The convolutions' function is always "gelu", and scale_embedding scales nothing: so it is in Python.
func TestWhisperSettings(t *testing.T) {
	g := readGolden(t, "whisper_settings")
	m, err := transformers.FromPretrained[*transformers.WhisperForConditionalGeneration](g.folder(t), transformers.Load{Eager: true})
	require.NoError(t, err)
	features := make([]float32, 4*12)
	for n := range features {
		features[n] = float32(float64((7*(n/12)+5*(n%12))%11)/5 - 1)
	}
	out := m.Forward(transformers.WhisperInput{
		InputFeatures: torch.FromSlice(features, 1, 4, 12), DecoderInputIDs: g.input(t, "decoder_input_ids"),
	})
	requireGoldens(t, g, m, map[string]*torch.Tensor{"logits": out.Logits, "encoder_last_hidden_state": out.EncoderStates})
}

// A text that is computed token by token, or in two parts, has the logits of the whole; so do beams that share what was heard.
func TestWhisperCache(t *testing.T) {
	g := readGolden(t, "tiny_whisper")
	m, err := transformers.FromPretrained[*transformers.WhisperForConditionalGeneration](g.folder(t))
	require.NoError(t, err)
	features := g.input(t, "input_features").Narrow(0, 0, 1)
	ids := torch.FromSlice([]int64{3, 7, 9, 11, 4}, 1, 5)
	torch.NoGrad(func() {
		whole := m.Forward(transformers.WhisperInput{InputFeatures: features, DecoderInputIDs: ids}).Logits
		for _, parts := range [][]int{{1, 1, 1, 1, 1}, {3, 2}, {2, 1, 2}} {
			var cache transformers.WhisperCache
			in := transformers.WhisperInput{InputFeatures: features, Cache: &cache}
			for at := 0; len(parts) > 0; parts = parts[1:] {
				in.DecoderInputIDs = ids.Narrow(1, at, parts[0]).Expand(3, -1)
				out := m.Forward(in)
				in.EncoderStates = out.EncoderStates
				for beam := range 3 {
					want := whole.Narrow(1, at, parts[0])
					require.True(t, torch.Allclose(want, out.Logits.Narrow(0, beam, 1), 1e-5, 1e-5))
				}
				cache.Reorder(torch.FromSlice([]int64{2, 0, 0}))
				at += parts[0]
			}
			cache.Free()
		}
	})
}

func TestWhisperArguments(t *testing.T) {
	c := transformers.NewWhisperConfig()
	c.DModel, c.EncoderAttentionHeads, c.DecoderAttentionHeads, c.EncoderLayers, c.DecoderLayers = 16, 2, 2, 1, 1
	c.VocabSize, c.NumMelBins, c.MaxSourcePositions, c.MaxTargetPositions, c.PadTokenID = 20, 4, 10, 6, nil
	m := transformers.NewWhisperForConditionalGeneration(c)
	sound := torch.Zeros(torch.Shape{1, 4, 20})
	tokens := torch.Zeros(torch.Shape{1, 3}, torch.Int64)
	for want, in := range map[string]transformers.WhisperInput{
		"expected log-mels [clips, 4, 20], but got the shape [1 4 19]": {InputFeatures: torch.Zeros(torch.Shape{1, 4, 19}), DecoderInputIDs: tokens},
		"expected InputFeatures":                {DecoderInputIDs: tokens},
		"expected DecoderInputIDs":              {InputFeatures: sound},
		"texts of 7 tokens: expected at most 6": {InputFeatures: sound, DecoderInputIDs: torch.Zeros(torch.Shape{1, 7}, torch.Int64)},
		"expected pad_token_id":                 {InputFeatures: sound, Labels: tokens},
	} {
		require.ErrorContains(t, torch.Try(func() error { m.Forward(in); return nil }), want)
	}
	out := m.Forward(transformers.WhisperInput{InputFeatures: sound, DecoderInputIDs: tokens, Labels: tokens, OutputHiddenStates: true, OutputAttentions: true})
	out.Loss.Backward()
	require.NotNil(t, m.Model.Encoder.Conv1.Weight.Grad())
	require.Len(t, out.Encoder.HiddenStates, 2)
	require.Len(t, out.Decoder.Attentions, 1)
	require.Equal(t, torch.Shape{1, 2, 3, 10}, out.Decoder.Attentions[0].Shape())
}
