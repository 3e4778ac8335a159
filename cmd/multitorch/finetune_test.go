package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/transformers"
)

// tinyEncoder is a folder with an untrained BERT of a few words.
func tinyEncoder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	torch.ManualSeed(0)
	c := transformers.NewBertConfig()
	c.VocabSize, c.HiddenSize, c.NumHiddenLayers, c.NumAttentionHeads, c.IntermediateSize, c.MaxPositionEmbeddings = 8, 16, 2, 2, 16, 16
	c.InitializerRange = 0.3
	require.NoError(t, transformers.SavePretrained(transformers.NewBertModel(c), dir))
	tokenizer := `{"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
		"pre_tokenizer": {"type": "Whitespace"}, "post_processor": null, "decoder": null,
		"model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "a": 1, "good": 2, "bad": 3, "film": 4, "very": 5}, "unk_token": "[UNK]"}}`
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tokenizer.json"), []byte(tokenizer), 0o666))
	return dir
}

// reviews is a table of texts of two classes, which differ by a word.
func reviews(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("review,label\n")
	for i := range 40 {
		fmt.Fprintf(&b, "a %s %s film,%s\n", strings.Repeat("very ", i%4), []string{"good", "bad"}[i%2], []string{"liked", "hated"}[i%2])
	}
	path := filepath.Join(t.TempDir(), "reviews.csv")
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o666))
	return path
}

func TestFinetune(t *testing.T) {
	model, table := tinyEncoder(t), reviews(t)
	t.Parallel() // after the fixture, whose weights are drawn from the common generator
	lines := filepath.Join(t.TempDir(), "lines.txt")
	require.NoError(t, os.WriteFile(lines, []byte("a good film\na very bad film\n"), 0o666))
	for _, how := range [][]string{{"--layers=-1"}, {"--layers=1"}, {"--lora=4"}} {
		out := filepath.Join(t.TempDir(), "tuned")
		args := append([]string{"finetune", "--model", model, "--epochs", "20", "--lr", "0.01", "--batch-size", "8", "--out", out, table}, how...)
		o := multitorch(args...).requireOK(t)
		require.Contains(t, o.stdout, "texts of 2 classes, and tested on 8")
		require.Contains(t, o.stdout, "accuracy    100.0 %")
		settings, err := os.ReadFile(filepath.Join(out, "tokenizer_config.json"))
		require.NoError(t, err)
		require.Contains(t, string(settings), `"model_max_length": `) // as in the training
		o = multitorch("label", "--model", out, lines).requireOK(t)
		found := strings.Split(strings.TrimSpace(o.stdout), "\n")
		require.Len(t, found, 2)
		require.True(t, strings.HasPrefix(found[0], "liked "), o.stdout)
		require.True(t, strings.HasPrefix(found[1], "hated "), o.stdout)
		refused(args...).requireError(t, failed, "is not empty; choose a new folder")
	}
}

func TestFinetuneRefuses(t *testing.T) {
	model, table := tinyEncoder(t), reviews(t)
	t.Parallel() // after the fixture, whose weights are drawn from the common generator
	out := filepath.Join(t.TempDir(), "tuned")
	run := func(args ...string) outcome {
		return refused(append([]string{"finetune", "--model", model, "--out", out}, args...)...)
	}
	run("--layers=-2", table).requireError(t, misused, "--layers, --lora")
	run("--layers=1", "--lora=2", table).requireError(t, misused, "expected one of both")
	run("--test=1", table).requireError(t, misused, "--test")
	run("--target=none", table).requireError(t, failed, "--target: ", "no such column of classes")
	run("--text=none", table).requireError(t, failed, "--text: ", "no such column of texts")
	run(filepath.Join(model, "none.csv")).requireError(t, failed, "none.csv")
	one := filepath.Join(t.TempDir(), "one.csv")
	require.NoError(t, os.WriteFile(one, []byte("text,label\na good film,liked\na bad film,liked\n"), 0o666))
	run(one).requireError(t, failed, "has 1 classes: expected 2 to 1000")
	require.NoError(t, os.WriteFile(one, []byte("text,label\na good film,liked\na bad film,\n"), 0o666))
	run(one).requireError(t, failed, "there is no class in column")
	refused("label", "--model", model, table).requireError(t, failed, "expected a folder that multitorch finetune wrote", "missing keys: classifier.weight")
	require.NoDirExists(t, out)
	out = filepath.Join(one, "tuned") // in a file
	run(table).requireError(t, failed, "--out: ")
}

// A run that is interrupted goes on to the same model.
func TestFinetuneGoesOn(t *testing.T) {
	model, table := tinyEncoder(t), reviews(t)
	t.Parallel() // after the fixture, whose weights are drawn from the common generator
	for _, how := range []string{"--layers=-1", "--lora=4"} {
		args := func(out string) []string {
			return []string{"finetune", "--model", model, "--epochs", "40", "--batch-size", "8", "--out", out, table, how}
		}
		whole := filepath.Join(t.TempDir(), "whole")
		multitorch(args(whole)...).requireOK(t)
		require.NotContains(t, files(t, whole), stateName)
		out, said := interrupted(t, "epoch 3/40: loss", args)
		require.Contains(t, said, "multitorch finetune --resume "+out)
		refused("finetune", "--resume", out, "--lr", "0.5").requireError(t, failed, "--resume", "by its own settings")
		multitorch("finetune", "--resume", out).requireOK(t)
		require.Equal(t, files(t, whole), files(t, out))
		want, err := os.ReadFile(filepath.Join(whole, "model.safetensors"))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(out, "model.safetensors"))
		require.NoError(t, err)
		require.Equal(t, want, got)
		refused("finetune", "--resume", out).requireError(t, failed, "--resume", "it is done")
	}
	refused("finetune", "--out", "x").requireError(t, misused, "missing <data>")
}
