package transformers_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/internal/leak"
	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/generation"
)

func tinyModel[M transformers.Model](t *testing.T, name string, o ...transformers.Load) M {
	t.Helper()
	m, err := transformers.FromPretrained[M](readGolden(t, name).folder(t), o...)
	require.NoError(t, err)
	return m
}

// What a text gives depends neither on the others of its batch, nor on whether its tokens come one by one.
func TestDecodersReadTextsAlike(t *testing.T) {
	var models []transformers.CausalLM
	for _, eager := range []bool{false, true} {
		models = append(models, tinyModel[transformers.CausalLM](t, "tiny_gpt2", transformers.Load{Eager: eager}),
			tinyModel[transformers.CausalLM](t, "tiny_llama", transformers.Load{Eager: eager}))
	}
	rapid.Check(t, func(t *rapid.T) {
		m := models[rapid.IntRange(0, len(models)-1).Draw(t, "model")]
		text := rapid.SliceOfN(rapid.Int64Range(0, 49), 1, 8).Draw(t, "text")
		pad := rapid.IntRange(0, 5).Draw(t, "pad")
		torch.NoGrad(func() {
			torch.Step(func() {
				alone := m.Forward(transformers.CausalInput{InputIDs: torch.New([][]int64{text})}).Logits

				rows := [][]int64{append(make([]int64, pad), text...), make([]int64, pad+len(text))}
				mask := torch.Ones(torch.Shape{2, pad + len(text)}, torch.Int64)
				mask.Index(0, torch.R(0, pad)).ZeroInplace()
				in := transformers.CausalInput{InputIDs: torch.New(rows), AttentionMask: mask}
				requireAlike(t, alone, m.Forward(in).Logits.Narrow(0, 0, 1).Narrow(1, pad, len(text)))

				var cache transformers.Cache
				defer cache.Free()
				for i, id := range text {
					next := m.Forward(transformers.CausalInput{InputIDs: torch.New([][]int64{{id}}), Cache: &cache}).Logits
					requireAlike(t, alone.Narrow(1, i, 1), next)
				}
				require.Equal(t, len(text), cache.Len())
			})
		})
	})
}

func requireAlike(t require.TestingT, want, got *torch.Tensor) {
	require.Equal(t, want.Shape(), got.Shape())
	require.Less(t, want.Sub(got).Abs().Max().Item(), 2e-5*max(1, want.Abs().Max().Item()))
}

func TestT5ReadsTextsAlike(t *testing.T) {
	m := tinyModel[*transformers.T5ForConditionalGeneration](t, "tiny_t5")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.Int64Range(0, 49), 1, 8).Draw(t, "text")
		said := rapid.SliceOfN(rapid.Int64Range(0, 49), 1, 8).Draw(t, "said")
		pad := rapid.IntRange(0, 5).Draw(t, "pad")
		torch.NoGrad(func() {
			torch.Step(func() {
				alone := m.Forward(transformers.Seq2SeqInput{
					InputIDs: torch.New([][]int64{text}), DecoderInputIDs: torch.New([][]int64{said}),
				}).Logits
				ids, mask := padded([][]int64{text, make([]int64, len(text)+pad)})
				var cache transformers.T5Cache
				defer cache.Free()
				for i, id := range said {
					next := m.Forward(transformers.Seq2SeqInput{
						InputIDs: ids, AttentionMask: mask, DecoderInputIDs: torch.New([][]int64{{id}, {3}}), Cache: &cache,
					}).Logits
					requireAlike(t, alone.Narrow(1, i, 1), next.Narrow(0, 0, 1))
				}
			})
		})
	})
}

// What a decoder goes on from may have several lengths, too.
func TestT5GoesOnFromPromptsAlike(t *testing.T) {
	m := tinyModel[*transformers.T5ForConditionalGeneration](t, "tiny_t5")
	texts, said := [][]int64{{9, 13, 23}, {16, 20}}, [][]int64{{0, 7, 31, 2}, {0, 5}}
	for _, beams := range []int{1, 3} {
		c := generation.Default()
		c.MaxNewTokens, c.NumBeams, c.EOSTokenID = 8, beams, generation.IDs{}
		ids, mask := padded(texts)
		r := m.Read(transformers.Seq2SeqInput{InputIDs: ids, AttentionMask: mask})
		defer r.Close()
		together, err := generation.Generate(r, said, c)
		require.NoError(t, err)
		for i := range texts {
			one := m.Read(transformers.Seq2SeqInput{InputIDs: torch.New(texts[i : i+1])})
			defer one.Close()
			alone, err := generation.Generate(one, said[i:i+1], c)
			require.NoError(t, err)
			require.Equal(t, alone.New[0], together.New[i])
		}
	}
}

