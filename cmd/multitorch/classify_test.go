package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/image"
	"multitorch/tokenizers"
	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/processors"
)

// tinyCLIP is a folder of a small model that was not trained, and a picture.
func tinyCLIP(t *testing.T) (dir, picture string) {
	t.Helper()
	torch.ManualSeed(0)
	dir = t.TempDir()
	c := transformers.NewCLIPConfig()
	tower := transformers.TowerConfig{
		HiddenSize: 16, IntermediateSize: 32, NumHiddenLayers: 1, NumAttentionHeads: 2, HiddenAct: "quick_gelu", LayerNormEps: 1e-5,
	}
	c.TextConfig.TowerConfig, c.VisionConfig.TowerConfig = tower, tower
	c.TextConfig.VocabSize, c.TextConfig.MaxPositionEmbeddings, c.TextConfig.EosTokenID = 4, 8, transformers.TokenIDs{3}
	c.VisionConfig.ImageSize, c.VisionConfig.PatchSize = transformers.Sides{16, 16}, transformers.Sides{8, 8}
	require.NoError(t, transformers.SavePretrained(transformers.NewCLIPModel(c), dir))

	words, err := tokenizers.New(tokenizers.Config{
		Model:         &tokenizers.WordLevel{Vocab: tokenizers.Vocab{"?": 0, "cat": 1, "dog": 2, "<end>": 3}, UnkToken: "?"},
		PreTokenizer:  tokenizers.WhitespaceSplit{},
		PostProcessor: tokenizers.BertProcessing{Sep: tokenizers.SpecialToken{Token: "<end>", ID: 3}, Cls: tokenizers.SpecialToken{Token: "?", ID: 0}},
	})
	require.NoError(t, err)
	require.NoError(t, words.Save(filepath.Join(dir, "tokenizer.json")))
	settings, err := processors.Defaults("CLIPImageProcessor")
	require.NoError(t, err)
	settings.Size, settings.CropSize = processors.Size{ShortestEdge: 16}, processors.Size{Height: 16, Width: 16}
	p, err := processors.NewImageProcessor(settings)
	require.NoError(t, err)
	require.NoError(t, p.SavePretrained(dir))
	picture = filepath.Join(dir, "picture.png")
	require.NoError(t, image.Uniform(20, 30, 200, 100, 0).Save(picture))
	return dir, picture
}

func TestClassify(t *testing.T) {
	dir, picture := tinyCLIP(t)
	t.Parallel() // after the fixture, whose weights are drawn from the common generator
	o := multitorch("classify", "--model", dir, "--labels", "cat,dog,some thing", "--top", "2", picture)
	require.Equal(t, 0, o.code, o.stderr)
	lines := strings.Split(strings.TrimSpace(o.stdout), "\n")
	require.Len(t, lines, 2)
	require.Contains(t, lines[0], " %")

	o = multitorch("classify", "--model", dir, "--labels", "cat,dog", picture, picture)
	require.Equal(t, 0, o.code, o.stderr)
	require.Equal(t, 2, strings.Count(o.stdout, picture))

	require.NoError(t, os.WriteFile(filepath.Join(dir, "bad.png"), []byte("nothing"), 0o666))
	for want, args := range map[string][]string{
		"has no classes of its own":     {"--model", dir, picture},
		"--template: expected a text":   {"--model", dir, "--labels", "cat", "--template", "a photo", picture},
		"no such file":                  {"--model", dir, "--labels", "cat", "none.png"},
		"bad.png":                       {"--model", dir, "--labels", "cat", filepath.Join(dir, "bad.png")},
		"there is no config.json in it": {"--model", filepath.Dir(dir), "--labels", "cat", picture},
		"or a folder that holds a mod":  {"--model", "nothing", "--labels", "cat", picture},
	} {
		o := refused(append([]string{"classify"}, args...)...)
		require.NotEqual(t, 0, o.code, want)
		require.Contains(t, o.stderr, want)
	}
}
