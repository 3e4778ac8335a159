package pretrained_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/transformers/pretrained"
)

// state is what a folder's weights are.
func state(t *testing.T, dir string) map[string]*torch.Tensor {
	tensors, _, err := torch.LoadSafetensors(filepath.Join(dir, "model.safetensors"))
	require.NoError(t, err)
	s := map[string]*torch.Tensor{}
	for _, n := range tensors {
		s[n.Name] = n.Tensor
	}
	return s
}

func TestEveryQuantisationIsConverted(t *testing.T) {
	for name, c := range map[string]struct {
		as    storage
		dtype torch.DType
		error float64 // of the weights' largest, 0.5
	}{
		"f32": {float32s, torch.Float32, 0},
		"f16": {float16s, torch.Float16, 0}, "bf16": {bfloat16s, torch.BFloat16, 0},
		"i16": {int16s, torch.Float32, 0}, "i8": {int8s, torch.Float32, 0.002},
	} {
		to := t.TempDir()
		require.NoError(t, pretrained.ConvertWhisper(ct2Folder(t, ct2File(variables(), c.as)), to), name)
		s := state(t, to)
		require.Equal(t, 50, len(s), name)
		for key, from := range map[string]struct {
			name  string
			first int // row
		}{
			"model.encoder.conv1.weight":                          {"encoder/conv1/weight", 0},
			"model.encoder.embed_positions.weight":                {"encoder/position_encodings/encodings", 0},
			"model.encoder.layers.0.self_attn.q_proj.weight":      {"encoder/layer_0/self_attention/linear_0/weight", 0},
			"model.encoder.layers.0.self_attn.k_proj.weight":      {"encoder/layer_0/self_attention/linear_0/weight", 4},
			"model.encoder.layers.0.self_attn.v_proj.weight":      {"encoder/layer_0/self_attention/linear_0/weight", 8},
			"model.encoder.layers.0.self_attn.v_proj.bias":        {"encoder/layer_0/self_attention/linear_0/bias", 8},
			"model.encoder.layers.0.final_layer_norm.weight":      {"encoder/layer_0/ffn/layer_norm/gamma", 0},
			"model.decoder.layers.0.encoder_attn.v_proj.weight":   {"decoder/layer_0/attention/linear_1/weight", 4},
			"model.decoder.layers.0.encoder_attn.v_proj.bias":     {"decoder/layer_0/attention/linear_1/bias", 4},
			"model.decoder.layers.0.encoder_attn.out_proj.weight": {"decoder/layer_0/attention/linear_2/weight", 0},
			"model.decoder.embed_tokens.weight":                   {"decoder/embeddings/weight", 0},
		} {
			got := s[key]
			require.NotNil(t, got, key)
			shape := variables()[from.name]
			if len(shape) > 1 {
				require.Equal(t, c.dtype, got.DType(), key)
			}
			values := torch.ToSlice[float32](got.To(torch.Float32).Contiguous())
			row := elements(shape) / shape[0]
			for i, v := range values {
				require.InDelta(t, weight(from.name, shape, from.first*row+i), v, c.error, "%s: %s[%d]", name, key, i)
			}
		}
		require.NotContains(t, s, "model.encoder.layers.0.self_attn.k_proj.bias")
	}
}

func readObject(t *testing.T, path string) (o map[string]any) {
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &o))
	return o
}

func TestTheFilesBesideTheWeights(t *testing.T) {
	to := t.TempDir()
	require.NoError(t, pretrained.ConvertWhisper(ct2Folder(t, ct2File(variables(), float16s)), to))
	config := readObject(t, filepath.Join(to, "config.json"))
	for key, want := range map[string]any{
		"model_type": "whisper", "dtype": "float16", "vocab_size": 20., "num_mel_bins": 2., "d_model": 4., "encoder_layers": 1.,
		"decoder_attention_heads": 2., "encoder_ffn_dim": 8., "max_source_positions": 6., "max_target_positions": 5., "eos_token_id": 3.,
	} {
		require.Equal(t, want, config[key], key)
	}
	generation := readObject(t, filepath.Join(to, "generation_config.json"))
	require.Equal(t, []any{1., 4.}, generation["suppress_tokens"])
	require.Equal(t, []any{2., 3.}, generation["begin_suppress_tokens"])
	require.Equal(t, 9., generation["no_timestamps_token_id"])
	require.Equal(t, false, generation["is_multilingual"])
	tokenizer := readObject(t, filepath.Join(to, "tokenizer_config.json"))
	require.Equal(t, "<|notimestamps|>", tokenizer["additional_special_tokens"].([]any)[6])

	d, err := pretrained.Describe(to)
	require.NoError(t, err)
	require.Equal(t, "WhisperForConditionalGeneration", d.Architecture)
	require.Equal(t, []string{"float16"}, d.DTypes)
	require.Equal(t, 50, d.Tensors)
	require.Equal(t, "BPE, 3 tokens and 7 added", d.Tokenizer)
	require.Equal(t, "WhisperFeatureExtractor", d.Processor)
	require.Empty(t, d.Licence)
	require.NoError(t, os.WriteFile(filepath.Join(to, "README.md"), []byte("---\nlanguage: en\nlicense: mit\n---\n"), 0o644))
	d, err = pretrained.Describe(to)
	require.NoError(t, err)
	require.Equal(t, "mit", d.Licence)
}

