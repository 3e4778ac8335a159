package metrics

import (
	"fmt"
	"math"
	"slices"

	"multitorch/torch"
)

// Pairs are N queries and the N items that belong to them, as features: of pictures and their captions, say.
type Pairs struct {
	Query, Item *torch.Tensor // floats [N, D]; scores are their cosines
	// Group says which are about the same thing: int64 [N], or [N, K] where pairs can be alike in K ways: have the same picture,
	// or the same caption, say. Any item that shares a group with a query is right for it. Without it that is its own alone.
	Group *torch.Tensor
}

// Samples is N.
func (p Pairs) Samples() int { return p.Query.Size(0) }

// ranks keeps the features of all pairs and finds at which rank each query's best right item is.
type ranks struct {
	name        string
	query, item []*torch.Tensor
	group       []*torch.Tensor // [N, K]
	pairs       int
	numbered    bool // groups are the pairs' own numbers
}

func (r *ranks) Name() string { return r.name }

// Update takes a batch of pairs. Every query is to find its item among those of all batches.
func (r *ranks) Update(p Pairs) {
	torch.NoGrad(func() {
		q, i := p.Query.Shape(), p.Item.Shape()
		group := p.Group
		if r.numbered = group == nil; r.numbered && len(q) > 0 {
			group = torch.Arange(r.pairs, r.pairs+q[0], 1)
		}
		if group != nil && group.Dim() == 1 {
			group = group.Unsqueeze(1)
		}
		if len(q) != 2 || !slices.Equal(q, i) || !p.Query.DType().IsFloatingPoint() || group.Dim() != 2 || group.Size(0) != q[0] ||
			r.pairs > 0 && group.Size(1) != r.group[0].Size(1) {
			panic(&torch.Error{Op: "metrics", Kind: torch.ValueError, Message: fmt.Sprintf(
				"expected queries and items as floats [N, D] each, and a Group [N] or none, or [N, K] with the same K each time, "+
					"but got %v and %v", q, i)})
		}
		unit := func(x *torch.Tensor) *torch.Tensor {
			x = x.Detach().To(torch.Float32)
			return x.Div(x.NormP(2, 1).Unsqueeze(1).Clamp(1e-12, nil)).Keep()
		}
		r.query, r.item = append(r.query, unit(p.Query)), append(r.item, unit(p.Item))
		r.group = append(r.group, group.To(torch.Int64, p.Query.Device()).Clone().Keep())
		r.pairs += q[0]
	})
}

// Reset starts again with no pairs.
func (r *ranks) Reset() { *r = ranks{name: r.name} }

// ranked is how many queries are compared with all items at once.
const ranked = 1024

// compute is the rank of each query's best right item, from 1. Items with the same score as it come before it: a model
// that holds all for alike finds nothing.
func (r *ranks) compute() (found []float64, err error) {
	if r.pairs == 0 {
		return nil, nil
	}
	torch.Scoped(func(s *torch.Scope) {
		torch.NoGrad(func() {
			items, groups := s.Own(torch.Cat(r.item, 0)), s.Own(torch.Cat(r.group, 0))
			queries := s.Own(torch.Cat(r.query, 0))
			for at := 0; at < r.pairs && err == nil; at += ranked {
				n := min(ranked, r.pairs-at)
				scores := queries.Narrow(0, at, n).Matmul(items.T())
				if !scores.IsFinite().All().ItemBool() {
					err = fmt.Errorf("features of queries or items are NaN or infinite")
					return
				}
				right := groups.Narrow(0, at, n).Unsqueeze(1).Eq(groups.Unsqueeze(0)).Any(2) // [n, N, K] to [n, N]
				best := scores.MaskedFill(right.Not(), -2).Amax(1).Unsqueeze(1)
				before := scores.Ge(best).And(right.Not()).Sum(1)
				for _, b := range torch.ToSlice[int64](before) {
					found = append(found, float64(b+1))
				}
			}
		})
	})
	return found, err
}

// RecallAt is the share of queries with a right item among the k with the highest scores, R@k.
type RecallAt struct {
	ranks
	k float64
}

