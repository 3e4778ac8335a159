package speech

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// readDecoder reads how a folder's tokens, which are of bytes, become text.
func readDecoder(dir string) (func(ids []int64) string, error) {
	path := filepath.Join(dir, "tokenizer.json")
	var file struct {
		Model struct {
			Vocab map[string]int64 `json:"vocab"`
		} `json:"model"`
	}
	if err := readJSON(path, &file); err != nil {
		return nil, err
	}
	if len(file.Model.Vocab) == 0 {
		return nil, fmt.Errorf("%s: expected a vocabulary (model.vocab) of byte-level BPE", path)
	}
	bytes := map[rune]byte{}
	next := rune(256)
	for b := range rune(256) {
		if b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae {
			bytes[b] = byte(b)
		} else {
			bytes[next] = byte(b)
			next++
		}
	}
	words := map[int64]string{}
	for token, id := range file.Model.Vocab {
		var b strings.Builder
		for _, r := range token {
			b.WriteByte(bytes[r])
		}
		words[id] = b.String()
	}
	return func(ids []int64) string {
		var b strings.Builder
		for _, id := range ids {
			b.WriteString(words[id])
		}
		return valid(b.String())
	}, nil
}

// valid puts U+FFFD in the place of bytes that are no UTF-8.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
