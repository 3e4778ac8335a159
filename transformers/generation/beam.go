package generation

import (
	"fmt"
	"slices"

	"multitorch/torch"
)

// beam is one sequence of a search: one that goes on, or a finished one.
type beam struct {
	ids      []int64
	score    float32
	finished bool
	row      int // which row of the decoder it goes on from
	// made is how many ids it was given; 0 for the places of finished ones that are not there yet.
	made int
}

// unreachable is what Transformers subtracts from scores that must not win. In float32 little is left of the score then, so
// ties are usual, and go the way that topk has them.
const unreachable = float32(-1e9)

// search is beam search, as Transformers' _beam_search: each step goes on with the likeliest of all continuations of all beams,
// and those that end go to the finished ones.
func (s *session) search() (*Result, error) {
	c, result := &s.config, &Result{}
	beams := c.NumBeams
	running, done := make([][]beam, s.prompts), make([][]beam, s.prompts)
	improvable := slices.Repeat([]bool{true}, s.prompts)
	for p := range s.prompts {
		for b := range beams {
			score := unreachable
			if b == 0 { // the beams are still equal: only the first counts
				score = 0
			}
			ids := s.rows[p*beams+b]
			running[p] = append(running[p], beam{ids: ids, score: score})
			done[p] = append(done[p], beam{ids: slices.Clone(ids), score: unreachable})
		}
	}
	for n, open := s.prompt, true; open; n = 1 {
		var hits [][]bool
		err := quietly(func() {
			scores := s.scores(n, true)
			if c.OutputScores {
				result.Scores = append(result.Scores, scores.Clone().Keep())
			}
			candidates := s.continuations(scores, running)
			hits = s.hits(candidates)
			running = s.goOn(candidates, hits)
			done = s.finish(done, candidates, hits, improvable)
			s.reorder(running)
		})
		if err != nil {
			return nil, fmt.Errorf("generation: id %d: %w", len(s.rows[0]), err)
		}
		open = s.improve(running, done, improvable) && s.unfilled(done) && !all(hits)
	}
	s.collect(done, result)
	return result, nil
}

// continuations are the best continuations of each prompt's beams: enough that, if all of them that can end do, there are
// still as many as beams to go on with. The best come first.
func (s *session) continuations(scores *torch.Tensor, running [][]beam) [][]beam {
	beams, vocab := s.config.NumBeams, scores.Size(-1)
	before := make([]float32, 0, len(s.rows))
	for _, group := range running {
		for _, b := range group {
			before = append(before, b.score)
		}
	}
	sums := scores.Add(torch.FromSlice(before, len(before), 1).To(scores.Device())).View(len(running), -1)
	keep := max(2, 1+len(s.config.EOSTokenID)) * beams
	values, at := s.best(sums, min(keep, sums.Size(-1)))
	v, a := torch.ToSlice[float32](values), torch.ToSlice[int64](at)
	keep = len(v) / len(running)
	next := make([][]beam, len(running))
	for p, group := range running {
		for i := p * keep; i < (p+1)*keep; i++ {
			from, id := int(a[i])/vocab, a[i]%int64(vocab)
			ids := append(slices.Clip(group[from].ids), id)
			next[p] = append(next[p], beam{ids: ids, score: v[i], row: p*beams + from, made: group[from].made + 1})
		}
	}
	return next
}

// best is the k best of each row, or k that are drawn, with DoSample, the best of them first.
func (s *session) best(sums *torch.Tensor, k int) (values, at *torch.Tensor) {
	if !s.config.DoSample {
		return sums.Topk(k, -1)
	}
	p := sums.Softmax(-1)
	if s.config.Generator != nil {
		at = p.Multinomial(k, false, s.config.Generator)
	} else {
		at = p.Multinomial(k, false)
	}
	values, order := sums.Gather(1, at).Sort(-1, true)
	return values, at.Gather(-1, order)
}

// hits says which candidates end.
func (s *session) hits(candidates [][]beam) [][]bool {
	hits := make([][]bool, len(candidates))
	for p, group := range candidates {
		for _, b := range group {
			hits[p] = append(hits[p], s.ended(b.ids))
		}
	}
	return hits
}

// goOn chooses the beams of the next step: the best that do not end.
func (s *session) goOn(candidates [][]beam, hits [][]bool) [][]beam {
	scores := make([][]float32, len(candidates))
	for p, group := range candidates {
		for i, b := range group {
			scores[p] = append(scores[p], b.score+count(hits[p][i])*unreachable)
		}
	}
	return choose(candidates, scores, s.config.NumBeams)
}

// choose takes the n candidates of each prompt that have the best scores, and gives them these scores.
func choose(candidates [][]beam, scores [][]float32, n int) [][]beam {
	_, best := torch.FromSlice(slices.Concat(scores...), len(scores), len(scores[0])).Topk(n, -1)
	at := torch.ToSlice[int64](best)
	chosen := make([][]beam, len(candidates))
	for p := range candidates {
		for _, i := range at[p*n : (p+1)*n] {
			b := candidates[p][i]
			b.score = scores[p][i]
			chosen[p] = append(chosen[p], b)
		}
	}
	return chosen
}

func count(b bool) float32 {
	if b {
		return 1
	}
	return 0
}

func all(hits [][]bool) bool {
	return !slices.ContainsFunc(hits, func(h []bool) bool { return slices.Contains(h, false) })
}

// reorder lets the decoder and the rows go on from the chosen beams.
func (s *session) reorder(running [][]beam) {
	from := make([]int, 0, len(s.rows))
	for _, group := range running {
		for _, b := range group {
			s.rows[len(from)] = b.ids
			from = append(from, b.row)
		}
	}
	s.decoder.Reorder(from)
}
