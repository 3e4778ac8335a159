package pipelines

import (
	"cmp"
	"slices"

	"multitorch/torch"
)

// Score is a class and how likely it is, from 0 to 1.
type Score struct {
	Label string  `json:"label"`
	Score float64 `json:"score"`
}

// ranked are the scores of each picture, [pictures, labels], the best first.
func ranked(probabilities *torch.Tensor, labels []string) [][]Score {
	numbers := torch.ToSlice[float32](probabilities.Detach().CPU().Float().Contiguous())
	var all [][]Score
	for row := range slices.Chunk(numbers, len(labels)) {
		scores := make([]Score, len(labels))
		for i, p := range row {
			scores[i] = Score{labels[i], float64(p)}
		}
		slices.SortStableFunc(scores, func(a, b Score) int { return cmp.Compare(b.Score, a.Score) })
		all = append(all, scores)
	}
	return all
}

// batch is how many pictures are looked at at once.
const batch = 16

// inBatches gives each batch of pictures to f, in a mode without gradients, and collects the scores.
func inBatches(paths []string, f func(paths []string) ([][]Score, error)) (all [][]Score, err error) {
	for some := range slices.Chunk(paths, batch) {
		err := torch.Try(func() (err error) {
			torch.InferenceMode(func() {
				torch.Step(func() {
					var found [][]Score
					if found, err = f(some); err == nil {
						all = append(all, found...)
					}
				})
			})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}
