package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// tokenizerSettings is the file that says how long a text may be, here and to Python's AutoTokenizer.
const tokenizerSettings = "tokenizer_config.json"

// copyTokenizer copies what a folder needs to be used, its tokenizer, which cuts texts to as many tokens as in the training.
func copyTokenizer(from, to string, limit int) error {
	for _, name := range []string{"tokenizer.json", tokenizerSettings, "special_tokens_map.json", "vocab.txt", "vocab.json", "merges.txt"} {
		b, err := os.ReadFile(filepath.Join(from, name))
		if missing := errors.Is(err, os.ErrNotExist); name == tokenizerSettings && (missing || err == nil) {
			b, err = withLimit(b, limit)
		} else if missing {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(to, name), b, 0o666)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// withLimit sets the length in a tokenizer's settings, which may be none yet.
func withLimit(settings []byte, limit int) ([]byte, error) {
	keys := map[string]json.RawMessage{}
	if len(settings) > 0 {
		if err := json.Unmarshal(settings, &keys); err != nil {
			return nil, fmt.Errorf("%s: %w", tokenizerSettings, err)
		}
	}
	keys["model_max_length"] = json.RawMessage(fmt.Sprint(limit))
	return json.MarshalIndent(keys, "", "  ")
}
