package multimodal

import (
	"cmp"
	"slices"

	"multitorch/torch"
)

// BucketSampler is an order for a loader in which batches have samples of about the same length, so that little of them is
// padding, and a recurrent network takes as few steps as it can. Each iteration puts other batches together, and brings
// them in another order.
type BucketSampler struct {
	lengths []int
	batch   int
	noise   float64
}

// NewBucketSampler makes one for samples of the given lengths and batches of the loader's size. Samples meet others whose
// length is up to (1+noise)/(1-noise) times theirs: 0 always puts the same together.
func NewBucketSampler(lengths []int, batch int, noise float64) *BucketSampler {
	return &BucketSampler{slices.Clone(lengths), max(1, batch), noise}
}

// Len is the number of samples.
func (s *BucketSampler) Len() int { return len(s.lengths) }

// Indices is the order of one iteration. It draws, from the default generator, a number for each sample and a permutation of
// the batches. A batch that is not full has the shortest samples and comes last.
func (s *BucketSampler) Indices() []int {
	n := len(s.lengths)
	draws := torch.Rand(torch.Shape{n}, torch.Float64)
	defer draws.Free()
	noisy := make([]float64, n)
	for i, r := range torch.ToSlice[float64](draws) {
		noisy[i] = float64(s.lengths[i]) * (1 + s.noise*(2*r-1))
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(noisy[a], noisy[b]) })
	short := n % s.batch
	batches := torch.Randperm(n / s.batch)
	defer batches.Free()
	shuffled := make([]int, 0, n)
	for _, k := range torch.ToSlice[int](batches) {
		start := short + k*s.batch
		shuffled = append(shuffled, order[start:start+s.batch]...)
	}
	return append(shuffled, order[:short]...)
}
