package text

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
)

// Vocabulary numbers tokens from 0 on, as torchtext's Vocab. It goes into a checkpoint as JSON, so that a prediction uses
// the numbers that a model was trained with.
type Vocabulary struct {
	tokens  []string
	index   map[string]int64
	unknown int64 // the number of tokens that it lacks; -1: they are errors
}

type vocabularyConfig struct {
	minFreq      int
	maxTokens    int
	specials     []string
	specialsLast bool
}

// VocabularyOption is an option of [BuildVocabulary]: [MinFreq], [MaxTokens], [Specials], [SpecialsLast].
type VocabularyOption interface{ vocabulary(*vocabularyConfig) }

// MinFreq leaves out tokens that occur less often. The default is 1.
type MinFreq int

// MaxTokens is how many tokens there are at most, the specials included: the most frequent ones. The default is no limit.
type MaxTokens int

// Specials are tokens that the vocabulary has in any case and in this order, before all others: "<pad>", "<unk>".
type Specials []string

// SpecialsLast(true) puts the specials behind all others.
type SpecialsLast bool

func (n MinFreq) vocabulary(c *vocabularyConfig)      { c.minFreq = int(n) }
func (n MaxTokens) vocabulary(c *vocabularyConfig)    { c.maxTokens = int(n) }
func (s Specials) vocabulary(c *vocabularyConfig)     { c.specials = s }
func (l SpecialsLast) vocabulary(c *vocabularyConfig) { c.specialsLast = bool(l) }

// BuildVocabulary numbers the tokens of texts as torchtext's build_vocab_from_iterator: the most frequent first, equally
// frequent ones in the order of their code points. It keeps a count for each different token and no text.
//
// With both MaxTokens and specials that occur in the texts, these are counted among the most frequent before they are taken
// out, as in torchtext, so there may be fewer tokens than MaxTokens.
func BuildVocabulary(texts iter.Seq[[]string], opts ...VocabularyOption) (*Vocabulary, error) {
	c := vocabularyConfig{minFreq: 1}
	for _, o := range opts {
		o.vocabulary(&c)
	}
	if c.maxTokens < 0 || c.maxTokens > 0 && c.maxTokens <= len(c.specials) {
		return nil, fmt.Errorf("text: MaxTokens is %d: expected more than the %d specials", c.maxTokens, len(c.specials))
	}
	counts := map[string]int{}
	for tokens := range texts {
		for _, t := range tokens {
			counts[t]++
		}
	}
	tokens := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	if c.maxTokens > 0 {
		tokens = tokens[:min(len(tokens), c.maxTokens-len(c.specials))]
	}
	tokens = slices.DeleteFunc(tokens, func(t string) bool { return counts[t] < c.minFreq || slices.Contains(c.specials, t) })
	if c.specialsLast {
		return NewVocabulary(append(tokens, c.specials...))
	}
	return NewVocabulary(append(slices.Clone(c.specials), tokens...))
}

// NewVocabulary numbers tokens in their order. A token that comes twice is an error.
func NewVocabulary(tokens []string) (*Vocabulary, error) {
	v := &Vocabulary{slices.Clone(tokens), make(map[string]int64, len(tokens)), -1}
	for i, t := range tokens {
		if first, twice := v.index[t]; twice {
			return nil, fmt.Errorf("text: the vocabulary has %.40q twice, as %d and as %d", t, first, i)
		}
		v.index[t] = int64(i)
	}
	return v, nil
}

// WithDefault is the vocabulary with the number of one of its tokens, "<unk>" say, for all tokens that it lacks.
func (v *Vocabulary) WithDefault(token string) (*Vocabulary, error) {
	i, ok := v.index[token]
	if !ok {
		return nil, fmt.Errorf("text: the vocabulary of %d tokens lacks %.40q, which is to stand for those that it lacks", v.Len(), token)
	}
	return &Vocabulary{v.tokens, v.index, i}, nil
}

// Len is the number of tokens: of rows of an embedding.
func (v *Vocabulary) Len() int { return len(v.tokens) }

// Tokens are the tokens in order.
func (v *Vocabulary) Tokens() []string { return slices.Clone(v.tokens) }

// Has reports whether a token is one of the vocabulary's.
func (v *Vocabulary) Has(token string) bool {
	_, ok := v.index[token]
	return ok
}

// Number is a token's number: of one that the vocabulary lacks the default's, or -1 where there is none.
func (v *Vocabulary) Number(token string) int64 {
	if i, ok := v.index[token]; ok {
		return i
	}
	return v.unknown
}

// Token is the token of a number, and whether there is one.
func (v *Vocabulary) Token(number int64) (string, bool) {
	if number < 0 || number >= int64(len(v.tokens)) {
		return "", false
	}
	return v.tokens[number], true
}

// Encode is the tokens' numbers. Without a default, a token that the vocabulary lacks is an error that names it.
func (v *Vocabulary) Encode(tokens []string) ([]int64, error) {
	numbers := make([]int64, len(tokens))
	for i, t := range tokens {
		if numbers[i] = v.Number(t); numbers[i] < 0 {
			return nil, fmt.Errorf("text: token %d is %.40q, which the vocabulary of %d tokens lacks; WithDefault says what stands for it",
				i, t, v.Len())
		}
	}
	return numbers, nil
}

// Decode is the numbers' tokens. A number that is none is an error.
func (v *Vocabulary) Decode(numbers []int64) ([]string, error) {
	tokens := make([]string, len(numbers))
	for i, n := range numbers {
		var ok bool
		if tokens[i], ok = v.Token(n); !ok {
			return nil, fmt.Errorf("text: number %d is %d: expected 0 to %d", i, n, v.Len()-1)
		}
	}
	return tokens, nil
}

var errNoTokens = errors.New("text: expected a vocabulary with a list of tokens")
