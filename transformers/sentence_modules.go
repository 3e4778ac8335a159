package transformers

import (
	"fmt"
	"path/filepath"
	"strings"

	"multitorch/tokenizers"
)

// checkSentence looks at what a folder of sentence-transformers says is done with a text beside the mean: what would be left out
// here makes other vectors, and is an error.
func checkSentence(dir string) error {
	var modules []struct {
		Path string `json:"path"`
		Type string `json:"type"`
	}
	if err := readOptional(filepath.Join(dir, "modules.json"), &modules); err != nil {
		return err
	}
	pooling := "1_Pooling"
	for i, m := range modules {
		switch kind := m.Type[strings.LastIndexByte(m.Type, '.')+1:]; {
		case kind == "Pooling":
			pooling = m.Path
		case kind == "Transformer" && m.Path == "" || kind == "Normalize":
		default:
			return fmt.Errorf("load %s: modules.json: number %d is %.80q in %.80q: known are Transformer in the folder itself, Pooling and Normalize",
				dir, i, m.Type, m.Path)
		}
	}
	if !filepath.IsLocal(pooling) {
		return fmt.Errorf("load %s: modules.json: the path %.80q leads out of the folder", dir, pooling)
	}
	return checkPooling(filepath.Join(dir, pooling, ConfigName))
}

// checkPooling looks for other ways than the mean, which are put beside it if there are several.
func checkPooling(path string) error {
	var settings map[string]any
	if err := readOptional(path, &settings); err != nil {
		return err
	}
	for key, value := range settings {
		mean := strings.HasSuffix(key, "_mean_tokens")
		switch on := value.(type) {
		case bool:
			if strings.HasPrefix(key, "pooling_mode_") && on != mean {
				return fmt.Errorf("read %s: %.80s is %v: only the mean over the tokens is supported", path, key, on)
			}
		case string:
			if key == "pooling_mode" && on != "mean" {
				return fmt.Errorf("read %s: %s is %.80q: only the mean over the tokens is supported", path, key, on)
			}
		}
	}
	return nil
}

// checkLower is an error where texts are to be put in small letters, and the tokenizer does not do so by itself.
func checkLower(dir string, t *tokenizers.Tokenizer) error {
	upper, err := t.Encode("A SMALL LETTER")
	if err != nil {
		return err
	}
	lower, err := t.Encode("a small letter")
	if err != nil {
		return err
	}
	for i, id := range upper.IDs {
		if upper.Len() != lower.Len() || lower.IDs[i] != id {
			return fmt.Errorf("load %s: sentence_bert_config.json: do_lower_case: expected a tokenizer that puts texts in small letters", dir)
		}
	}
	return nil
}