// NewRecallAt makes one, which is called "R@5" and what for, such as "image->text R@5". The k is at least 1.
func NewRecallAt(k int, what string) *RecallAt {
	if k < 1 {
		panic(&torch.Error{Op: "RecallAt", Kind: torch.ValueError, Message: fmt.Sprintf("expected k of at least 1, but got %d", k)})
	}
	return &RecallAt{ranks{name: named(what, fmt.Sprintf("R@%d", k))}, float64(k)}
}

func named(what, name string) string {
	if what == "" {
		return name
	}
	return what + " " + name
}

// IsShare is true.
func (m *RecallAt) IsShare() bool { return true }

// Compute is the share, from 0 to 1. NaN before the first pair.
func (m *RecallAt) Compute() (float64, error) {
	return m.mean(func(rank float64) float64 {
		if rank <= m.k {
			return 1
		}
		return 0
	})
}

func (r *ranks) mean(f func(rank float64) float64) (float64, error) {
	found, err := r.compute()
	sum := 0.
	for _, rank := range found {
		sum += f(rank)
	}
	return sum / float64(len(found)), err
}

// MedianRank is the median of the ranks at which the right items are: 1 is the best.
type MedianRank struct{ ranks }

// NewMedianRank makes one, which is called "median-rank" and what for.
func NewMedianRank(what string) *MedianRank {
	return &MedianRank{ranks{name: named(what, "median-rank")}}
}

// Compute is the median, of an even number of queries the mean of the middle two. NaN before the first pair.
func (m *MedianRank) Compute() (float64, error) {
	found, err := m.compute()
	if len(found) == 0 || err != nil {
		return math.NaN(), err
	}
	slices.Sort(found)
	return (found[(len(found)-1)/2] + found[len(found)/2]) / 2, nil
}

// MRR is the mean reciprocal rank: the mean of 1/rank, from 0 to 1.
type MRR struct{ ranks }

// NewMRR makes one, which is called "MRR" and what for.
func NewMRR(what string) *MRR { return &MRR{ranks{name: named(what, "MRR")}} }

// Compute is the mean. NaN before the first pair.
func (m *MRR) Compute() (float64, error) {
	return m.mean(func(rank float64) float64 { return 1 / rank })
}

// State implements [Stateful]: the features of all queries and items, as unit vectors, their groups, and whether these are the
// pairs' own numbers.
func (r *ranks) State() []*torch.Tensor {
	if r.pairs == 0 {
		return nil
	}
	return []*torch.Tensor{torch.Cat(r.query, 0).Keep(), torch.Cat(r.item, 0).Keep(), torch.Cat(r.group, 0).Keep(), flag(r.numbered)}
}

func flag(on bool) *torch.Tensor {
	if on {
		return counted(1)
	}
	return counted(0)
}

// Merge implements [Stateful]. Pairs without a Group get other numbers than those that are here.
func (r *ranks) Merge(state []*torch.Tensor) error {
	if state == nil {
		return nil
	}
	width, pairs, ways := -1, -1, -1
	if r.pairs > 0 {
		width, ways = r.query[0].Size(1), r.group[0].Size(1)
	}
	if len(state) > 0 && state[0] != nil && state[0].Dim() == 2 {
		pairs = state[0].Size(0)
		width = max(width, state[0].Size(1))
	}
	features := part{torch.Float32, []int{pairs, width}}
	if err := fits(r.name, state, features, features, part{torch.Int64, []int{pairs, ways}}, part{torch.Int64, []int{1}}); err != nil {
		return err
	}
	numbered := torch.ToSlice[int](state[3])[0] != 0
	if r.pairs > 0 && numbered != r.numbered {
		return fmt.Errorf("%s: some of the pairs have a Group and others none: expected one for all or for none", r.name)
	}
	group := state[2].Clone()
	if r.numbered = numbered; numbered {
		group = group.Add(r.pairs)
	}
	r.query, r.item = append(r.query, state[0].Clone().Keep()), append(r.item, state[1].Clone().Keep())
	r.group = append(r.group, group.Keep())
	r.pairs += pairs
	return nil
}