// Nothing grows while a thousand tokens are made, but the cache.
func TestTensorsStayFewOverAThousandTokens(t *testing.T) {
	c := transformers.NewGPT2Config()
	c.VocabSize, c.NPositions, c.NEmbd, c.NLayer, c.NHead = 50, 1100, 16, 2, 2
	m := transformers.NewGPT2LMHeadModel(c)
	s := generation.Default()
	s.MaxNewTokens = 1000
	leak.CollectorOff(t)
	var counts []int
	s.Stops = append(s.Stops, func([]int64) bool {
		counts = append(counts, torch.LiveTensors())
		return false
	})
	result, err := m.Generate([][]int64{{1, 2, 3}}, s)
	require.NoError(t, err)
	require.Len(t, result.New[0], 1000)
	for _, n := range counts[10:] {
		require.LessOrEqual(t, n, counts[9])
	}
}

// writeConfig writes settings into a folder.
func writeConfig(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), []byte(text), 0o666))
	return dir
}

func TestOlderNamesOfSettings(t *testing.T) {
	read := func(text string) transformers.Config {
		c, err := transformers.ReadConfig(writeConfig(t, text))
		require.NoError(t, err)
		return c
	}
	rope := func(text string) *transformers.RopeParameters {
		return read(`{"model_type": "llama", ` + text + `}`).(*transformers.LlamaConfig).RopeParameters
	}
	old := rope(`"rope_theta": 500000.0, "rope_scaling": {"type": "linear", "factor": 2.0}`)
	require.Equal(t, rope(`"rope_parameters": {"rope_type": "linear", "factor": 2, "rope_theta": 500000}`), old)
	require.Equal(t, 500000.0, old.RopeTheta)
	require.Equal(t, &transformers.RopeParameters{RopeType: "default", RopeTheta: 10000}, rope(`"rope_scaling": null`))

	// T5 scales unless a file says that it doesn't, or, of older ones, that words are not tied.
	for text, scaled := range map[string]bool{
		`{"model_type": "t5"}`:                               true,
		`{"model_type": "t5", "tie_word_embeddings": false}`: false,

		`{"model_type": "t5", "tie_word_embeddings": true, "scale_decoder_outputs": false}`: false,
		`{"model_type": "t5", "tie_word_embeddings": false, "scale_decoder_outputs": true}`: true,
		`{"model_type": "t5", "scale_decoder_outputs": null, "tie_word_embeddings": true}`:  true,
	} {
		require.Equal(t, scaled, *read(text).(*transformers.T5Config).ScaleDecoderOutputs, text)
	}
}

func TestSettingsOfDecodersThatMakeNoSense(t *testing.T) {
	const llama = `"model_type": "llama", `
	for text, says := range map[string]string{
		`"model_type": "gpt2", "n_head": 5`:                                                    "n_head: expected a divisor of n_embd, 768, but got 5",
		`"model_type": "gpt2", "n_layer": -1`:                                                  "n_layer",
		`"model_type": "gpt2", "activation_function": "gelu_newer"`:                            "activation_function",
		`"model_type": "gpt2", "add_cross_attention": true`:                                    "add_cross_attention",
		llama + `"num_key_value_heads": 5`:                                                     "num_key_value_heads: expected a divisor",
		llama + `"rope_scaling": {"type": "spiral"}`:                                           `"spiral" is not known; known are default, dynamic`,
		llama + `"rope_scaling": {"rope_type": "llama3", "factor": 8}`:                         "needs low_freq_factor",
		llama + `"rope_scaling": {"rope_type": "yarn"}`:                                        "needs factor",
		llama + `"rope_scaling": {"type": "linear", "factor": -1}`:                             "factor: expected a number above 0",
		llama + `"rope_scaling": {"type": "longrope", "short_factor": [1], "long_factor": []}`: "expected 64 numbers",
		llama + `"rope_parameters": [1]`:                                                       "rope_parameters: expected an object",
		llama + `"partial_rotary_factor": 0.5`:                                                 "partial_rotary_factor",
		llama + `"head_dim": 7`:                                                                "an even head_dim",
		`"model_type": "t5", "feed_forward_proj": "gated-silu-x"`:                              "feed_forward_proj",
		`"model_type": "t5", "relative_attention_max_distance": 4`:                             "relative_attention_max_distance",
		`"model_type": "t5", "num_heads": 0`:                                                   "num_heads",
	} {
		_, err := transformers.ReadConfig(writeConfig(t, "{"+text+"}"))
		require.ErrorContains(t, err, says, text)
	}
}

