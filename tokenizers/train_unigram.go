package tokenizers

import (
	"math"
	"slices"
)

// UnigramTrainer learns tokens with their probabilities: it begins with all parts of words that occur again, and drops
// those that are missed least, until the vocabulary is small enough.
type UnigramTrainer struct {
	VocabSize        int // 8,000 if it is 0
	SpecialTokens    []AddedToken
	UnkToken         string  // is put first if it isn't one of the special tokens; empty: there is none
	InitialAlphabet  []rune  // characters that are in it in any case
	ShrinkingFactor  float64 // how many tokens each round leaves; 0.75 if it is 0
	NumSubIterations int     // of the expectation-maximisation in each round; 2 if it is 0
	MaxPieceLength   int     // in characters; 16 if it is 0
	SeedSize         int     // most tokens to begin with; 1,000,000 if it is 0
}

func (u UnigramTrainer) special() []AddedToken { return u.SpecialTokens }

func (u UnigramTrainer) train(words []counted, given Model) (Model, error) {
	if _, ok := given.(*Unigram); !ok && given != nil {
		return nil, errorf("a UnigramTrainer can't train %T", given)
	}
	u.VocabSize = orDefault(u.VocabSize, 8000)
	u.MaxPieceLength = orDefault(u.MaxPieceLength, 16)
	u.SeedSize = orDefault(u.SeedSize, 1_000_000)
	u.NumSubIterations = orDefault(u.NumSubIterations, 2)
	if u.ShrinkingFactor == 0 {
		u.ShrinkingFactor = 0.75
	}
	if !(u.ShrinkingFactor > 0 && u.ShrinkingFactor < 1) {
		return nil, errorf("ShrinkingFactor is %v, want between 0 and 1", u.ShrinkingFactor)
	}
	required := u.requiredChars(words)
	if len(required) > u.VocabSize {
		return nil, errorf("the texts have %d characters: the vocabulary of %d tokens is too small for them",
			len(required), u.VocabSize)
	}
	pieces := append([]UnigramPiece{{Token: "<UNK>", Score: math.NaN()}}, u.seeds(words)...)
	desired := u.VocabSize * 11 / 10
	for {
		before := len(pieces)
		m := trainingModel(pieces)
		for range u.NumSubIterations {
			pieces = maximize(pieces, expectation(m, words))
			m = trainingModel(pieces)
		}
		if len(pieces) <= desired {
			return u.finish(m, required)
		}
		if pieces = u.prune(m, pieces, words, desired); len(pieces) >= before {
			return nil, errorf("no token of %d can be dropped for a vocabulary of %d", before, u.VocabSize)
		}
	}
}

// trainingModel has the unknown token first, which no text is written with.
func trainingModel(pieces []UnigramPiece) *unigram {
	m := &unigram{pieces: pieces, unk: 0}
	size := 0
	for _, p := range pieces {
		size += len(p.Token)
	}
	m.lowest = lowestScore(pieces)
	m.unkScore = m.lowest - unkPenalty
	m.trie = newTrie(size)
	for id, p := range pieces[1:] {
		m.trie.add(p.Token, uint32(id+1))
	}
	return m
}

func (u UnigramTrainer) requiredChars(words []counted) []string {
	seen := map[rune]bool{}
	for _, r := range u.InitialAlphabet {
		seen[r] = true
	}
	for _, w := range words {
		for _, r := range w.word {
			seen[r] = true
		}
	}
	chars := make([]string, 0, len(seen))
	for r := range seen {
		chars = append(chars, string(r))
	}
	slices.Sort(chars)
	return chars
}

// expectation is how often each token is expected to occur.
func expectation(m *unigram, words []counted) []float64 {
	expected := make([]float64, len(m.pieces))
	var l lattice
	for _, w := range words {
		l.fill(m, w.word)
		l.expect(float64(w.count), expected)
	}
	return expected
}

// maximize gives tokens the scores that go with how often they occur; those that hardly do are dropped.
func maximize(pieces []UnigramPiece, expected []float64) []UnigramPiece {
	out := []UnigramPiece{{Token: pieces[0].Token, Score: math.NaN()}}
	sum := 0.0
	for i, freq := range expected {
		if i > 0 && freq >= 0.5 {
			out = append(out, UnigramPiece{Token: pieces[i].Token, Score: freq})
			sum += freq
		}
	}
	logSum := digamma(sum)
	for i := range out[1:] {
		out[i+1].Score = digamma(out[i+1].Score) - logSum
	}
	return out
}

// digamma is the derivative of the logarithm of the gamma function, to the terms that PyPI's tokenizers takes.
func digamma(x float64) float64 {
	result := 0.0
	for ; x < 7; x++ {
		result -= 1 / x
	}
	x -= 0.5
	xx := 1 / x
	xx2 := xx * xx
	xx4 := xx2 * xx2
	return result + (math.Log(x) + 1.0/24.0*xx2 - 7.0/960.0*xx4 + 31.0/8064.0*xx4*xx2 - 127.0/30720.0*xx4*xx4)
}

// finish makes the vocabulary: special tokens, then characters and the best tokens by their scores.
func (u UnigramTrainer) finish(m *unigram, required []string) (Model, error) {
	scores := make(map[string]float64, len(m.pieces))
	for _, p := range m.pieces {
		scores[p.Token] = p.Score
	}
	inserted := map[string]bool{"<UNK>": true}
	var pieces []UnigramPiece
	penalty := 0.0
	for _, c := range required {
		score, ok := scores[c]
		if !ok {
			score = m.lowest + penalty
			penalty += 0.0001
		}
		inserted[c] = true
		pieces = append(pieces, UnigramPiece{Token: c, Score: score})
	}
	out := &Unigram{}
	var head []UnigramPiece
	if u.UnkToken != "" {
		at := slices.IndexFunc(u.SpecialTokens, func(t AddedToken) bool { return t.Content == u.UnkToken })
		if at < 0 {
			head = append(head, UnigramPiece{Token: u.UnkToken})
			at = 0
		}
		id := uint32(at)
		out.UnkID = &id
	}
	for _, token := range u.SpecialTokens {
		head = append(head, UnigramPiece{Token: token.Content})
	}
	most := u.VocabSize - len(head)
	if most < 0 {
		return nil, errorf("there are %d special tokens: too many for a vocabulary of %d", len(head), u.VocabSize)
	}
	for _, p := range m.pieces {
		if inserted[p.Token] {
			continue
		}
		inserted[p.Token] = true
		pieces = append(pieces, UnigramPiece{Token: p.Token, Score: p.Score})
		if len(pieces) == most {
			break
		}
	}
	slices.SortStableFunc(pieces, func(a, b UnigramPiece) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return 0
	})
	out.Vocab = append(head, pieces...)
	return out, nil
}
