package metrics

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"multitorch/torch"
)

// ranking keeps every sample's scores and class, for metrics that look at the order of all: some 8 bytes for each score.
type ranking struct {
	average Average
	scores  [][]float64 // by class; one of two classes has its scores in the second
	target  []int
	classes int
}

// update takes a batch: scores are floats [N, C], or of two classes those of the second, [N].
func (r *ranking) update(c Classified) {
	torch.NoGrad(func() {
		if !c.Scores.DType().IsFloatingPoint() || c.Scores.Dim() < 1 || c.Scores.Dim() > 2 || c.Target.DType().IsFloatingPoint() {
			panic(c.misfit("expected scores [N, C], or [N] of the second of two classes, and targets [N] of an integer type"))
		}
		scores := c.Scores.Detach().To(torch.Float64)
		classes := 2
		if scores.Dim() == 1 {
			scores = scores.Unsqueeze(1)
		} else if classes = scores.Size(1); classes == 2 {
			scores = scores.Narrow(1, 1, 1)
		}
		target, counted := c.targets()
		if target.Dim() != 1 || target.Size(0) != scores.Size(0) || r.scores != nil && classes != r.classes {
			panic(c.misfit("expected a target for each row of scores, and as many classes as before"))
		}
		keep := counted.Nonzero().Select(1, 0)
		scores, target = scores.IndexSelect(0, keep), target.IndexSelect(0, keep)
		if r.scores == nil {
			r.scores, r.classes = make([][]float64, scores.Size(1)), classes
		}
		for i := range r.scores {
			r.scores[i] = append(r.scores[i], torch.ToSlice[float64](scores.Select(1, i).Contiguous())...)
		}
		for _, t := range torch.ToSlice[int64](target) {
			r.target = append(r.target, int(t))
		}
	})
}

func (r *ranking) reset() { r.scores, r.target, r.classes = nil, nil, 0 }

