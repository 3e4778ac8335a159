package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"multitorch/tokenizers"
)

// trainings are those of training.py.
func trainings(lines []string) map[string]func() (*tokenizers.Tokenizer, error) {
	texts := slices.Values(lines)
	words := func(m tokenizers.Model, n tokenizers.Normalizer, t tokenizers.Trainer) (*tokenizers.Tokenizer, error) {
		return tokenizers.Train(tokenizers.Config{Model: m, Normalizer: n, PreTokenizer: tokenizers.BertPreTokenizer{}}, t, texts)
	}
	unk := "<unk>"
	return map[string]func() (*tokenizers.Tokenizer, error){
		"wordpiece": func() (*tokenizers.Tokenizer, error) {
			lower := tokenizers.BertNormalizer{CleanText: true, HandleChineseChars: true, Lowercase: true}
			inner, err := innerTokens(lower, lines)
			if err != nil {
				return nil, err
			}
			return words(nil, lower, tokenizers.WordPieceTrainer{
				VocabSize: 4000, SpecialTokens: tokenizers.SpecialTokens(append([]string{"[UNK]", "[CLS]"}, inner...)...),
			})
		},
		"bpe-bytes": func() (*tokenizers.Tokenizer, error) {
			return tokenizers.Train(tokenizers.Config{
				PreTokenizer: tokenizers.ByteLevel{TrimOffsets: true, UseRegex: true},
			}, tokenizers.BPETrainer{
				VocabSize: 5000, SpecialTokens: tokenizers.SpecialTokens("<|endoftext|>"),
				InitialAlphabet: tokenizers.ByteLevelAlphabet(),
			}, texts)
		},
		"bpe": func() (*tokenizers.Tokenizer, error) {
			return words(&tokenizers.BPE{UnkToken: &unk}, nil, tokenizers.BPETrainer{
				VocabSize: 3000, MinFrequency: 3, MaxTokenLength: 6, SpecialTokens: tokenizers.SpecialTokens("<unk>"),
			})
		},
		"wordlevel": func() (*tokenizers.Tokenizer, error) {
			return words(nil, nil, tokenizers.WordLevelTrainer{
				VocabSize: 3000, MinFrequency: 2, SpecialTokens: tokenizers.SpecialTokens("<unk>"),
			})
		},
		"unigram": func() (*tokenizers.Tokenizer, error) {
			return tokenizers.Train(tokenizers.Config{PreTokenizer: tokenizers.Metaspace{Replacement: '▁'}},
				tokenizers.UnigramTrainer{VocabSize: 3000, SpecialTokens: tokenizers.SpecialTokens("<pad>", "<unk>"), UnkToken: unk}, texts)
		},
	}
}

// innerTokens are ## and each character that normalised lines have.
func innerTokens(n tokenizers.Normalizer, lines []string) ([]string, error) {
	seen := map[string]bool{}
	for _, line := range lines {
		normal, err := tokenizers.Normalize(n, line)
		if err != nil {
			return nil, err
		}
		for _, r := range normal {
			seen["##"+string(r)] = true
		}
	}
	inner := make([]string, 0, len(seen))
	for token := range seen {
		inner = append(inner, token)
	}
	slices.Sort(inner)
	return inner, nil
}

// compareTraining trains on lines of the repository in Go and in Python.
func compareTraining(python string) error {
	corpus := repositoryLines(".", 12_000)
	dir, err := os.MkdirTemp("", "tokenizers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	data, err := json.Marshal(corpus)
	if err != nil {
		return err
	}
	start := time.Now()
	cmd := exec.Command(python, "scripts/tokenizers/training.py", dir)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(string(data)), os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return err
	}
	fmt.Printf("python trained for %.1f s\n", time.Since(start).Seconds())
	bad := 0
	for name, train := range trainings(corpus) {
		start := time.Now()
		ours, err := train()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		theirs, err := tokenizers.FromFile(filepath.Join(dir, name+".json"))
		if err != nil {
			return err
		}
		took := time.Since(start).Seconds()
		different, size := differences(ours, theirs)
		fmt.Printf("%-12s %5d tokens, %d different, %.1f s\n", name, size, different, took)
		bad += different
	}
	if bad > 0 {
		return fmt.Errorf("%d tokens differ", bad)
	}
	return nil
}

// differences counts tokens whose ids differ, and merges; of Unigram those whose scores do: sums of floating point numbers
// depend on the order of words, and tokens of equal scores take their places by the last bit.
func differences(ours, theirs *tokenizers.Tokenizer) (different, size int) {
	a, b := ours.Vocab(true), theirs.Vocab(true)
	unigram, isUnigram := ours.Config().Model.(*tokenizers.Unigram)
	if isUnigram {
		other := theirs.Config().Model.(*tokenizers.Unigram)
		scores := map[string]float64{}
		for _, p := range unigram.Vocab {
			scores[p.Token] = p.Score
		}
		for _, p := range other.Vocab {
			score, ok := scores[p.Token]
			// Characters that no token needs get their scores in the order of a hash table in Python.
			tolerance := 1e-9
			if len([]rune(p.Token)) == 1 {
				tolerance = 1e-2
			}
			if !ok || math.Abs(score-p.Score) > tolerance {
				if different++; different <= 5 {
					fmt.Println("  token", p.Token, "python", p.Score, "go", score, ok)
				}
			}
		}
		return different + max(0, len(unigram.Vocab)-len(other.Vocab)), len(other.Vocab)
	}
	for token, id := range b {
		if got, ok := a[token]; !ok || got != id {
			if different++; different <= 5 {
				fmt.Printf("  %q python %d go %d %v\n", token, id, got, ok)
			}
		}
	}
	different += max(0, len(a)-len(b))
	if bpe, ok := ours.Config().Model.(*tokenizers.BPE); ok {
		other := theirs.Config().Model.(*tokenizers.BPE)
		for i, m := range other.Merges {
			if i >= len(bpe.Merges) || bpe.Merges[i] != m {
				different++
			}
		}
	}
	return different, len(b)
}
