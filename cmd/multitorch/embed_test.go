package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/transformers/pretrained"
)

// withMiniLM skips a test where the model has not been fetched.
func withMiniLM(t *testing.T) {
	t.Helper()
	if _, err := pretrained.Find("minilm"); errors.Is(err, pretrained.ErrNotFetched) {
		t.Skip("not tried with MiniLM: ", err)
	} else {
		require.NoError(t, err)
	}
}

func TestEmbedAndSimilar(t *testing.T) {
	t.Parallel()
	withMiniLM(t)
	dir := t.TempDir()
	lines := filepath.Join(dir, "lines.txt")
	require.NoError(t, os.WriteFile(lines, []byte("The stock market fell.\r\n\nA kitten is resting on a rug.\nParis"), 0o666))
	o := multitorch("similar", "--top", "2", "A cat sits on the mat.", lines).requireOK(t)
	found := strings.Split(strings.TrimSpace(o.stdout), "\n")
	require.Len(t, found, 2)
	require.Equal(t, "0.6553      3  A kitten is resting on a rug.", found[0])

	o = multitorch("embed", lines).requireOK(t)
	rows := strings.Split(strings.TrimSpace(o.stdout), "\n")
	require.Len(t, rows, 4, "a vector for each line, also for the empty one")
	var row []float32
	require.NoError(t, json.Unmarshal([]byte(rows[0]), &row))
	require.Len(t, row, 384)

	out := filepath.Join(dir, "v.npy")
	multitorch("embed", "--out", out, lines).requireOK(t)
	v, err := torch.LoadNpy(out)
	require.NoError(t, err)
	require.Equal(t, torch.Shape{4, 384}, v.Shape())
	require.Equal(t, row, torch.ToSlice[float32](v.Select(0, 0)), "to the last bit")
}

func TestEmbedAndSimilarRefuse(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("MULTITORCH_DATA", dir)
	lines := filepath.Join(dir, "lines.txt")
	require.NoError(t, os.WriteFile(lines, []byte("a\n"), 0o666))
	refused("embed", lines).requireError(t, failed, "--model: ", "multitorch models get minilm gets it")
	refused("embed", "--model", dir, lines).requireError(t, failed, "there is no config.json in it")
	refused("embed", "--out", "v.txt", lines).requireError(t, misused, "--out: expected a name that ends in .npy")
	refused("similar", "--top", "0", "a", lines).requireError(t, misused, "--top: expected at least 1")
	refused("similar", "a", dir).requireError(t, failed, "expected a text file, but got a folder")
	refused("similar", "a", filepath.Join(dir, "none")).requireError(t, failed, "none")
	empty := filepath.Join(dir, "empty")
	require.NoError(t, os.WriteFile(empty, nil, 0o666))
	refused("embed", empty).requireError(t, failed, "there are no lines in it")
	require.NoError(t, os.WriteFile(empty, []byte(strings.Repeat("a", 2<<20)), 0o666))
	refused("embed", empty).requireError(t, failed, "line 1 is longer than")
	refused("train", "emoji10", "--text-encoder", "gpt-9").requireError(t, failed, "--text-encoder: ")
}

func TestEmojiWithAPretrainedEncoder(t *testing.T) {
	plain, old := &emojiTask{Text: "label"}, &emojiTask{Text: "label"}
	plain.TextEncoder = "gru"
	require.True(t, plain.same(old.pretrainedText))
	require.Equal(t, "label", plain.variant())
	pretrained := &emojiTask{Text: "label"}
	pretrained.TextEncoder, pretrained.TrainedLayers = "some/minilm", 2
	require.False(t, pretrained.same(plain.pretrainedText))
	require.Equal(t, "label, minilm with 2 layers fine-tuned", pretrained.variant())
	require.Contains(t, pretrained.info().models, "cross-attention")
	require.NotContains(t, pretrained.info().models, "joint")
	_, err := pretrained.newModel()
	require.ErrorContains(t, err, "--text-encoder: ")
}
