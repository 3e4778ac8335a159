package ctc

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// The tokens of an [NGram] that stand for the ends of a text and for all tokens that it does not know.
const (
	BeginToken   = "<s>"
	EndToken     = "</s>"
	UnknownToken = "<unk>"
)

// NGram is a language model that says how likely a token is after those before it, of which it looks at the last few. Tokens
// are words, or characters (see [NGram.Characters]). It never changes once it is made, and any goroutine may use it.
//
// It is what an ARPA file is: for each n-gram it saw a probability, and for each beginning of one a weight by which it backs
// off to a shorter one.
type NGram struct {
	order int
	grams []map[string]gram // by length-1; the tokens are joined by single spaces
}

type gram struct {
	probability float64 // natural logarithm
	backoff     float64 // likewise; 0 where nothing is longer
}

// maxOrder is more tokens than any model looks at.
const maxOrder = 16

// NewNGram counts the n-grams of texts, up to the given order, and interpolates each length with the shorter ones as Witten
// and Bell do (1991): p(w|h) = (c(hw) + t(h) p(w|h')) / (c(h) + t(h)), where t(h) is how many tokens were seen after h. The
// shortest is interpolated with all tokens alike, [UnknownToken] being one. Texts are lists of tokens; tokens that are empty
// or have white space in them, and those for the ends, are errors.
func NewNGram(order int, texts [][]string) (*NGram, error) {
	if order < 1 || order > maxOrder {
		return nil, fmt.Errorf("an n-gram model's order: expected 1 to %d, but got %d", maxOrder, order)
	}
	if len(texts) == 0 {
		return nil, errors.New("an n-gram model needs texts to count in")
	}
	counts := make([]map[string]map[string]int, order) // by the length of h: h, w, count
	for i := range counts {
		counts[i] = map[string]map[string]int{}
	}
	for i, text := range texts {
		if err := checkTokens(text); err != nil {
			return nil, fmt.Errorf("text %d: %w", i, err)
		}
		count(counts, append(append([]string{BeginToken}, text...), EndToken))
	}
	return wittenBell(counts), nil
}

func checkTokens(text []string) error {
	for _, token := range text {
		switch {
		case token == "" || strings.Join(strings.Fields(token), "") != token:
			return fmt.Errorf("the token %.40q: expected some characters without white space", token)
		case token == BeginToken || token == EndToken || token == UnknownToken:
			return fmt.Errorf("the token %q has a meaning of its own in models", token)
		}
	}
	return nil
}

func count(counts []map[string]map[string]int, tokens []string) {
	for i := 1; i < len(tokens); i++ {
		for n := 0; n < len(counts) && n <= i; n++ {
			h := strings.Join(tokens[i-n:i], " ")
			if counts[n][h] == nil {
				counts[n][h] = map[string]int{}
			}
			counts[n][h][tokens[i]]++
		}
	}
}

func wittenBell(counts []map[string]map[string]int) *NGram {
	m := &NGram{order: len(counts), grams: make([]map[string]gram, len(counts))}
	tokens := float64(len(counts[0][""]) + 1) // and the unknown one
	for n, histories := range counts {
		m.grams[n] = map[string]gram{}
		for h, seen := range histories {
			total, types := 0, float64(len(seen))
			for _, c := range seen {
				total += c
			}
			all := float64(total) + types
			for w, c := range seen {
				lower := 1 / tokens
				if n > 0 {
					lower = math.Exp(m.probability(shorter(h), w))
				}
				m.grams[n][join(h, w)] = gram{probability: math.Log((float64(c) + types*lower) / all)}
			}
			if n == 0 {
				m.grams[0][UnknownToken] = gram{probability: math.Log(types / tokens / all)}
				m.grams[0][BeginToken] = gram{probability: math.Inf(-1)}
				continue
			}
			g := m.grams[n-1][h]
			g.backoff = math.Log(types / all)
			m.grams[n-1][h] = g
		}
	}
	return m
}

// Order is how many tokens it looks at, the one that it is asked for included.
func (m *NGram) Order() int { return m.order }

// Len is the number of its n-grams of each length, the shortest first.
func (m *NGram) Len() []int {
	n := make([]int, m.order)
	for i, g := range m.grams {
		n[i] = len(g)
	}
	return n
}

// LogProbability is the natural logarithm of the probability of a token after a history of any length, of which the first
// token may be [BeginToken]. Tokens that the model does not know count as [UnknownToken]; where the model has none of it
// either, the probability is 0.
func (m *NGram) LogProbability(history []string, token string) float64 {
	known := make([]string, 0, m.order-1)
	for _, h := range history[max(0, len(history)-m.order+1):] {
		known = append(known, m.known(h))
	}
	return m.probability(strings.Join(known, " "), m.known(token))
}

// known is a token, or the unknown one.
func (m *NGram) known(token string) string {
	if _, ok := m.grams[0][token]; ok {
		return token
	}
	return UnknownToken
}

// probability backs off until the n-gram is one that was seen.
func (m *NGram) probability(h, w string) float64 {
	backoff := 0.0
	for {
		n := 0
		if h != "" {
			n = strings.Count(h, " ") + 1
		}
		if g, ok := m.grams[n][join(h, w)]; ok {
			return backoff + g.probability
		}
		if n == 0 {
			return math.Inf(-1)
		}
		backoff += m.grams[n-1][h].backoff
		h = shorter(h)
	}
}

func join(h, w string) string {
	if h == "" {
		return w
	}
	return h + " " + w
}

// shorter is a history without its first token.
func shorter(h string) string {
	_, rest, _ := strings.Cut(h, " ")
	return rest
}

// Perplexity is what a model makes of texts: e to the mean of minus the logarithms of their tokens' probabilities, ends
// included.
func (m *NGram) Perplexity(texts [][]string) float64 {
	sum, n := 0.0, 0
	for _, text := range texts {
		tokens := append(append([]string{BeginToken}, text...), EndToken)
		for i := 1; i < len(tokens); i++ {
			sum += m.LogProbability(tokens[:i], tokens[i])
			n++
		}
	}
	return math.Exp(-sum / float64(n))
}
