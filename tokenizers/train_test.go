package tokenizers_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"multitorch/tokenizers"
)

// trained is what PyPI's trainers learn from some lines: scripts/golden/tokenizers_trained.py.
func trained(t *testing.T) (lines []string, models map[string]json.RawMessage) {
	data, err := os.ReadFile("testdata/trained/python.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &models))
	require.NoError(t, json.Unmarshal(models["lines"], &lines))
	return lines, models
}

// pythonModel is a model of Python's trainers.
func pythonModel(t *testing.T, model json.RawMessage) tokenizers.Model {
	require.NotNil(t, model)
	tok, err := tokenizers.FromBytes(slices.Concat([]byte(`{"model":`), model, []byte(`}`)))
	require.NoError(t, err)
	return tok.Config().Model
}

func TestTrainersLearnWhatPythonsDo(t *testing.T) {
	lines, models := trained(t)
	inner := map[string]bool{}
	for _, line := range lines {
		for _, r := range strings.ReplaceAll(line, " ", "") {
			inner["##"+string(r)] = true
		}
	}
	pieces := []string{}
	for token := range inner {
		pieces = append(pieces, token)
	}
	slices.Sort(pieces)
	unk := "?"
	special := tokenizers.SpecialTokens(unk)
	words := tokenizers.WhitespaceSplit{}
	for name, c := range map[string]struct {
		config  tokenizers.Config
		trainer tokenizers.Trainer
	}{
		"wordpiece": {tokenizers.Config{PreTokenizer: words}, tokenizers.WordPieceTrainer{
			VocabSize: 150, SpecialTokens: tokenizers.SpecialTokens(append([]string{"[UNK]"}, pieces...)...),
		}},
		"bpe-bytes": {tokenizers.Config{PreTokenizer: tokenizers.ByteLevel{UseRegex: true}}, tokenizers.BPETrainer{
			VocabSize: 360, InitialAlphabet: tokenizers.ByteLevelAlphabet(),
		}},
		"bpe": {tokenizers.Config{Model: &tokenizers.BPE{UnkToken: &unk}, PreTokenizer: words}, tokenizers.BPETrainer{
			VocabSize: 120, MinFrequency: 6, MaxTokenLength: 5, LimitAlphabet: 17, SpecialTokens: special,
		}},
		"wordlevel": {tokenizers.Config{Model: &tokenizers.WordLevel{UnkToken: unk}, PreTokenizer: words}, tokenizers.WordLevelTrainer{
			VocabSize: 40, MinFrequency: 6, SpecialTokens: special,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			tok, err := tokenizers.Train(c.config, c.trainer, slices.Values(lines))
			require.NoError(t, err)
			assert.Equal(t, pythonModel(t, models[name]), tok.Config().Model)
			again, err := tokenizers.Train(c.config, c.trainer, slices.Values(lines))
			require.NoError(t, err)
			assert.Equal(t, tok.Config().Model, again.Config().Model)
			path := filepath.Join(t.TempDir(), "tokenizer.json")
			require.NoError(t, tok.Save(path))
			read, err := tokenizers.FromFile(path)
			require.NoError(t, err)
			assert.Equal(t, tok.Vocab(true), read.Vocab(true))
		})
	}
}

func TestUnigramTrainerLearnsWhatPythonsDoes(t *testing.T) {
	lines, models := trained(t)
	for name, size := range map[string]int{"unigram": 150, "unigram-pruned": 90} {
		tok, err := tokenizers.Train(tokenizers.Config{PreTokenizer: tokenizers.Metaspace{Replacement: '▁'}}, tokenizers.UnigramTrainer{
			VocabSize: size, SpecialTokens: tokenizers.SpecialTokens("?"), UnkToken: "?",
		}, slices.Values(lines))
		require.NoError(t, err)
		want, got := pythonModel(t, models[name]).(*tokenizers.Unigram), tok.Config().Model.(*tokenizers.Unigram)
		assert.Equal(t, want.UnkID, got.UnkID)
		// Characters that no token needs get their scores in the order of a hash table in Python.
		scores := map[string]float64{}
		for _, p := range want.Vocab {
			scores[p.Token] = p.Score
		}
		require.Len(t, got.Vocab, len(want.Vocab), name)
		for _, p := range got.Vocab {
			if assert.Contains(t, scores, p.Token, name) {
				tolerance := 1e-9
				if utf8.RuneCountInString(p.Token) == 1 {
					tolerance = 3e-3
				}
				assert.InDelta(t, scores[p.Token], p.Score, tolerance, "%s: %s", name, p.Token)
			}
		}
	}
}

func TestTrainersRefuse(t *testing.T) {
	lines := slices.Values([]string{"abc"})
	for trainer, names := range map[tokenizers.Trainer]string{
		&tokenizers.UnigramTrainer{VocabSize: 2}:                     "too small",
		&tokenizers.UnigramTrainer{VocabSize: 9, ShrinkingFactor: 2}: "ShrinkingFactor is 2",
	} {
		_, err := tokenizers.Train(tokenizers.Config{}, trainer, lines)
		assert.ErrorContains(t, err, names)
	}
	_, err := tokenizers.Train(tokenizers.Config{Model: tokenizers.NewWordPiece(nil)}, tokenizers.BPETrainer{}, lines)
	assert.ErrorContains(t, err, "can't train *tokenizers.WordPiece")
}