// compute is f of the classes, each against all others, averaged over those for which f is a number. f gets the scores,
// the highest first, and whether each is of the class.
func (r *ranking) compute(f func(scores []float64, of []bool) float64) (float64, error) {
	for _, t := range r.target {
		if t < 0 || t >= r.classes {
			return 0, fmt.Errorf("a target is %d, which is no class: expected classes from 0 to %d", t, r.classes-1)
		}
	}
	var sum, weights float64
	for class, scores := range r.scores {
		if len(r.scores) == 1 {
			class = 1
		}
		order := make([]int, len(scores))
		for i := range order {
			order[i] = i
			if math.IsNaN(scores[i]) {
				return 0, fmt.Errorf("the score of sample %d is NaN", i)
			}
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
		sorted, of, support := make([]float64, len(order)), make([]bool, len(order)), 0
		for k, i := range order {
			sorted[k], of[k] = scores[i], r.target[i] == class
			if of[k] {
				support++
			}
		}
		value, weight := f(sorted, of), 1.
		if r.average == Weighted {
			weight = float64(support)
		}
		if !math.IsNaN(value) {
			sum, weights = sum+weight*value, weights+weight
		}
	}
	if weights == 0 {
		return math.NaN(), nil
	}
	return sum / weights, nil
}

func newRanking(op string, average Average) ranking {
	if average != Macro && average != Weighted {
		panic(&torch.Error{Op: op, Kind: torch.ValueError, Message: fmt.Sprintf("average %.40q: expected %q or %q", average, Macro, Weighted)})
	}
	return ranking{average: average}
}

// groups calls f for each run of equal scores: how many of the class, and how many others, are in it.
func groups(scores []float64, of []bool, f func(right, wrong int)) {
	for i := 0; i < len(scores); {
		right, wrong := 0, 0
		for first := scores[i]; i < len(scores) && scores[i] == first; i++ {
			if of[i] {
				right++
			} else {
				wrong++
			}
		}
		f(right, wrong)
	}
}

// AUC is the area under the receiver operating characteristic: how likely a sample of a class is to have a higher score for
// it than one of another, where equal scores count half. Of more than two classes it is the average over the classes, each
// against all others (scikit-learn's roc_auc_score, multi_class="ovr"); a class that no sample or every sample has, of
// which there is no such number, is left out.
//
// It keeps the scores of all samples, in Go's memory.
type AUC struct{ ranking }

// NewAUC makes one: [Macro] or [Weighted] over more than two classes.
func NewAUC(average Average) *AUC { return &AUC{newRanking("AUC", average)} }

// Name is "AUC".
func (m *AUC) Name() string { return "AUC" }

// Update takes a batch of scores [N, C], or [N] of the second of two classes, and their targets.
func (m *AUC) Update(c Classified) { m.update(c) }

// Compute is the area, from 0 to 1. NaN where there is none.
func (m *AUC) Compute() (float64, error) {
	return m.compute(func(scores []float64, of []bool) float64 {
		pairs, above, others := 0., 0, 0
		groups(scores, of, func(right, wrong int) {
			pairs += float64(wrong) * (float64(above) + float64(right)/2)
			above, others = above+right, others+wrong
		})
		if above == 0 || others == 0 {
			return math.NaN()
		}
		return pairs / (float64(above) * float64(others))
	})
}

// Reset starts again with no samples.
func (m *AUC) Reset() { m.reset() }

// AveragePrecision is the mean of the precisions at each sample of a class that is found, going down the scores, as
// scikit-learn's average_precision_score. Of more than two classes it is the average over those that some sample has, each
// against all others.
//
// It keeps the scores of all samples, in Go's memory.
type AveragePrecision struct{ ranking }

// NewAveragePrecision makes one: [Macro] or [Weighted] over more than two classes.
func NewAveragePrecision(average Average) *AveragePrecision {
	return &AveragePrecision{newRanking("AveragePrecision", average)}
}

// Name is "average-precision".
func (m *AveragePrecision) Name() string { return "average-precision" }

// Update takes a batch of scores [N, C], or [N] of the second of two classes, and their targets.
func (m *AveragePrecision) Update(c Classified) { m.update(c) }

// Compute is the mean precision, from 0 to 1. NaN where there is none.
func (m *AveragePrecision) Compute() (float64, error) {
	return m.compute(func(scores []float64, of []bool) float64 {
		sum, found, seen := 0., 0, 0
		groups(scores, of, func(right, wrong int) {
			found, seen = found+right, seen+right+wrong
			sum += float64(right) * float64(found) / float64(seen)
		})
		if found == 0 {
			return math.NaN()
		}
		return sum / float64(found)
	})
}

// Reset starts again with no samples.
func (m *AveragePrecision) Reset() { m.reset() }

// State implements [Stateful]: the scores of each class and the targets of all samples, and the number of classes.
func (r *ranking) State() []*torch.Tensor {
	if r.scores == nil {
		return nil
	}
	state := make([]*torch.Tensor, 0, len(r.scores)+2)
	for _, scores := range r.scores {
		state = append(state, torch.FromSlice(scores).Keep())
	}
	return append(state, counted(r.target...), counted(r.classes))
}

// Merge implements [Stateful].
func (r *ranking) Merge(state []*torch.Tensor) error {
	if state == nil {
		return nil
	}
	rows := len(r.scores)
	if r.scores == nil {
		rows = max(len(state)-2, 1)
	}
	samples := -1
	if len(state) > 0 && state[0] != nil {
		samples = state[0].Numel()
	}
	parts := slices.Repeat([]part{{torch.Float64, []int{samples}}}, rows)
	parts = append(parts, part{torch.Int64, []int{samples}}, part{torch.Int64, []int{1}})
	if err := fits("ranking", state, parts...); err != nil {
		return err
	}
	classes := torch.ToSlice[int](state[rows+1])[0]
	if usual := rows; classes != usual && (rows != 1 || classes != 2) || r.scores != nil && classes != r.classes {
		return fmt.Errorf("ranking: the state is of %d classes, whose scores are %d rows: it is of another metric", classes, rows)
	}
	if r.scores == nil {
		r.scores, r.classes = make([][]float64, rows), classes
	}
	for i := range r.scores {
		r.scores[i] = append(r.scores[i], torch.ToSlice[float64](state[i])...)
	}
	r.target = append(r.target, torch.ToSlice[int](state[rows])...)
	return nil
}
