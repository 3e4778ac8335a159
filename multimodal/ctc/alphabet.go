package ctc

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Blank is the label of no character.
const Blank = 0

// Alphabet numbers characters: the first one is label 1, for 0 is the blank. It never changes once it is made, and goes into
// a checkpoint as JSON, the characters as one string.
type Alphabet struct {
	characters []rune
	label      map[rune]int64
}

// NewAlphabet numbers the characters that occur in texts, in the order of their code points.
func NewAlphabet(texts ...string) *Alphabet {
	var characters []rune
	seen := map[rune]bool{}
	for _, text := range texts {
		for _, r := range text {
			if !seen[r] && r != utf8.RuneError {
				seen[r] = true
				characters = append(characters, r)
			}
		}
	}
	slices.Sort(characters)
	return numbered(characters)
}

func numbered(characters []rune) *Alphabet {
	a := &Alphabet{characters, make(map[rune]int64, len(characters))}
	for i, r := range characters {
		a.label[r] = int64(i + 1)
	}
	return a
}

// Len is the number of labels, the blank included: of scores at a step.
func (a *Alphabet) Len() int { return len(a.characters) + 1 }

// String is the characters in order.
func (a *Alphabet) String() string { return string(a.characters) }

// Encode is the labels of a text's characters. The error names the first one that the alphabet lacks, and its place.
func (a *Alphabet) Encode(text string) ([]int64, error) {
	labels := make([]int64, 0, len(text))
	n := 0
	for _, r := range text {
		label, ok := a.label[r]
		if !ok {
			return nil, fmt.Errorf("character %d of its text %.80q is %q, which is not in the alphabet %.80q", n+1, text, r, a)
		}
		labels = append(labels, label)
		n++
	}
	return labels, nil
}

// Decode is the text of labels. Blanks and numbers that are no labels give nothing.
func (a *Alphabet) Decode(labels []int64) string {
	var b strings.Builder
	for _, l := range labels {
		if l >= 1 && int(l) <= len(a.characters) {
			b.WriteRune(a.characters[l-1])
		}
	}
	return b.String()
}

// MarshalJSON returns the characters as one string, in order.
func (a *Alphabet) MarshalJSON() ([]byte, error) { return json.Marshal(string(a.characters)) }

// maxAlphabet is more characters than any script has that a network is trained on.
const maxAlphabet = 50_000

// UnmarshalJSON reads what MarshalJSON wrote. An empty alphabet, or a character twice, is an error.
func (a *Alphabet) UnmarshalJSON(content []byte) error {
	var text string
	if err := json.Unmarshal(content, &text); err != nil {
		return fmt.Errorf("an alphabet is a JSON string: %w", err)
	}
	characters := []rune(text)
	switch {
	case len(characters) == 0:
		return errors.New("the alphabet is empty")
	case len(characters) > maxAlphabet:
		return fmt.Errorf("an alphabet of %d characters: expected at most %d", len(characters), maxAlphabet)
	}
	read := numbered(characters)
	if len(read.label) != len(characters) {
		return fmt.Errorf("the alphabet %.80q has a character twice", text)
	}
	*a = *read
	return nil
}
