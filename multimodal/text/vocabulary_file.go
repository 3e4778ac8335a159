package text

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// saved is a vocabulary as JSON. The default is a token, for a number would not be found again by people.
type saved struct {
	Tokens  []string `json:"tokens"`
	Default *string  `json:"default,omitempty"`
}

// MarshalJSON returns the tokens in order, and the one that stands for those that the vocabulary lacks.
func (v *Vocabulary) MarshalJSON() ([]byte, error) {
	s := saved{Tokens: v.tokens}
	if s.Tokens == nil {
		s.Tokens = []string{}
	}
	if v.unknown >= 0 {
		s.Default = &v.tokens[v.unknown]
	}
	return json.Marshal(s)
}

// UnmarshalJSON reads what MarshalJSON wrote. A token twice, or a default that is no token, is an error.
func (v *Vocabulary) UnmarshalJSON(content []byte) error {
	var s saved
	if err := json.Unmarshal(content, &s); err != nil {
		return fmt.Errorf("text: a vocabulary is a JSON object with a list of strings: %w", err)
	}
	if s.Tokens == nil {
		return errNoTokens
	}
	read, err := NewVocabulary(s.Tokens)
	if err == nil && s.Default != nil {
		read, err = read.WithDefault(*s.Default)
	}
	if err != nil {
		return err
	}
	*v = *read
	return nil
}

// WriteText writes a token a line, as BERT's vocab.txt is. The default is not part of it. Tokens with a line break in them
// are an error: JSON holds them.
func (v *Vocabulary) WriteText(w io.Writer) error {
	out := bufio.NewWriter(w)
	for i, t := range v.tokens {
		if strings.ContainsAny(t, "\n\r") {
			return fmt.Errorf("text: token %d is %.40q, which has a line break: save the vocabulary as JSON", i, t)
		}
		if _, err := out.WriteString(t + "\n"); err != nil {
			return err
		}
	}
	return out.Flush()
}

// What a file of a vocabulary may hold at most.
const (
	maxTokens    = 10_000_000
	maxTokenSize = 1 << 16
)

// ReadText reads a vocabulary of a token a line; lines may end as on Windows. Errors name the line.
func ReadText(r io.Reader) (*Vocabulary, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxTokenSize)
	var tokens []string
	for lines.Scan() {
		if len(tokens) == maxTokens {
			return nil, fmt.Errorf("text: a vocabulary of more than %d lines", maxTokens)
		}
		tokens = append(tokens, lines.Text()) // without a final \r
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("text: a vocabulary, line %d: %w", len(tokens)+1, err)
	}
	return NewVocabulary(tokens)
}
