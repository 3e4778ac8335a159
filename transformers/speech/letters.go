package speech

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// letters are what the ids of a model with CTC write, as Transformers' Wav2Vec2CTCTokenizer has it.
type letters struct {
	of      []string // by id: a letter or several
	skipped []bool   // by id: special tokens, and ids without letters, which Transformers takes for unknown ones
	blank   int64
	between string // the letter between words; "" for none
	space   string // what is written for it
	lower   bool
	tidy    bool // spaces before punctuation go
}

// token is the name of a special token, which files give in two ways.
type token string

// UnmarshalJSON reads "<pad>" or {"content": "<pad>"}; null is no token.
func (t *token) UnmarshalJSON(data []byte) error {
	var added struct {
		Content *string `json:"content"`
	}
	if json.Unmarshal(data, &added) == nil && added.Content != nil {
		*t = token(*added.Content)
		return nil
	}
	return json.Unmarshal(data, (*string)(t))
}

// letterSettings are the keys of a tokenizer_config.json that change a text.
type letterSettings struct {
	Class     string  `json:"tokenizer_class"`
	Pad       token   `json:"pad_token"`
	Begin     token   `json:"bos_token"`
	End       token   `json:"eos_token"`
	Unknown   token   `json:"unk_token"`
	More      []token `json:"additional_special_tokens"`
	Delimiter *string `json:"word_delimiter_token"`
	Space     string  `json:"replace_word_delimiter_char"`
	Lower     bool    `json:"do_lower_case"`
	Tidy      bool    `json:"clean_up_tokenization_spaces"`
	Language  string  `json:"target_lang"`
}

// readLetters reads a folder's vocab.json and tokenizer_config.json, for a model that scores n letters and whose config.json
// says which is the blank; nil if it does not.
func readLetters(dir string, n int, blank *int) (l letters, err error) {
	s := letterSettings{Pad: "<pad>", Begin: "<s>", End: "</s>", Unknown: "<unk>", Delimiter: new("|"), Space: " "}
	path := filepath.Join(dir, "tokenizer_config.json")
	if err := readJSON(path, &s); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return l, err
	}
	if known := []string{"", "Wav2Vec2CTCTokenizer", "Wav2Vec2Tokenizer"}; !slices.Contains(known, s.Class) {
		return l, fmt.Errorf("%s: tokenizer_class: expected one of %q, but got %.80q", path, known[1:], s.Class)
	}
	if s.Language != "" {
		return l, fmt.Errorf("%s: target_lang: vocabularies of several languages are not known here: expected none, but got %.20q", path, s.Language)
	}
	path = filepath.Join(dir, "vocab.json")
	var vocabulary map[string]int
	if err := readJSON(path, &vocabulary); err != nil {
		return l, fmt.Errorf("%w (expected letters and their ids)", err)
	}
	l = letters{of: make([]string, n), skipped: slices.Repeat([]bool{true}, n), blank: -1, space: s.Space, lower: s.Lower, tidy: s.Tidy}
	for letter, id := range vocabulary {
		switch {
		case id < 0 || id >= n:
			return l, fmt.Errorf("%s: the id of %.20q is %d, but the model scores %d letters", path, letter, id, n)
		case strings.ContainsRune(letter, utf8.RuneError):
			return l, fmt.Errorf("%s: the letter with the id %d is no Unicode: half of a surrogate pair, or bytes that are not UTF-8", path, id)
		case !l.skipped[id]:
			return l, fmt.Errorf("%s: %.20q and %.20q have the same id, %d", path, min(letter, l.of[id]), max(letter, l.of[id]), id)
		}
		l.of[id], l.skipped[id] = letter, false
	}
	for _, special := range append([]token{s.Begin, s.End, s.Unknown}, s.More...) {
		if id, ok := vocabulary[string(special)]; ok && special != s.Pad {
			l.skipped[id] = true
		}
	}
	if id, ok := vocabulary[string(s.Pad)]; ok {
		l.blank = int64(id)
	} else if blank != nil && *blank < n && l.of[*blank] == "" {
		l.blank = int64(*blank)
	}
	if l.blank < 0 {
		return l, fmt.Errorf("%s: expected the blank, %.20q, which tokenizer_config.json calls pad_token", path, string(s.Pad))
	}
	l.skipped[l.blank] = false
	if s.Delimiter != nil {
		l.between = *s.Delimiter
	}
	return l, nil
}

// written is what each step of a path adds, of which repetitions are one and the blank none.
func (l *letters) written(path []int64) func(yield func(step int, id int64) bool) {
	return func(yield func(step int, id int64) bool) {
		last := l.blank
		for step, id := range path {
			if id != last && id != l.blank && !l.skipped[id] && !yield(step, id) {
				return
			}
			last = id
		}
	}
}

// untidy are what Transformers takes for spaces too many, one after the other, in turn with what becomes of them.
var untidy = []string{
	" .", ".", " ?", "?", " !", "!", " ,", ",", " ' ", "'", " n't", "n't", " 'm", "'m", " 's", "'s", " 've", "'ve", " 're", "'re",
}

// text is what a path says.
func (l *letters) text(path []int64) string {
	var b strings.Builder
	for _, id := range l.written(path) {
		b.WriteString(l.letter(id))
	}
	text := strings.TrimSpace(b.String())
	if l.tidy {
		for pair := range slices.Chunk(untidy, 2) {
			text = strings.ReplaceAll(text, pair[0], pair[1])
		}
	}
	return text
}

// letter is what an id writes.
func (l *letters) letter(id int64) string {
	switch letter := l.of[id]; {
	case letter == l.between && letter != "":
		return l.space
	case l.lower:
		return strings.ToLower(letter)
	default:
		return letter
	}
}
