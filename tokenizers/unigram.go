package tokenizers

import (
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Unigram splits a word into the tokens whose log-probabilities have the highest sum. A character that isn't in the
// vocabulary costs 10 more than the rarest token; neighbours of them are one unknown token.
type Unigram struct {
	UnkID        *uint32        `json:"unk_id"`
	Vocab        []UnigramPiece `json:"vocab"` // by id
	ByteFallback bool           `json:"byte_fallback" default:"false"`
}

// A UnigramPiece is a token with its log-probability, written ["token", -1.5].
type UnigramPiece struct {
	Token string
	Score float64

	read string // the score as it stood in a file
}

// MarshalJSONTo writes it, the score as it was read.
func (p UnigramPiece) MarshalJSONTo(to *jsontext.Encoder) error {
	if score, err := parseScore(p.read); err == nil && score == p.Score {
		return json.MarshalEncode(to, [2]any{p.Token, jsontext.Value(p.read)})
	}
	return json.MarshalEncode(to, [2]any{p.Token, p.Score})
}

// UnmarshalJSONFrom reads it.
func (p *UnigramPiece) UnmarshalJSONFrom(from *jsontext.Decoder) error {
	var both []jsontext.Value
	if err := json.UnmarshalDecode(from, &both); err != nil {
		return err
	}
	if len(both) != 2 {
		return errorf("want a token and a score, got %d values", len(both))
	}
	if err := json.Unmarshal(both[0], &p.Token); err != nil {
		return err
	}
	if both[1].Kind() != '0' {
		return errorf("the score of %q is not a number", clip(p.Token))
	}
	var err error
	p.read = string(both[1])
	p.Score, err = parseScore(p.read)
	return err
}

type unigram struct {
	*ids
	pieces   []UnigramPiece
	trie     *trie
	unk      int64   // -1: none
	lowest   float64 // of the scores
	unkScore float64
	fallback [256]int64 // used where all bytes of a character are there
	falls    bool
}

const unkPenalty = 10

func (c *Unigram) model() (model, error) { return c.build() }

func (c *Unigram) build() (*unigram, error) {
	m := &unigram{pieces: c.Vocab, unk: -1, falls: c.ByteFallback}
	if len(c.Vocab) >= 1<<30 {
		return nil, errorf("model: Unigram: vocab has %d tokens, too many", len(c.Vocab))
	}
	if c.UnkID != nil {
		if m.unk = int64(*c.UnkID); m.unk >= int64(len(c.Vocab)) {
			return nil, errorf("model: Unigram: unk_id is %d, but vocab has %d tokens", *c.UnkID, len(c.Vocab))
		}
	}
	vocab, size := make(Vocab, len(c.Vocab)), 0
	for id, p := range c.Vocab {
		vocab[p.Token] = uint32(id)
		size += len(p.Token)
		if len(p.Token) > mostPieceBytes {
			return nil, errorf("model: Unigram: vocab: token %d has %d bytes: want at most %d", id, len(p.Token), mostPieceBytes)
		}
	}
	m.lowest = lowestScore(c.Vocab)
	m.unkScore = m.lowest - unkPenalty
	m.ids = &ids{of: vocab, names: make([]string, len(c.Vocab))}
	m.trie = newTrie(size)
	for id, p := range c.Vocab {
		m.names[id] = p.Token
		m.trie.add(p.Token, uint32(id))
	}
	for b := range m.fallback {
		m.fallback[b] = -1
		if id, ok := vocab[fmt.Sprintf("<0x%02X>", b)]; ok {
			m.fallback[b] = int64(id)
		}
	}
	return m, nil
}

func lowestScore(pieces []UnigramPiece) float64 {
	lowest := math.Inf(1)
	for _, p := range pieces {
		if p.Score < lowest { // in training that of the unknown token is not a number
			lowest = p.Score
		}
	}
	return lowest
}

// size counts all tokens, also those that are there twice.
func (m *unigram) size() int { return len(m.pieces) }

// name is the token with an id, which may be the empty one.
func (m *unigram) name(id uint32) (string, bool) {
	if int(id) >= len(m.names) {
		return "", false
	}
	return m.names[id], true
}

// A bestPath is the best way to a place in the word: the token that ends there.
type bestPath struct {
	score float64
	start int32 // -1: none yet
	id    int64
}

func (m *unigram) tokenize(p *piece, s *scratch, out []token) ([]token, error) {
	p.materialize()
	if out, ok := s.recall(p, out); ok {
		return out, nil
	}
	if err := m.viterbi(p.text, s); err != nil {
		return nil, err
	}
	before := len(out)
	for end := int32(len(p.text)); end > 0; { // from the last token to the first
		b := s.best[end]
		start := b.start
		for b.id == m.unk && start > 0 && s.best[start].id == m.unk {
			start = s.best[start].start
		}
		out = m.append(out, p.text, start, end)
		end = start
	}
	slices.Reverse(out[before:])
	if follows(out[before:]) {
		s.keep(p, out[before:])
	}
	return out, nil
}

// follows says that tokens follow each other without gaps, and are of the vocabulary: not unknown, nor bytes.
func follows(tokens []token) bool {
	end := int32(0)
	for _, t := range tokens {
		if t.text != "" || t.start != end {
			return false
		}
		end = t.end
	}
	return true
}

// append appends what a range of the word is, bytes in reverse.
func (m *unigram) append(out []token, text string, start, end int32) []token {
	found := text[start:end]
	if id, ok := m.of[found]; ok {
		return append(out, token{id: id, start: start, end: end})
	}
	bytes := m.falls
	for i := 0; i < len(found) && bytes; i++ {
		bytes = m.fallback[found[i]] >= 0
	}
	if !bytes {
		return append(out, token{id: uint32(m.unk), start: start, end: end, text: found})
	}
	for i := len(found) - 1; i >= 0; i-- {
		out = append(out, token{id: uint32(m.fallback[found[i]]), start: start, end: end})
	}
	return out
}

// viterbi fills s.best; of equally good ways the first one found is kept.
func (m *unigram) viterbi(text string, s *scratch) error {
	if cap(s.best) < len(text)+1 {
		s.best = make([]bestPath, len(text)+1)
	}
	best := s.best[:len(text)+1]
	s.best = best
	for i := range best {
		best[i] = bestPath{start: -1, id: -2}
	}
	for start := 0; start < len(text); {
		score := best[start].score
		_, n := utf8.DecodeRuneInString(text[start:])
		single := false
		offer := func(end int, id int64, by float64) {
			if b := &best[end]; b.start < 0 || by+score > b.score {
				*b = bestPath{by + score, int32(start), id}
			}
		}
		node := uint32(0)
		for i := start; i < len(text); i++ {
			next, id, ok := m.trie.step(node, text[i])
			if !ok {
				break
			}
			if node = next; id > 0 {
				offer(i+1, int64(id-1), m.pieces[id-1].Score)
				single = single || i+1 == start+n
			}
		}
		if !single {
			if m.unk < 0 {
				return errorf("Unigram: %q is not in the vocabulary, and there is no unk_id", text[start:start+n])
			}
			offer(start+n, m.unk, m.unkScore)
		}
		start += n
	}
	return nil
}
