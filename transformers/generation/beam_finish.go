package generation

import (
	"slices"

	"multitorch/libm"
)

// finish puts those of the best candidates that end among the finished ones, of which the best stay.
func (s *session) finish(done, candidates [][]beam, hits [][]bool, improvable []bool) [][]beam {
	c := &s.config
	merged, scores := make([][]beam, len(done)), make([][]float32, len(done))
	for p := range done {
		full := c.EarlyStopping == Full && !slices.ContainsFunc(done[p], unfinished)
		for _, b := range done[p] {
			merged[p], scores[p] = append(merged[p], b), append(scores[p], b.score)
		}
		for i, b := range candidates[p] {
			b.finished = i < c.NumBeams && hits[p][i]
			score := b.score / s.lengthened(b.made)
			score += count(full) * unreachable
			score += count(!improvable[p]) * unreachable
			score += count(!b.finished) * unreachable
			merged[p], scores[p] = append(merged[p], b), append(scores[p], score)
		}
	}
	return choose(merged, scores, c.NumBeams)
}

func unfinished(b beam) bool { return !b.finished }

// lengthened is by what the score of so many new ids is divided.
func (s *session) lengthened(made int) float32 {
	return float32(libm.Pow(float64(made), s.config.LengthPenalty))
}

// improve notes for which prompts a running beam may still get better than the finished ones, and whether there are any.
// Running ones are judged as if they had their present length in the end, which with a length penalty is a guess; Never judges
// them by the best length they can get.
func (s *session) improve(running, done [][]beam, improvable []bool) bool {
	c := &s.config
	length := len(s.rows[0]) - s.prompt
	if c.EarlyStopping == Never && c.LengthPenalty > 0 {
		length = s.length - s.prompt
	}
	for p := range running {
		possible := running[p][0].score / s.lengthened(length)
		worst := done[p][0].score
		for _, b := range done[p] {
			worst = min(worst, b.score)
		}
		better := slices.ContainsFunc(done[p], func(b beam) bool {
			return b.finished && possible > worst || !b.finished && possible > unreachable
		})
		improvable[p] = improvable[p] && better
	}
	return slices.Contains(improvable, true)
}

// unfilled reports whether finished ones are still wanted: with Full only until there are as many as beams.
func (s *session) unfilled(done [][]beam) bool {
	return s.config.EarlyStopping != Full || slices.ContainsFunc(done, func(group []beam) bool {
		return slices.ContainsFunc(group, unfinished)
	})
}

// collect writes the best finished sequences into the result.
func (s *session) collect(done [][]beam, result *Result) {
	longest := 0
	for _, group := range done {
		for _, b := range group[:s.config.NumReturnSequences] {
			longest = max(longest, b.made)
		}
	}
	fill := s.beamFill()
	for _, group := range done {
		for _, b := range group[:s.config.NumReturnSequences] {
			ids := append(slices.Clone(b.ids), slices.Repeat([]int64{fill}, s.prompt+longest-len(b.ids))...)
			result.Sequences = append(result.Sequences, ids)
			result.New = append(result.New, ids[s.prompt:s.prompt+b.made:s.prompt+b.made])
			result.SequenceScores = append(result.SequenceScores, b.score)
		}
	}
}

// beamFill is what a search pads with at the end. Transformers takes a padding id of 0 for none there, and so the end.
func (s *session) beamFill() int64 {
	switch {
	case len(s.config.EOSTokenID) == 0:
		return -1
	case value(s.config.PadTokenID, 0) != 0:
		return *s.config.PadTokenID
	}
	return s.config.EOSTokenID[0]
}
