package emoji10

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	vocab "multitorch/multimodal/text"
)

// The first two entries of every vocabulary.
const (
	Pad = 0 // "<pad>" fills a text up to MaxTokens; an embedding's padding index
	Unk = 1 // "<unk>" stands for every token that the training side does not have
)

var special = []string{Pad: "<pad>", Unk: "<unk>"}

// Vocabulary numbers tokens. It is built from the training side only and goes into a checkpoint as JSON, the list of its
// tokens, so that a prediction uses the numbers that the model was trained with. It never changes once it is built.
type Vocabulary struct{ words *vocab.Vocabulary }

// NewVocabulary numbers the tokens of some texts: 0 is <pad>, 1 is <unk>, then come all tokens, the most frequent first
// and equally frequent ones in byte order.
func NewVocabulary(texts [][]string) *Vocabulary {
	words, err := vocab.BuildVocabulary(slices.Values(texts), vocab.Specials(special))
	if err == nil {
		words, err = words.WithDefault(special[Unk])
	}
	if err != nil {
		panic(err) // the specials are two, and <unk> is one of them
	}
	return &Vocabulary{words}
}

// Len returns how many entries there are, <pad> and <unk> included: the number of rows of an embedding.
func (v *Vocabulary) Len() int { return v.words.Len() }

// Tokens returns the entries in order, <pad> and <unk> included.
func (v *Vocabulary) Tokens() []string { return v.words.Tokens() }

// Number returns a token's number, which is Unk for one that the vocabulary does not have.
func (v *Vocabulary) Number(token string) int64 { return v.words.Number(token) }

// Encode returns the numbers of the first MaxTokens tokens, filled up to MaxTokens with Pad, and how many of them are
// tokens: 1 to MaxTokens. No tokens at all is an error, for a recurrent network cannot read an empty text.
func (v *Vocabulary) Encode(tokens []string) (numbers []int64, length int, err error) {
	if len(tokens) == 0 {
		return nil, 0, errors.New("emoji10: the text is empty: expected at least one word of the letters a to z, or a number")
	}
	numbers = make([]int64, MaxTokens)
	length = min(len(tokens), MaxTokens)
	for i, t := range tokens[:length] {
		numbers[i] = v.Number(t)
	}
	return numbers, length, nil
}

// MarshalJSON returns the entries as a list of strings, in order.
func (v *Vocabulary) MarshalJSON() ([]byte, error) { return json.Marshal(v.Tokens()) }

// UnmarshalJSON reads what MarshalJSON wrote. The error says so when the list does not begin with <pad> and <unk>, or has
// an entry twice.
func (v *Vocabulary) UnmarshalJSON(content []byte) error {
	var tokens []string
	if err := json.Unmarshal(content, &tokens); err != nil {
		return fmt.Errorf("emoji10: a vocabulary is a JSON list of strings: %w", err)
	}
	if len(tokens) < len(special) || !slices.Equal(tokens[:len(special)], special) {
		return fmt.Errorf("emoji10: expected a vocabulary that begins with %q, found %.40q", special, tokens[:min(len(tokens), 2)])
	}
	words, err := vocab.NewVocabulary(tokens)
	if err == nil {
		words, err = words.WithDefault(special[Unk])
	}
	if err != nil {
		return fmt.Errorf("emoji10: %w", err)
	}
	v.words = words
	return nil
}
