package pipelines_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/tokenizers"
	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/pipelines"
)

// talker writes a folder of a small model that was not trained, of GPT-2's or T5's kind, whose tokens are bytes.
func talker(dir, kind string) error {
	torch.ManualSeed(1)
	vocab := tokenizers.Vocab{}
	for i, r := range tokenizers.ByteLevelAlphabet() {
		vocab[string(r)] = uint32(i)
	}
	words, err := tokenizers.New(tokenizers.Config{
		Model: &tokenizers.BPE{Vocab: vocab}, PreTokenizer: tokenizers.ByteLevel{}, Decoder: tokenizers.ByteLevel{},
	})
	if err != nil {
		return err
	}
	if err := words.Save(filepath.Join(dir, "tokenizer.json")); err != nil {
		return err
	}
	if kind == "t5" {
		c := transformers.NewT5Config()
		c.VocabSize, c.DModel, c.DKV, c.DFF, c.NumLayers, c.NumHeads = 256, 16, 8, 32, 1, 2
		c.DecoderStartTokenID, c.EosTokenID = new(0), nil
		return transformers.SavePretrained(transformers.NewT5ForConditionalGeneration(c), dir)
	}
	c := transformers.NewGPT2Config()
	c.VocabSize, c.NPositions, c.NEmbd, c.NLayer, c.NHead, c.BosTokenID, c.EosTokenID = 256, 64, 16, 1, 2, nil, nil
	return transformers.SavePretrained(transformers.NewGPT2LMHeadModel(c), dir)
}

func TestTextGenerator(t *testing.T) {
	for _, kind := range []string{"gpt2", "t5"} {
		t.Run(kind, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, talker(dir, kind))
			g, err := pipelines.NewTextGenerator(dir)
			require.NoError(t, err)
			g.Config.MaxNewTokens = 12
			texts, err := g.Generate("some", "other words")
			require.NoError(t, err)
			require.Len(t, texts, 2)

			before := leak.CollectorOff(t)
			var b strings.Builder
			for piece, err := range g.Stream("some") {
				require.NoError(t, err)
				b.WriteString(piece)
			}
			require.Equal(t, texts[0], b.String())
			for range g.Stream("some") {
				break
			}
			require.Equal(t, before, torch.LiveTensors())

			for _, err = range g.Stream("") {
			}
			require.ErrorContains(t, err, "empty")
			if kind == "gpt2" { // T5's words are all alike
				g.Config.StopStrings = []string{texts[0][1:3]}
				short, err := g.Generate("some")
				require.NoError(t, err)
				require.Equal(t, texts[0][:strings.Index(texts[0], texts[0][1:3])+2], short[0])
			}
			g.Config.TopP = 3
			_, err = g.Generate("some")
			require.ErrorContains(t, err, "top_p")
		})
	}
}

func TestTextGeneratorFromBadFolders(t *testing.T) {
	dir := t.TempDir()
	_, err := pipelines.NewTextGenerator(dir)
	require.ErrorContains(t, err, "tokenizer.json")
	require.NoError(t, talker(dir, "gpt2"))
	g, err := pipelines.NewTextGenerator(dir)
	require.NoError(t, err)
	g.Config.MaxNewTokens = 5
	_, err = g.Generate(strings.Repeat("long ", 20))
	require.ErrorContains(t, err, "the prompt has 100 ids, but the model has 64 positions")
}

func ExampleTextGenerator() {
	g, err := pipelines.NewTextGenerator("gpt2")
	if err != nil {
		fmt.Println("there is no such folder here")
		return
	}
	g.Config.MaxNewTokens, g.Config.DoSample, g.Config.TopP = 50, true, 0.9
	for piece, err := range g.Stream("Once upon a time") {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(piece)
	}
	// Output: there is no such folder here
}
