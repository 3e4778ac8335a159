package tokenizers

import (
	"math/rand/v2"
	"strings"
)

// A Model makes tokens of words: *WordPiece, *BPE, *Unigram or *WordLevel. Once a tokenizer was made of it, it must
// not be changed.
type Model interface {
	model() (model, error)
}

// A model is what a Model was built into.
type model interface {
	// tokenize appends the tokens of a piece, whose text isn't empty.
	tokenize(p *piece, s *scratch, out []token) ([]token, error)
	id(token string) (uint32, bool)
	name(id uint32) (string, bool)
	size() int
	vocab() map[string]uint32
}

// A scratch is what one goroutine needs to encode, used again and again.
type scratch struct {
	tokens []token
	word   word
	best   []bestPath
	random *rand.Rand
	words  map[string][]part // what words became
	mapped map[string][]part // the same of words of bytes
}

// A part is a token of a word that was seen before, up to where in it.
type part struct {
	id  uint32
	end int32
}

// What words are kept: few enough that they take a few megabytes at most.
const (
	keptWords  = 10_000
	keptLength = 64
)

func newScratch() *scratch {
	return &scratch{words: map[string][]part{}, mapped: map[string][]part{}}
}

func (s *scratch) seen(p *piece) map[string][]part {
	if p.mapped {
		return s.mapped
	}
	return s.words
}

// recall appends the tokens of a word that was seen before.
func (s *scratch) recall(p *piece, out []token) ([]token, bool) {
	parts, ok := s.seen(p)[p.text]
	start := int32(0)
	for _, c := range parts {
		out = append(out, token{id: c.id, start: start, end: c.end})
		start = c.end
	}
	return out, ok
}

// keep notes a word's tokens, which follow each other without gaps.
func (s *scratch) keep(p *piece, tokens []token) {
	words := s.seen(p)
	if len(p.text) > keptLength || len(words) >= keptWords {
		return
	}
	parts := make([]part, len(tokens))
	for i, t := range tokens {
		parts[i] = part{t.id, t.end}
	}
	words[strings.Clone(p.text)] = parts
}

func (x *ids) id(token string) (uint32, bool) {
	id, ok := x.of[token]
	return id, ok
}

func (x *ids) size() int                { return len(x.of) }
func (x *ids) vocab() map[string]uint32 { return x.of }

// checkVocab refuses ids that no table should be made for.
func checkVocab(model string, v Vocab) error {
	for token, id := range v {
		if id >= 1<<31 {
			return errorf("model: %s: vocab: id %d of %q is too large", model, id, clip(token))
		}
	}
	return nil
}
