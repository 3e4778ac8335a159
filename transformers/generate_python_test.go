package transformers_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/generation"
	"multitorch/twin"
)

// generateScript generates with folders and settings. args are, for each case, its name, the folder, the settings and the prompts.
const generateScript = `
import json, transformers

transformers.logging.set_verbosity_error()
models = {}
for case, folder, settings, prompts in zip(*[iter(args)] * 4):
	if folder not in models:
		cls = getattr(transformers, json.load(open(folder + "/config.json"))["architectures"][0])
		models[folder] = cls.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32)
		models[folder].generation_config = transformers.GenerationConfig()
		# The product of a matrix and one vector has other last bits where the matrix lies otherwise in memory: at 40 bytes behind a
		# multiple of 64, say, as in a file's pages.
		for p in models[folder].parameters():
			p.data = p.data.clone()
	model, settings, prompts = models[folder], json.loads(settings), json.loads(prompts)
	n = max(map(len, prompts))
	pad, two = settings.get("pad_token_id", 0), model.config.is_encoder_decoder
	fill = lambda row, x: row + [x] * (n - len(row)) if two else [x] * (n - len(row)) + row
	torch.manual_seed(11)
	result = model.generate(torch.tensor([fill(p, 0 if two else pad) for p in prompts]),
		attention_mask=torch.tensor([fill([1] * len(p), 0) for p in prompts]),
		generation_config=transformers.GenerationConfig(**settings), return_dict_in_generate=True, output_scores=True)
	out[case + "/sequences"] = result.sequences
	out[case + "/scores"] = torch.stack(result.scores)
	if settings.get("num_beams", 1) > 1:
		out[case + "/sequences_scores"] = result.sequences_scores
`

// drawn are settings of drawing, each of which is tried with each model.
var drawn = map[string]string{
	"plain":       `{"top_k": 0}`,
	"default":     `{}`,
	"temperature": `{"temperature": 0.7}`,
	"top_k":       `{"top_k": 5, "num_return_sequences": 2}`,
	"top_p":       `{"top_p": 0.8}`,
	"min_p":       `{"min_p": 0.1}`,
	"top_h":       `{"top_h": 0.6}`,
	"typical":     `{"typical_p": 0.7}`,
	"epsilon":     `{"epsilon_cutoff": 0.02}`,
	"eta":         `{"eta_cutoff": 0.05}`,
	"repetition":  `{"repetition_penalty": 1.2, "no_repeat_ngram_size": 2}`,
	"all":         `{"temperature": 1.3, "top_k": 20, "top_p": 0.95, "repetition_penalty": 1.2, "renormalize_logits": true}`,
	"beams":       `{"num_beams": 3, "temperature": 1.4, "num_return_sequences": 2}`,
	// What public reports say goes wrong elsewhere.
	"top_p_none":    `{"top_p": 0}`,
	"all_likeliest": `{"top_k": 1000, "top_p": 1}`,
	"cold":          `{"temperature": 1e-4, "top_k": 0}`,
	"min_length":    `{"do_sample": false, "min_length": 9}`,
	"min_new":       `{"do_sample": false, "min_new_tokens": 6}`,
	"bad_words":     `{"do_sample": false, "bad_words_ids": [[7], [16, 20], [30, 46, 22]]}`,
	"bad_end":       `{"do_sample": false, "bad_words_ids": [[49]], "repetition_penalty": 0.7}`,
	"penalty":       `{"do_sample": false, "repetition_penalty": 1.8}`,
	"short":         `{"do_sample": false, "num_beams": 3, "length_penalty": -1.5, "num_return_sequences": 3}`,
	"any_length":    `{"do_sample": false, "num_beams": 3, "length_penalty": 0, "early_stopping": "never", "num_return_sequences": 3}`,
	"beams_min":     `{"do_sample": false, "num_beams": 3, "min_new_tokens": 5, "no_repeat_ngram_size": 1, "early_stopping": true}`,
}

func TestGenerateWithTransformers(t *testing.T) {
	withTransformers(t)
	var args []string
	type job struct {
		model   transformers.Model
		prompts [][]int64
		config  generation.Config
	}
	jobs := map[string]job{}
	add := func(name, folder string, m transformers.Model, settings json.RawMessage, prompts [][]int64) {
		c, err := generation.ParseConfig(settings)
		require.NoError(t, err)
		if c.OutputScores = true; c.EOSTokenID == nil {
			c.EOSTokenID = generation.IDs{}
		}
		b, err := json.Marshal(prompts)
		require.NoError(t, err)
		args = append(args, name, folder, string(settings), string(b))
		jobs[name] = job{m, prompts, c}
	}
	written := readGenerated(t)
	for _, folder := range []string{"tiny_gpt2", "tiny_llama", "tiny_t5", "tiny_t5_gated"} {
		dir := readGolden(t, folder).folder(t)
		m, err := transformers.FromPretrained[transformers.Model](dir, transformers.Load{Eager: true, Copy: true})
		require.NoError(t, err)
		for name, settings := range drawn {
			all := map[string]any{"do_sample": true, "max_new_tokens": 10, "eos_token_id": []int{7, 49}, "pad_token_id": 2}
			if folder[:7] == "tiny_t5" {
				all["decoder_start_token_id"] = 0
			}
			require.NoError(t, json.Unmarshal([]byte(settings), &all))
			b, err := json.Marshal(all)
			require.NoError(t, err)
			add(folder+"/drawn_"+name, dir, m, b, [][]int64{{9, 13, 23, 39, 15}, {16, 20}, {30, 46, 22, 4}})
		}
		for name, g := range written {
			if len(name) > len(folder) && name[:len(folder)+1] == folder+"/" {
				add(name, dir, m, g.Settings, g.Prompts)
			}
		}
	}
	results := twin.Run(t, generateScript, nil, args...)
	for name, j := range jobs {
		t.Run(name, func(t *testing.T) {
			twin.OneThread(t)
			torch.ManualSeed(11)
			got := generate(t, j.model, j.prompts, j.config)
			twin.RequireEqual(t, results[name+"/sequences"], torch.New(got.Sequences))
			twin.RequireEqual(t, results[name+"/scores"], torch.Stack(got.Scores, 0), "scores")
			if len(got.SequenceScores) > 0 {
				twin.RequireEqual(t, results[name+"/sequences_scores"], torch.New(got.SequenceScores, torch.Float32), "scores of sequences")
			}
		})
	}
}
