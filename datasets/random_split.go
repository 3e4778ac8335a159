package datasets

import (
	"errors"
	"fmt"
	"math"

	"multitorch/torch"
)

// RandomSplit cuts a data set into parts that share no sample, as torch.utils.data.random_split: from the same generator,
// or the default one where g is nil, the same indices as in Python.
//
// Lengths are numbers of samples that sum up to dataset's, or fractions that sum up to 1; of fractions each is rounded
// down, and the samples that are left go to the parts in turn, one each.
//
//	parts, err := datasets.RandomSplit(dataset, []float64{0.8, 0.2}, torch.NewGenerator(42))
func RandomSplit[S any, N int | float64](dataset Dataset[S], lengths []N, g *torch.Generator) ([]*Subset[S], error) {
	if dataset == nil {
		return nil, errors.New("datasets: RandomSplit: the data set is nil")
	}
	counts, err := partSizes(dataset.Len(), lengths)
	if err != nil {
		return nil, fmt.Errorf("datasets: RandomSplit: %w", err)
	}
	var order []int
	if err := torch.Try(func() error { order = permutation(dataset.Len(), g); return nil }); err != nil {
		return nil, fmt.Errorf("datasets: RandomSplit: %w", err)
	}
	var parts []*Subset[S]
	for _, n := range counts {
		parts = append(parts, &Subset[S]{dataset, order[:n:n]})
		order = order[n:]
	}
	return parts, nil
}

func partSizes[N int | float64](n int, lengths []N) (counts []int, err error) {
	sum := 0.0
	for i, l := range lengths {
		if v := float64(l); !(v >= 0) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("length %d is %v: expected at least 0", i, l)
		}
		sum += float64(l)
	}
	// Numbers that sum up to 1 are fractions too, in Python: [1] is all samples.
	if wholes, ok := any(lengths).([]int); ok && (sum != 1 || n == 1) {
		if int(sum) != n {
			return nil, fmt.Errorf("the lengths %v sum up to %d, but there are %d samples", wholes, int(sum), n)
		}
		return wholes, nil
	}
	if math.Abs(sum-1) > 1e-9 || sum > 1 { // Python: isclose(sum, 1) and sum <= 1
		return nil, fmt.Errorf("the fractions %v sum up to %v: expected 1, and no more in floating point", lengths, sum)
	}
	left := n
	for _, l := range lengths {
		part := int(math.Floor(float64(n) * float64(l)))
		counts = append(counts, part)
		left -= part
	}
	for i := range left {
		counts[i%len(counts)]++
	}
	return counts, nil
}
