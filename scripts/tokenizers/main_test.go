package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The small tokenizers of the package's tests, on random strings, where a Python with tokenizers is named.
func TestRandomStringsAsInPython(t *testing.T) {
	if os.Getenv("MULTITORCH_TRANSFORMERS") == "" {
		t.Skip("MULTITORCH_TRANSFORMERS names no Python with tokenizers")
	}
	files, err := filepath.Glob("../../tokenizers/testdata/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			var golden struct{ Tokenizer json.RawMessage }
			require.NoError(t, json.Unmarshal(data, &golden))
			path := filepath.Join(t.TempDir(), "tokenizer.json")
			require.NoError(t, os.WriteFile(path, golden.Tokenizer, 0o600))
			r := rand.New(rand.NewPCG(7, 7))
			asked, different, err := compare(pythonPath(), "answer.py", path, func(yield func(string) bool) {
				for range 1000 {
					if !yield(randomText(r, 30)) {
						return
					}
				}
			})
			require.NoError(t, err)
			assert.Equal(t, 1000, asked)
			assert.Zero(t, different)
		})
	}
}

func TestTextsHoldManyScripts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	seen := map[rune]bool{}
	for range 2000 {
		for _, c := range randomText(r, 30) {
			seen[c] = true
		}
	}
	for _, c := range []rune{'a', 'я', 'ש', 'क', 0x200D, 0, 0xFFFD} {
		assert.Truef(t, seen[c], "%U", c)
	}
	assert.Greater(t, len(seen), 5000)
}
