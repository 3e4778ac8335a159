package tokenizers

import (
	"iter"
	"maps"
	"slices"
)

// A Trainer learns a vocabulary from words and how often they occur: BPETrainer, WordPieceTrainer, UnigramTrainer or
// WordLevelTrainer.
type Trainer interface {
	// train learns a model. Its other settings are those of a model that was given, which may be nil.
	train(words []counted, given Model) (Model, error)
	special() []AddedToken
}

// A counted word occurs so many times.
type counted struct {
	word  string
	count int64
}

// trainBatch is how many texts are split at a time.
const trainBatch = 4096

// Train learns a vocabulary from texts and makes a tokenizer with it. The config's model, which may be nil, gives the
// settings that aren't learned, as its unknown token; its vocabulary doesn't count. The trainer's special tokens are
// added tokens afterwards.
//
// Python's trainers take words in the order of a hash table that is another one in each process. Here they are sorted,
// so that training gives the same each time; it gives what Python gives wherever Python's own result doesn't hang on
// that order.
func Train(c Config, trainer Trainer, texts iter.Seq[string]) (*Tokenizer, error) {
	given := c.Model
	c.Model = &WordLevel{} // splits need no model
	splitter, err := New(c)
	if err != nil {
		return nil, err
	}
	words, err := splitter.countWords(texts)
	if err != nil {
		return nil, errorf("tokenizers: training: %w", err)
	}
	if c.Model, err = trainer.train(words, given); err != nil {
		return nil, errorf("tokenizers: training: %w", err)
	}
	c.AddedTokens = slices.Concat(c.AddedTokens, trainer.special())
	return New(c)
}

// countWords counts the words of texts, sorted.
func (t *Tokenizer) countWords(texts iter.Seq[string]) ([]counted, error) {
	total := map[string]int64{}
	batch := make([]string, 0, trainBatch)
	flush := func() error {
		const part = 256
		counts := make([]map[string]int64, (len(batch)+part-1)/part)
		err := inParallel(len(counts), func(i int) error {
			counts[i] = map[string]int64{}
			for _, text := range batch[i*part : min((i+1)*part, len(batch))] {
				pieces, err := t.pieces(checkUTF8(text))
				if err != nil {
					return err
				}
				for j := range pieces {
					pieces[j].materialize()
					counts[i][pieces[j].text]++
				}
			}
			return nil
		})
		for _, some := range counts {
			for word, n := range some {
				total[word] += n
			}
		}
		batch = batch[:0]
		return err
	}
	for text := range texts {
		if batch = append(batch, text); len(batch) == trainBatch {
			if err := flush(); err != nil {
				return nil, err
			}
		}
	}
	if err := flush(); err != nil {
		return nil, err
	}
	words := make([]counted, 0, len(total))
	for _, word := range slices.Sorted(maps.Keys(total)) {
		words = append(words, counted{word, total[word]})
	}
	return words, nil
}

// WordLevelTrainer keeps the commonest words.
type WordLevelTrainer struct {
	VocabSize     int // 30,000 if it is 0
	MinFrequency  int64
	SpecialTokens []AddedToken
}

func (w WordLevelTrainer) special() []AddedToken { return w.SpecialTokens }

func (w WordLevelTrainer) train(words []counted, given Model) (Model, error) {
	m := &WordLevel{UnkToken: "<unk>", Vocab: Vocab{}}
	if g, ok := given.(*WordLevel); ok {
		m.UnkToken = g.UnkToken
	} else if given != nil {
		return nil, errorf("a WordLevelTrainer can't train %T", given)
	}
	size := orDefault(w.VocabSize, 30_000)
	tokens := make([]string, 0, size)
	for _, token := range w.SpecialTokens {
		tokens = append(tokens, token.Content)
	}
	words = slices.Clone(words)
	slices.SortStableFunc(words, func(a, b counted) int { return int(b.count - a.count) })
	for _, word := range words {
		if word.count >= w.MinFrequency {
			tokens = append(tokens, word.word)
		}
	}
	for i, token := range tokens[:min(size, len(tokens))] {
		m.Vocab[token] = uint32(i)
	}
	return m, nil
}

func orDefault(n, other int) int {
	if n == 0 {
		return other
	}
	return n
}
