package speech

import (
	"fmt"
	"path/filepath"

	"multitorch/tokenizers"
	"multitorch/torch"
)

// readTokenizer reads how a folder's tokens become text, and which says that nobody speaks.
func (t *tokens) readTokenizer(dir string) error {
	path := filepath.Join(dir, "tokenizer.json")
	tokenizer, err := tokenizers.FromFile(path)
	if err != nil {
		return err
	}
	if n := tokenizer.VocabSize(true); int64(n) < t.lowest {
		return fmt.Errorf("%s: it has %d tokens, but the model's text has %d: it is another model's", path, n, t.lowest)
	}
	if id, ok := tokenizer.TokenToID("<|notimestamps|>"); ok && id != t.noTimestamps {
		return fmt.Errorf("%s: <|notimestamps|> is %d, but no_timestamps_token_id of generation_config.json is %d", path, id, t.noTimestamps)
	}
	t.noSpeech = -1
	for _, name := range []string{"<|nospeech|>", "<|nocaptions|>"} {
		if id, ok := tokenizer.TokenToID(name); ok {
			t.noSpeech = id
		}
	}
	t.decode = func(ids []int64) string {
		text, err := tokenizer.Decode(ids)
		if err != nil {
			panic(&torch.Error{Op: "speech.Text", Kind: torch.ValueError, Message: fmt.Sprintf("%s: %v", path, err)})
		}
		return text
	}
	return nil
}
