package text

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"multitorch/torch"
)

// Vectors are words with a vector of Dim numbers each, as GloVe, word2vec and fastText make them.
type Vectors struct {
	Dim   int
	words []string
	index map[string]int
	data  []float32
}

// Len is the number of words.
func (v *Vectors) Len() int { return len(v.words) }

// Words are the words in the order of the file, which is that of their frequency in the known ones.
func (v *Vectors) Words() []string { return append([]string(nil), v.words...) }

// Vector is a word's numbers, which are the vectors' own, and whether there are any.
func (v *Vectors) Vector(word string) ([]float32, bool) {
	i, ok := v.index[word]
	if !ok {
		return nil, false
	}
	return v.data[i*v.Dim : (i+1)*v.Dim : (i+1)*v.Dim], true
}

// Unknown says which vector a vocabulary's token gets that a file has none for.
type Unknown interface {
	fill(v *Vectors, token string, row []float32) error
}

// The ways to fill the rows of unknown tokens; see also [UnknownRandom].
var (
	UnknownZero  Unknown = unknownZero{}  // zeros, torchtext's default
	UnknownMean  Unknown = unknownMean{}  // the mean of all vectors
	UnknownError Unknown = unknownError{} // an error that names the token
)

// UnknownRandom draws numbers from a normal distribution with a standard deviation, from a source of its own, so that the
// same seed gives the same vectors.
func UnknownRandom(seed uint64, std float32) Unknown {
	return unknownRandom{rand.New(rand.NewPCG(seed, 0)), std}
}

type (
	unknownZero   struct{}
	unknownMean   struct{}
	unknownError  struct{}
	unknownRandom struct {
		source *rand.Rand
		std    float32
	}
)

func (unknownZero) fill(*Vectors, string, []float32) error { return nil }

func (unknownMean) fill(v *Vectors, _ string, row []float32) error {
	sums := make([]float64, v.Dim)
	for i, x := range v.data {
		sums[i%v.Dim] += float64(x)
	}
	for i := range row {
		row[i] = float32(sums[i] / float64(max(1, v.Len())))
	}
	return nil
}

func (unknownError) fill(_ *Vectors, token string, _ []float32) error {
	return fmt.Errorf("text: there is no vector for the token %.40q", token)
}

func (u unknownRandom) fill(_ *Vectors, _ string, row []float32) error {
	for i := range row {
		row[i] = u.std * float32(u.source.NormFloat64())
	}
	return nil
}

// Table is the vectors of a vocabulary's tokens in its order, float32 [vocabulary.Len(), Dim], and how many tokens were
// found:
//
//	embedding := nn.EmbeddingFromPretrained(table, nn.Freeze(false), nn.PaddingIdx(0))
func (v *Vectors) Table(vocabulary *Vocabulary, unknown Unknown) (table *torch.Tensor, found int, err error) {
	if vocabulary.Len() == 0 {
		return nil, 0, errors.New("text: the vocabulary has no tokens")
	}
	if float64(vocabulary.Len())*float64(v.Dim) > maxNumbers {
		return nil, 0, fmt.Errorf("text: a table of %d vectors of %d numbers is too large", vocabulary.Len(), v.Dim)
	}
	rows := make([]float32, vocabulary.Len()*v.Dim)
	var filled []float32 // the mean is computed once
	for i, token := range vocabulary.tokens {
		row := rows[i*v.Dim : (i+1)*v.Dim]
		if vector, ok := v.Vector(token); ok {
			copy(row, vector)
			found++
			continue
		}
		if _, same := unknown.(unknownMean); same && filled != nil {
			copy(row, filled)
			continue
		}
		if err := unknown.fill(v, token, row); err != nil {
			return nil, 0, err
		}
		filled = row
	}
	err = torch.Try(func() error {
		table = torch.FromSlice(rows, vocabulary.Len(), v.Dim)
		return nil
	})
	return table, found, err
}
