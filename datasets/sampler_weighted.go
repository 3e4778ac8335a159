package datasets

import (
	"errors"
	"fmt"
	"math"

	"multitorch/torch"
)

// WeightedRandomSampler draws samples with probabilities in proportion to their weights, as
// torch.utils.data.WeightedRandomSampler: for classes of very different sizes.
type WeightedRandomSampler struct {
	weights []float64
	c       SamplerConfig
}

// NewWeightedRandomSampler takes [Replacement], which is true unless it is said otherwise, and [Generator]. The weights need
// not sum up to 1; without replacement at least numSamples of them must be more than 0.
func NewWeightedRandomSampler(weights []float64, numSamples int, opts ...SamplerOption) (*WeightedRandomSampler, error) {
	s := &WeightedRandomSampler{weights: append([]float64(nil), weights...), c: SamplerConfig{Replacement: true, NumSamples: numSamples}}
	if err := s.c.apply("WeightedRandomSampler", opts, Replacement(false), generator{}); err != nil {
		return nil, err
	}
	positive := 0
	for i, w := range weights {
		if !(w >= 0) || math.IsInf(w, 0) {
			return nil, fmt.Errorf("datasets: WeightedRandomSampler: weight %d is %v: expected at least 0", i, w)
		}
		if w > 0 {
			positive++
		}
	}
	switch {
	case numSamples < 1:
		return nil, fmt.Errorf("datasets: WeightedRandomSampler: expected at least 1 sample, but got %d", numSamples)
	case positive == 0:
		return nil, errors.New("datasets: WeightedRandomSampler: no weight is more than 0")
	case !s.c.Replacement && positive < numSamples:
		return nil, fmt.Errorf("datasets: WeightedRandomSampler: %d samples without replacement need as many weights above 0, but %d are",
			numSamples, positive)
	}
	return s, nil
}

// Len is the number of indices of an iteration.
func (s *WeightedRandomSampler) Len() int { return s.c.NumSamples }

// Indices draws them.
func (s *WeightedRandomSampler) Indices() []int {
	weights := torch.FromSlice(s.weights)
	defer weights.Free()
	var g []*torch.Generator
	if s.c.Generator != nil {
		g = append(g, s.c.Generator)
	}
	drawn := weights.Multinomial(s.c.NumSamples, s.c.Replacement, g...)
	defer drawn.Free()
	return torch.ToSlice[int](drawn)
}
