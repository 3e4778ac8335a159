package tokenizers

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// BPETrainer learns which pairs of tokens to merge: the commonest pair again and again.
type BPETrainer struct {
	VocabSize       int // 30,000 if it is 0
	MinFrequency    int64
	SpecialTokens   []AddedToken
	LimitAlphabet   int    // most characters to begin with; 0: all
	InitialAlphabet []rune // characters that are in it in any case
	// What tokens inside words begin with, and the last ones of words end with; both may be empty.
	ContinuingSubwordPrefix, EndOfWordSuffix string
	MaxTokenLength                           int // in characters; 0: any
}

// WordPieceTrainer learns a WordPiece vocabulary, as BPE does.
type WordPieceTrainer struct {
	VocabSize               int // 30,000 if it is 0
	MinFrequency            int64
	SpecialTokens           []AddedToken
	LimitAlphabet           int
	InitialAlphabet         []rune
	ContinuingSubwordPrefix string // ## if it is empty
	EndOfWordSuffix         string
}

func (b BPETrainer) special() []AddedToken       { return b.SpecialTokens }
func (w WordPieceTrainer) special() []AddedToken { return w.SpecialTokens }

func (b BPETrainer) train(words []counted, given Model) (Model, error) {
	m := &BPE{}
	if g, ok := given.(*BPE); ok {
		*m = *g
	} else if given != nil {
		return nil, errorf("a BPETrainer can't train %T", given)
	}
	m.ContinuingSubwordPrefix, m.EndOfWordSuffix = orNil(b.ContinuingSubwordPrefix), orNil(b.EndOfWordSuffix)
	m.Vocab, m.Merges = b.learn(words)
	return m, nil
}

func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (w WordPieceTrainer) train(words []counted, given Model) (Model, error) {
	m := NewWordPiece(nil)
	if g, ok := given.(*WordPiece); ok {
		*m = *g
	} else if given != nil {
		return nil, errorf("a WordPieceTrainer can't train %T", given)
	}
	m.ContinuingSubwordPrefix = cmp.Or(w.ContinuingSubwordPrefix, "##")
	m.Vocab, _ = BPETrainer{
		VocabSize: w.VocabSize, MinFrequency: w.MinFrequency, SpecialTokens: w.SpecialTokens, LimitAlphabet: w.LimitAlphabet,
		InitialAlphabet: w.InitialAlphabet, ContinuingSubwordPrefix: m.ContinuingSubwordPrefix,
		EndOfWordSuffix: w.EndOfWordSuffix,
	}.learn(words)
	return m, nil
}

// A bpeTraining is a vocabulary that grows, and the words in its tokens.
type bpeTraining struct {
	ids   map[string]uint32
	names []string
	words [][]trainSymbol
	count []int64
	pairs map[uint64]int64   // how often pairs occur
	where map[uint64][]int32 // the words that new pairs are in
	queue trainQueue
}

type trainSymbol struct {
	id     uint32
	length int32 // in characters
}

func (t *bpeTraining) id(token string) uint32 {
	id, ok := t.ids[token]
	if !ok {
		id = uint32(len(t.names))
		t.ids[token] = id
		t.names = append(t.names, token)
	}
	return id
}

