package metrics_test

import (
	"fmt"

	"multitorch/torch"
	"multitorch/trainer/metrics"
)

// Three pictures and their captions as vectors, in two batches: the second picture is nearer to the third's caption.
func ExampleNewRecallAt() {
	first, mrr := metrics.NewRecallAt(1, "image->text"), metrics.NewMRR("image->text")
	for _, batch := range []metrics.Pairs{
		{Query: torch.New([][]float32{{1, 0}, {0, 1}}), Item: torch.New([][]float32{{1, 0.1}, {0.5, 1}})},
		{Query: torch.New([][]float32{{0.1, 1}}), Item: torch.New([][]float32{{0, 1}})},
	} {
		first.Update(batch)
		mrr.Update(batch)
	}
	values, err := metrics.Compute([]metrics.Metric[metrics.Pairs]{first, mrr})
	fmt.Println(values, err)
	// Output: [image->text R@1 66.7 % image->text MRR 0.8333] <nil>
}

// Precision, weighted by how many samples each class has.
func ExampleNewPrecision() {
	m := metrics.NewPrecision(3, metrics.Weighted)
	m.Update(metrics.Classified{Scores: torch.New([]int64{0, 0, 1, 2}), Target: torch.New([]int64{0, 1, 1, 2})})
	v, err := m.Compute()
	fmt.Println(m.Name(), v, err)
	// Output: weighted-precision 0.875 <nil>
}
