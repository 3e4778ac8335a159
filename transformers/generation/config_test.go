package generation_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/transformers/generation"
)

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
}

func TestReadConfig(t *testing.T) {
	dir := t.TempDir()
	c, err := generation.ReadConfig(dir)
	require.NoError(t, err)
	require.Equal(t, generation.Default(), c)

	write(t, dir, "config.json", `{"eos_token_id": 5, "pad_token_id": 0, "decoder_start_token_id": 0, "top_k": 3}`)
	c, err = generation.ReadConfig(dir)
	require.NoError(t, err)
	require.Equal(t, generation.IDs{5}, c.EOSTokenID)
	require.Equal(t, int64(0), *c.DecoderStartTokenID)
	require.Equal(t, 50, c.TopK, "of the model's settings only ids count")

	write(t, dir, "generation_config.json", `{"_from_model_config": true, "eos_token_id": [7, 9], "top_k": null, "early_stopping": "never",
		"do_sample": true, "temperature": 0.6, "suppress_tokens": [4, 5], "exponential_decay_length_penalty": [3, 1.5], "max_time": 1.5,
		"sequence_bias": [[[1, 2], -1.5]], "num_beam_groups": 1, "guidance_scale": null, "transformers_version": "4.57.0"}`)
	c, err = generation.ReadConfig(dir)
	require.NoError(t, err)
	require.Equal(t, generation.IDs{7, 9}, c.EOSTokenID)
	require.Equal(t, 50, c.TopK)
	require.Equal(t, generation.Never, c.EarlyStopping)
	require.Equal(t, 0.6, c.Temperature)
	require.Equal(t, generation.Decay{Start: 3, Factor: 1.5}, *c.ExponentialDecayLengthPenalty)
	require.Equal(t, []generation.Bias{{IDs: []int64{1, 2}, Bias: -1.5}}, c.SequenceBias)

	other := t.TempDir()
	require.NoError(t, c.Save(other))
	again, err := generation.ReadConfig(other)
	require.NoError(t, err)
	require.Equal(t, c, again)
}

func TestBadConfigs(t *testing.T) {
	for text, says := range map[string]string{
		`[]`:                                 "expected an object",
		`{"num_beams": "two"}`:               "num_beams",
		`{"eos_token_id": "end"}`:            "expected an id or a list of ids",
		`{"early_stopping": "soon"}`:         `expected true, false or "never"`,
		`{"penalty_alpha": 0.6, "top_k": 4}`: "penalty_alpha is 0.6: this way to generate is not known here",
		`{"num_beam_groups": 2}`:             "num_beam_groups",
		`{"sequence_bias": [[1]]}`:           "expected a list of two",
		`{"top_k": `:                         "unexpected end",
	} {
		dir := t.TempDir()
		write(t, dir, "generation_config.json", text)
		_, err := generation.ReadConfig(dir)
		require.ErrorContains(t, err, says)
		require.ErrorContains(t, err, "generation_config.json")
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(`{"eos_token_id": [1, 2], "early_stopping": true, "max_time": 1e99, "sequence_bias": [[[1], 2]]}`))
	f.Add([]byte(`{"exponential_decay_length_penalty": [1, null], "suppress_tokens": -1, "pad_token_id": 1e3}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := generation.ParseConfig(text)
		if err != nil {
			return
		}
		b, err := json.Marshal(c)
		require.NoError(t, err)
		again, err := generation.ParseConfig(b)
		require.NoError(t, err)
		b2, err := json.Marshal(again)
		require.NoError(t, err)
		require.JSONEq(t, string(b), string(b2))
	})
}
