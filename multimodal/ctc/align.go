package ctc

import (
	"fmt"
	"math"

	"multitorch/torch"
)

// Span is where a label lies in the scores: from step Start up to, and not including, End.
type Span struct {
	Label      int64
	Start, End int
	Score      float64 // the mean of the label's scores there
}

// maxAlignment bounds the memory of an alignment: steps times labels, two bits each in a byte.
const maxAlignment = 256 << 20

// Align says where the labels of a text that is known lie in the scores [T, C] of one clip: on the likeliest path that means
// them, as torchaudio.functional.forced_align. The times are Start and End times the length of a step, 32 ms for a
// multimodal.Speech. Labels that do not fit into the steps, that are no labels, and scores of no path are errors.
func Align(scores *torch.Tensor, labels []int64) (spans []Span, err error) {
	if scores.Dim() != 2 {
		panic(invalid("Align", "expected scores [T, C], but got the shape %v", scores.Shape()))
	}
	steps, classes := scores.Size(0), scores.Size(1)
	if need := LeastSteps(labels); steps < need {
		return nil, fmt.Errorf("there are %d steps, but the text of %d labels needs %d", steps, len(labels), need)
	}
	for i, l := range labels {
		if l <= Blank || l >= int64(classes) {
			return nil, fmt.Errorf("label %d is %d: expected 1 to %d", i, l, classes-1)
		}
	}
	if len(labels) == 0 {
		return nil, nil
	}
	if cells := float64(steps) * float64(2*len(labels)+1); cells > maxAlignment {
		return nil, fmt.Errorf("%d steps and %d labels are too many to align: cut the clip into parts", steps, len(labels))
	}
	a := alignment{torch.ToSlice[float64](scores.Detach().To(torch.CPU).To(torch.Float64)), classes, labels}
	path, err := a.path(steps)
	if err != nil {
		return nil, err
	}
	return a.spans(path), nil
}

// alignment looks at the places of a path: 2i+1 is label i, and the even ones are the blanks between and around them.
type alignment struct {
	scores  []float64
	classes int
	labels  []int64
}

func (a alignment) score(t, place int) float64 {
	label := int64(Blank)
	if place%2 == 1 {
		label = a.labels[place/2]
	}
	return a.scores[t*a.classes+int(label)]
}

// path is the place of each step on the likeliest path (Viterbi, 1967).
func (a alignment) path(steps int) ([]int, error) {
	places := 2*len(a.labels) + 1
	best, before := make([]float64, places), make([]float64, places)
	back := make([]uint8, steps*places) // how many places back the step before is
	for p := range before {
		before[p] = impossible
		if p < 2 {
			before[p] = a.score(0, p)
		}
	}
	for t := 1; t < steps; t++ {
		for p := range best {
			from, by := before[p], uint8(0)
			if p >= 1 && before[p-1] > from {
				from, by = before[p-1], 1
			}
			// Over the blank between two labels, unless they are the same.
			if p >= 3 && p%2 == 1 && a.labels[p/2] != a.labels[p/2-1] && before[p-2] > from {
				from, by = before[p-2], 2
			}
			best[p], back[t*places+p] = from+a.score(t, p), by
		}
		best, before = before, best
	}
	at := places - 1
	if before[places-2] > before[at] {
		at--
	}
	if math.IsInf(before[at], -1) || math.IsNaN(before[at]) {
		return nil, fmt.Errorf("no path of the scores means this text: its best score is %v", before[at])
	}
	path := make([]int, steps)
	for t := steps - 1; t >= 0; t-- {
		path[t] = at
		at -= int(back[t*places+at])
	}
	return path, nil
}

func (a alignment) spans(path []int) []Span {
	spans := make([]Span, len(a.labels))
	for t, p := range path {
		if p%2 == 0 {
			continue
		}
		s := &spans[p/2]
		if s.End == 0 {
			s.Label, s.Start = a.labels[p/2], t
		}
		s.End = t + 1
		s.Score += a.score(t, p)
	}
	for i := range spans {
		spans[i].Score /= float64(spans[i].End - spans[i].Start)
	}
	return spans
}