func TestModelsThatCannotBeConverted(t *testing.T) {
	with := func(name string, shape ...int) []byte {
		v := variables()
		v[name] = shape
		return ct2File(v, float16s)
	}
	without := func(name string) []byte {
		v := variables()
		delete(v, name)
		return ct2File(v, float16s)
	}
	whole := ct2File(variables(), float16s)
	for want, model := range map[string][]byte{
		"cut short": whole[:len(whole)/2],
		"there is no variable \"encoder/conv1/weight\"":                       without("encoder/conv1/weight"),
		"there is no variable \"decoder/layer_0/ffn/linear_1/bias\"":          without("decoder/layer_0/ffn/linear_1/bias"),
		"weights that Whisper has not: [\"decoder/layer_0/gate/weight\"]":     with("decoder/layer_0/gate/weight", 4, 4),
		"\"encoder/conv2/weight\" has the shape [4 4 2]: expected [4 4 3]":    with("encoder/conv2/weight", 4, 4, 2),
		"\"decoder/embeddings/weight\" has the shape [20 5]: expected [20 4]": with("decoder/embeddings/weight", 20, 5),
		"its special tokens end at 9, beyond the model's 8 tokens":            with("decoder/embeddings/weight", 8, 4),
	} {
		err := pretrained.ConvertWhisper(ct2Folder(t, model), t.TempDir())
		require.ErrorContains(t, err, want)
	}
	err := pretrained.ConvertWhisper(t.TempDir(), t.TempDir())
	require.ErrorContains(t, err, "model.bin")
}

func TestNamesAndFolders(t *testing.T) {
	t.Setenv("MULTITORCH_DATA", t.TempDir())
	_, err := pretrained.Get(t.Context(), "nothing", "", nil)
	require.ErrorContains(t, err, `the model "nothing": expected one of ["minilm" "whisper-tiny.en"]`)
	_, err = pretrained.Find("minilm")
	require.ErrorIs(t, err, pretrained.ErrNotFetched)
	require.ErrorContains(t, err, "multitorch models get minilm gets it")
	_, err = pretrained.Find("nothing")
	require.ErrorContains(t, err, "or a folder that holds a model")
	_, err = pretrained.Find(t.TempDir())
	require.ErrorContains(t, err, "there is no config.json in it")
	_, err = pretrained.Describe(t.TempDir())
	require.ErrorContains(t, err, "config.json")
	require.Len(t, pretrained.Models(), 2)
}

// TestRealModels gets the models themselves, where they are not there yet, and finds a damaged file.
func TestRealModels(t *testing.T) {
	if _, err := exec.LookPath("pip3"); err != nil {
		t.Skip("not tried: there is no pip3 here")
	}
	if testing.Short() {
		t.Skip("not tried: it may fetch 170 MB")
	}
	for _, m := range pretrained.Models() {
		dir, err := pretrained.Get(t.Context(), m.Name, "", nil)
		require.NoError(t, err)
		d, err := pretrained.Describe(dir)
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"minilm": 22_713_216, "whisper-tiny.en": 37_760_256}[m.Name], d.Parameters, "as Python counts them")
		require.NotEmpty(t, d.Licence)
		require.True(t, m.Here(""))
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), []byte("{}"), 0o644))
	_, err := pretrained.Get(t.Context(), "minilm", dir, nil)
	require.ErrorContains(t, err, "config.json is damaged or another package")
}