func TestDecodersRefuseWhatTheyCannotRead(t *testing.T) {
	gpt2 := tinyModel[*transformers.GPT2LMHeadModel](t, "tiny_gpt2")
	llama := tinyModel[*transformers.LlamaForCausalLM](t, "tiny_llama")
	t5 := tinyModel[*transformers.T5ForConditionalGeneration](t, "tiny_t5")
	t5.Config.DecoderStartTokenID = nil
	ids := func(rows ...[]int64) *torch.Tensor { return torch.New(rows) }
	long := make([]int64, 21)
	causal := func(m transformers.CausalLM, in transformers.CausalInput) func() { return func() { m.Forward(in) } }
	both := func(in transformers.Seq2SeqInput) func() { return func() { t5.Forward(in) } }
	one := ids([]int64{1})
	for says, f := range map[string]func(){
		"21 tokens: expected at most 20":      causal(gpt2, transformers.CausalInput{InputIDs: ids(long)}),
		"50":                                  causal(gpt2, transformers.CausalInput{InputIDs: ids([]int64{1, 50})}),
		"InputIDs or InputsEmbeds":            causal(llama, transformers.CausalInput{}),
		"expected AttentionMask [1, 2]":       causal(llama, transformers.CausalInput{InputIDs: ids([]int64{1, 2}), AttentionMask: one}),
		"or [1, 2] for all texts":             causal(gpt2, transformers.CausalInput{InputIDs: ids([]int64{1, 2}), PositionIDs: one}),
		"expected PositionIDs [1, 1]":         causal(llama, transformers.CausalInput{InputIDs: one, PositionIDs: one.Unsqueeze(0)}),
		"expected at least one text":          causal(llama, transformers.CausalInput{InputIDs: torch.Zeros(torch.Shape{1, 0}, torch.Int64)}),
		"expected DecoderInputIDs":            both(transformers.Seq2SeqInput{InputIDs: one}),
		"InputIDs, InputsEmbeds and Encoder":  both(transformers.Seq2SeqInput{DecoderInputIDs: one}),
		"decoder_start_token_id and pad_toke": both(transformers.Seq2SeqInput{InputIDs: one, Labels: one}),
	} {
		require.ErrorContains(t, torch.Try(func() error { f(); return nil }), says, says)
	}
	c := generation.Default()
	_, err := t5.Generate(transformers.Seq2SeqInput{InputIDs: ids([]int64{1})}, c)
	require.ErrorContains(t, err, "decoder_start_token_id")
	_, err = gpt2.Generate([][]int64{long}, c)
	require.ErrorContains(t, err, "21 ids, but the model has 20 positions")
	_, err = transformers.FromPretrained[*transformers.GPT2LMHeadModel](readGolden(t, "tiny_llama").folder(t))
	require.ErrorContains(t, err, "the folder is of a llama model, but GPT2LMHeadModel reads gpt2")
	half := tinyModel[*transformers.T5ForConditionalGeneration](t, "tiny_t5", transformers.Load{DType: torch.Float16})
	err = torch.Try(func() error {
		half.Forward(transformers.Seq2SeqInput{InputIDs: ids([]int64{1}), DecoderInputIDs: ids([]int64{1})})
		return nil
	})
	require.ErrorContains(t, err, "float16: T5's states are beyond its range")
}

// A folder of older Transformers has keys that nothing needs: GPT-2's triangles of ones, and T5's unused distances.
func TestKeysThatOlderFoldersHave(t *testing.T) {
	for name, extra := range map[string]string{
		"tiny_gpt2":  "transformer.h.0.attn.bias",
		"tiny_t5":    "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight",
		"tiny_llama": "model.layers.0.self_attn.rotary_emb.inv_freq",
	} {
		g := readGolden(t, name)
		dir := g.folder(t)
		weights := append(g.weights(), torch.NamedTensor{Name: extra, Tensor: torch.Ones(torch.Shape{2})})
		require.NoError(t, torch.SaveSafetensors(filepath.Join(dir, "model.safetensors"), weights, nil))
		_, err := transformers.FromPretrained[transformers.Model](dir)
		require.NoError(t, err)
		weights[len(weights)-1].Name = strings.Replace(extra, "bias", "bias_of_mine", 1) + "x"
		require.NoError(t, torch.SaveSafetensors(filepath.Join(dir, "model.safetensors"), weights, nil))
		_, err = transformers.FromPretrained[transformers.Model](dir)
		require.ErrorContains(t, err, weights[len(weights)-1].Name)
	}
}
