package tokenizers_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"multitorch/tokenizers"
)

// A golden is a file of testdata, written by scripts/golden/tokenizers_cases.py: a tokenizer, and what PyPI's tokenizers
// makes of some texts with it.
type golden struct {
	Name      string
	Tokenizer json.RawMessage
	Cases     []goldenCase
}

type goldenCase struct {
	Texts                 []string
	Word_lists            [][]string
	IDs                   []int64
	Offsets, Words        []int
	Types, Special, Mask  []int64
	Tokens                []string
	Sequences             []int
	Decoded, With_special string
	Overflowing           [][]int64
	Truncation            *struct {
		Max_length, Stride  int
		Direction, Strategy string
	}
}

func goldens(t testing.TB) []golden {
	files, err := filepath.Glob("testdata/*.json")
	require.NoError(t, err)
	require.Len(t, files, 16)
	all := make([]golden, len(files))
	for i, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, &all[i]), file)
		all[i].Name = strings.TrimSuffix(filepath.Base(file), ".json")
	}
	return all
}

func goldenTokenizer(t testing.TB, name string) *tokenizers.Tokenizer {
	for _, g := range goldens(t) {
		if g.Name == name {
			tok, err := tokenizers.FromBytes(g.Tokenizer)
			require.NoError(t, err)
			return tok
		}
	}
	require.Fail(t, "no golden file "+name)
	return nil
}

// with is the tokenizer with the case's truncation, and the padding that goes with it.
func (c goldenCase) with(t *testing.T, tok *tokenizers.Tokenizer) *tokenizers.Tokenizer {
	if c.Truncation == nil {
		return tok
	}
	direction := tokenizers.Right
	if c.Truncation.Direction == "left" {
		direction = tokenizers.Left
	}
	strategy := tokenizers.LongestFirst
	if c.Truncation.Strategy == "only_first" {
		strategy = tokenizers.OnlyFirst
	}
	tok, err := tok.With(func(config *tokenizers.Config) {
		config.Truncation = &tokenizers.Truncation{
			MaxLength: c.Truncation.Max_length, Stride: c.Truncation.Stride, Direction: direction, Strategy: strategy,
		}
		config.Padding = tokenizers.PadTo(1, "<pad>")
		config.Padding.Direction, config.Padding.Strategy = direction, 12
	})
	require.NoError(t, err)
	return tok
}

func (c goldenCase) input() tokenizers.Input {
	var inputs []tokenizers.Input
	for _, text := range c.Texts {
		inputs = append(inputs, tokenizers.Input{Text: text})
	}
	for _, words := range c.Word_lists {
		inputs = append(inputs, tokenizers.Input{Words: words})
	}
	if len(inputs) == 2 {
		inputs[0].Pair = &inputs[1]
	}
	return inputs[0]
}

func (c goldenCase) check(t *testing.T, tok *tokenizers.Tokenizer) {
	e, err := tok.EncodeInput(c.input())
	require.NoError(t, err, c.Texts)
	offsets := []int{}
	for _, o := range e.Offsets {
		offsets = append(offsets, o.Start, o.End)
	}
	assert.Equal(t, c.IDs, append([]int64{}, e.IDs...), "ids of %q", c.Texts)
	assert.Equal(t, c.Offsets, offsets, "offsets of %q", c.Texts)
	assert.Equal(t, c.Words, append([]int{}, e.Words...), "words of %q", c.Texts)
	assert.Equal(t, c.Types, append([]int64{}, e.TypeIDs...), "types of %q", c.Texts)
	assert.Equal(t, c.Special, append([]int64{}, e.SpecialTokensMask...), "special tokens of %q", c.Texts)
	assert.Equal(t, c.Mask, append([]int64{}, e.AttentionMask...), "attention mask of %q", c.Texts)
	assert.Equal(t, c.Tokens, append([]string{}, e.Tokens...), "tokens of %q", c.Texts)
	assert.Equal(t, c.Sequences, append([]int{}, e.Sequences...), "sequences of %q", c.Texts)
	overflowing := [][]int64{}
	for _, o := range e.Overflowing {
		overflowing = append(overflowing, o.IDs)
	}
	assert.Equal(t, c.Overflowing, overflowing, "overflowing of %q", c.Texts)
	text, err := tok.Decode(e.IDs)
	require.NoError(t, err)
	assert.Equal(t, c.Decoded, text, "decoded %q", c.Texts)
	text, err = tok.DecodeWithSpecialTokens(e.IDs)
	require.NoError(t, err)
	assert.Equal(t, c.With_special, text, "decoded %q", c.Texts)
	if len(c.Texts) == 1 {
		checkBytes(t, c.Texts[0], e)
	}
}

// checkBytes says that both kinds of offsets mean the same text.
func checkBytes(t *testing.T, text string, e *tokenizers.Encoding) {
	runes := []rune(text)
	for i, o := range e.ByteOffsets {
		if chars := e.Offsets[i]; o.End <= len(text) && chars.End <= len(runes) && utf8.ValidString(text[o.Start:o.End]) {
			assert.Equal(t, string(runes[chars.Start:chars.End]), text[o.Start:o.End], "offsets of token %d of %q", i, text)
		}
	}
}

func TestTokensAsInPython(t *testing.T) {
	for _, g := range goldens(t) {
		t.Run(g.Name, func(t *testing.T) {
			tok, err := tokenizers.FromBytes(g.Tokenizer)
			require.NoError(t, err)
			for _, c := range g.Cases {
				c.check(t, c.with(t, tok))
			}
		})
	}
}

// What is written is what was read, and reads the same.
func TestWritesWhatItReads(t *testing.T) {
	for _, g := range goldens(t) {
		t.Run(g.Name, func(t *testing.T) {
			tok, err := tokenizers.FromBytes(g.Tokenizer)
			require.NoError(t, err)
			path := filepath.Join(t.TempDir(), "tokenizer.json")
			require.NoError(t, tok.Save(path))
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.JSONEq(t, string(g.Tokenizer), string(data))
			again, err := tokenizers.FromFile(path)
			require.NoError(t, err)
			for _, c := range g.Cases[:12] {
				c.check(t, c.with(t, again))
			}
		})
	}
}

func TestBatchesAndGoroutines(t *testing.T) {
	for _, g := range goldens(t) {
		tok, err := tokenizers.FromBytes(g.Tokenizer)
		require.NoError(t, err)
		var texts []string
		var single []*tokenizers.Encoding
		for range 5 {
			for _, c := range g.Cases {
				if len(c.Texts) == 1 {
					e, err := tok.Encode(c.Texts[0])
					require.NoError(t, err)
					texts, single = append(texts, c.Texts[0]), append(single, e)
				}
			}
		}
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				batch, err := tok.EncodeBatch(texts)
				assert.NoError(t, err)
				assert.Equal(t, single, batch, g.Name)
			})
		}
		wait.Wait()
	}
}
