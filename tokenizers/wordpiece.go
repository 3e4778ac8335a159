package tokenizers

import (
	"strings"
	"unicode/utf8"
)

// WordPiece takes the longest beginning of a word that is in the vocabulary, and so on from there. A word of which some
// part isn't there is unknown as a whole.
type WordPiece struct {
	UnkToken                string `json:"unk_token"`
	ContinuingSubwordPrefix string `json:"continuing_subword_prefix"`
	MaxInputCharsPerWord    int    `json:"max_input_chars_per_word"` // longer words are unknown
	Vocab                   Vocab  `json:"vocab"`
}

// NewWordPiece is BERT's: [UNK], ## and 100 characters.
func NewWordPiece(vocab Vocab) *WordPiece {
	return &WordPiece{UnkToken: "[UNK]", ContinuingSubwordPrefix: "##", MaxInputCharsPerWord: 100, Vocab: vocab}
}

type wordPiece struct {
	*ids
	config *WordPiece
	rest   map[string]uint32 // tokens inside words, without their prefix
	// The longest tokens, at the beginning of words and inside: nothing longer needs to be looked up.
	first, inside int
	unk           uint32
	hasUnk        bool
}

func (c *WordPiece) model() (model, error) {
	if err := checkVocab("WordPiece", c.Vocab); err != nil {
		return nil, err
	}
	if c.MaxInputCharsPerWord < 0 {
		return nil, errorf("model: WordPiece: max_input_chars_per_word is %d", c.MaxInputCharsPerWord)
	}
	m := &wordPiece{ids: c.Vocab.index(), config: c, rest: make(map[string]uint32, len(c.Vocab))}
	m.unk, m.hasUnk = c.Vocab[c.UnkToken]
	for token, id := range c.Vocab {
		m.first = max(m.first, len(token))
		if rest, ok := strings.CutPrefix(token, c.ContinuingSubwordPrefix); ok {
			m.rest[rest] = id
			m.inside = max(m.inside, len(rest))
		}
	}
	return m, nil
}

func (m *wordPiece) tokenize(p *piece, s *scratch, out []token) ([]token, error) {
	p.materialize()
	text := p.text
	limit := m.config.MaxInputCharsPerWord
	if len(text) > limit && utf8.RuneCountInString(text) > limit {
		return m.unknown(text, out)
	}
	if id, ok := m.of[text]; ok {
		return append(out, token{id: id, end: int32(len(text))}), nil
	}
	if out, ok := s.recall(p, out); ok {
		return out, nil
	}
	before := len(out)
	known, longest := m.of, m.first
	for start := 0; start < len(text); {
		id, end := m.longest(text, start, known, longest)
		if end == start {
			out, err := m.unknown(text, out[:before])
			if err == nil {
				s.keep(p, out[before:])
			}
			return out, err
		}
		out = append(out, token{id: id, start: int32(start), end: int32(end)})
		start, known, longest = end, m.rest, m.inside
	}
	s.keep(p, out[before:])
	return out, nil
}

// longest is the longest known text that begins at start; it ends there if there is none.
func (m *wordPiece) longest(text string, start int, known map[string]uint32, longest int) (id uint32, end int) {
	end = len(text)
	if end-start > longest {
		end = start + longest
		for end > start && !utf8.RuneStart(text[end]) {
			end--
		}
	}
	for end > start {
		if id, ok := known[text[start:end]]; ok {
			return id, end
		}
		_, n := utf8.DecodeLastRuneInString(text[start:end])
		end -= n
	}
	return 0, start
}

func (m *wordPiece) unknown(text string, out []token) ([]token, error) {
	if !m.hasUnk {
		return nil, errorf("WordPiece: %q is not in the vocabulary, nor is unk_token %q", clip(text), m.config.UnkToken)
	}
	return append(out, token{id: m.unk, end: int32(len(text))}), nil
}

// WordLevel knows whole words only.
type WordLevel struct {
	Vocab    Vocab  `json:"vocab"`
	UnkToken string `json:"unk_token"`
}

type wordLevel struct {
	*ids
	unk string
}

func (c *WordLevel) model() (model, error) {
	if err := checkVocab("WordLevel", c.Vocab); err != nil {
		return nil, err
	}
	return &wordLevel{c.Vocab.index(), c.UnkToken}, nil
}

func (m *wordLevel) tokenize(p *piece, _ *scratch, out []token) ([]token, error) {
	p.materialize()
	id, ok := m.of[p.text]
	if !ok {
		if id, ok = m.of[m.unk]; !ok {
			return nil, errorf("WordLevel: %q is not in the vocabulary, nor is unk_token %q", clip(p.text), m.unk)
		}
	}
	return append(out, token{id: id, end: int32(len(p.text))}), nil
}
