package datasets

import (
	"fmt"
	"slices"

	"multitorch/torch"
)

// SequentialSampler gives 0, 1, 2, … as torch.utils.data.SequentialSampler: the order of a loader without any.
type SequentialSampler struct{ n int }

// NewSequentialSampler makes one for the samples of a data set.
func NewSequentialSampler(dataset Sized) (*SequentialSampler, error) {
	n, err := sizeOf("SequentialSampler", dataset, 0)
	return &SequentialSampler{n}, err
}

// Len is the number of samples.
func (s *SequentialSampler) Len() int { return s.n }

// Indices is 0 to Len()-1.
func (s *SequentialSampler) Indices() []int {
	order := make([]int, s.n)
	for i := range order {
		order[i] = i
	}
	return order
}

// RandomSampler gives a new random order in every iteration, as torch.utils.data.RandomSampler. [Shuffle] is short for one
// without options.
type RandomSampler struct {
	n int
	c SamplerConfig
}

// NewRandomSampler takes [Replacement], [NumSamples] and [Generator]. Without a generator it draws a seed from the default
// one in every iteration, as Python does. It draws all indices of an iteration at once, where Python draws 32 at a time:
// what else draws from a generator that was given, during an iteration, sees other numbers.
func NewRandomSampler(dataset Sized, opts ...SamplerOption) (*RandomSampler, error) {
	s := &RandomSampler{}
	err := s.c.apply("RandomSampler", opts, Replacement(false), NumSamples(0), generator{})
	if err == nil {
		s.n, err = sizeOf("RandomSampler", dataset, 1)
	}
	if s.c.NumSamples == 0 {
		s.c.NumSamples = s.n
	}
	return s, err
}

// Len is the number of indices of an iteration.
func (s *RandomSampler) Len() int { return s.c.NumSamples }

// Indices draws an order.
func (s *RandomSampler) Indices() []int {
	g := s.c.Generator
	if g == nil {
		g = torch.NewGenerator(drawSeed(nil))
	}
	order := make([]int, 0, s.c.NumSamples)
	if !s.c.Replacement {
		for len(order)+s.n <= s.c.NumSamples {
			order = append(order, permutation(s.n, g)...)
		}
		return append(order, permutation(s.n, g)[:s.c.NumSamples%s.n]...)
	}
	const piece = 32
	for range s.c.NumSamples / piece {
		order = append(order, drawIndices(s.n, piece, g)...)
	}
	return append(order, drawIndices(s.n, s.c.NumSamples%piece, g)...)
}

func drawIndices(high, n int, g *torch.Generator) []int {
	drawn := torch.Randint(0, high, torch.Shape{n}, g)
	defer drawn.Free()
	return torch.ToSlice[int](drawn)
}

// SubsetRandomSampler gives some indices in a new random order in every iteration, as torch.utils.data.SubsetRandomSampler:
// how a training script takes its side of a split.
type SubsetRandomSampler struct {
	indices []int
	c       SamplerConfig
}

// NewSubsetRandomSampler takes [Generator].
func NewSubsetRandomSampler(indices []int, opts ...SamplerOption) (*SubsetRandomSampler, error) {
	s := &SubsetRandomSampler{indices: slices.Clone(indices)}
	err := s.c.apply("SubsetRandomSampler", opts, generator{})
	for k, i := range indices {
		if i < 0 && err == nil {
			err = fmt.Errorf("datasets: SubsetRandomSampler: index %d is %d", k, i)
		}
	}
	return s, err
}

// Len is the number of indices.
func (s *SubsetRandomSampler) Len() int { return len(s.indices) }

// Indices draws an order.
func (s *SubsetRandomSampler) Indices() []int {
	order := permutation(len(s.indices), s.c.Generator)
	for k, i := range order {
		order[k] = s.indices[i]
	}
	return order
}