func (b BPETrainer) learn(words []counted) (Vocab, Merges) {
	size := orDefault(b.VocabSize, 30_000)
	t := &bpeTraining{ids: map[string]uint32{}, pairs: map[uint64]int64{}, where: map[uint64][]int32{}}
	for _, token := range b.SpecialTokens {
		t.id(token.Content)
	}
	for _, c := range b.alphabet(words) {
		t.id(string(c))
	}
	b.split(t, words)
	for i, word := range t.words {
		for j := 1; j < len(word); j++ {
			t.change(pair(word[j-1].id, word[j].id), 1, int32(i))
		}
	}
	t.enqueue()
	var merges Merges
	made := map[uint64]bool{}
	for len(t.names) < size && len(t.queue) > 0 {
		top := t.queue.pop()
		if now := t.pairs[top.pair]; now != top.count {
			top.count = now
			t.queue.push(top)
			continue
		}
		if top.count < 1 || b.MinFrequency > top.count {
			break
		}
		left, right := uint32(top.pair>>32), uint32(top.pair)
		rest := strings.TrimPrefix(t.names[right], b.ContinuingSubwordPrefix)
		id := t.id(t.names[left] + rest)
		merge := [2]string{t.names[left], t.names[right]}
		if made[top.pair] { // again, in words where it was made later: the last rank counts
			merges = slices.DeleteFunc(merges, func(m [2]string) bool { return m == merge })
		}
		made[top.pair] = true
		merges = append(merges, merge)
		for _, i := range top.where {
			t.mergeWord(i, left, right, id, orDefault(b.MaxTokenLength, 1<<30))
		}
		t.enqueue()
	}
	return maps.Clone(Vocab(t.ids)), merges
}

// alphabet is the characters to begin with, sorted.
func (b BPETrainer) alphabet(words []counted) []rune {
	counts := map[rune]int64{}
	for _, w := range words {
		for _, r := range w.word {
			counts[r] += w.count
		}
	}
	for _, r := range b.InitialAlphabet {
		counts[r] = 1<<63 - 1
	}
	kept := slices.Sorted(maps.Keys(counts))
	if b.LimitAlphabet > 0 && len(kept) > b.LimitAlphabet {
		slices.SortStableFunc(kept, func(x, y rune) int { return cmp.Compare(counts[y], counts[x]) })
		kept = kept[:b.LimitAlphabet]
		slices.Sort(kept)
	}
	return kept
}

// split writes words in characters, those that aren't in the alphabet left out.
func (b BPETrainer) split(t *bpeTraining, words []counted) {
	for _, w := range words {
		var word []trainSymbol
		for i, r := range w.word {
			symbol := string(r)
			if _, ok := t.ids[symbol]; !ok {
				continue
			}
			if i > 0 {
				symbol = b.ContinuingSubwordPrefix + symbol
			}
			if i+len(string(r)) == len(w.word) {
				symbol += b.EndOfWordSuffix
			}
			word = append(word, trainSymbol{t.id(symbol), 1})
		}
		t.words = append(t.words, word)
		t.count = append(t.count, w.count)
	}
}

// change notes that a pair occurs once more, or less, in each occurrence of a word.
func (t *bpeTraining) change(pair uint64, by int64, word int32) {
	t.pairs[pair] += by * t.count[word]
	if by > 0 {
		if where := t.where[pair]; len(where) == 0 || where[len(where)-1] != word {
			t.where[pair] = append(where, word)
		}
	}
}

// mergeWord merges a pair in a word, from left to right.
func (t *bpeTraining) mergeWord(word int32, left, right, id uint32, longest int) {
	in := t.words[word]
	out := in[:0]
	for i := 0; i < len(in); i++ {
		if in[i].id != left || i+1 == len(in) || in[i+1].id != right {
			out = append(out, in[i])
			continue
		}
		merged := trainSymbol{id, in[i].length + in[i+1].length}
		if n := len(out); n > 0 {
			before := out[n-1]
			t.change(pair(before.id, left), -1, word)
			if int(before.length+merged.length) < longest {
				t.change(pair(before.id, id), 1, word)
			}
		}
		if i+2 < len(in) {
			after := in[i+2]
			t.change(pair(right, after.id), -1, word)
			if int(after.length+merged.length) < longest {
				t.change(pair(id, after.id), 1, word)
			}
		}
		out = append(out, merged)
		i++
	}
	t.words[word] = out
}

// enqueue queues the pairs that came up since the last time.
func (t *bpeTraining) enqueue() {
	for pair, where := range t.where {
		if count := t.pairs[pair]; count > 0 {
			t.queue.push(trainMerge{pair, count, where})
		}
	}
	clear(t.where)
}
