package speech

import (
	"math"

	"multitorch/torch"
	"multitorch/transformers/generation"
)

// timestampRules lets a model write times where they belong, as Transformers' WhisperTimeStampLogitsProcessor and OpenAI's
// ApplyTimestampRules: a text begins with a time, times come in pairs around what is said and never go back, and one is
// written where all of them together are likelier than any word.
type timestampRules struct {
	prompt       int   // ids before the text
	end          int64 // the token that ends a text
	noTimestamps int64 // the token that says there are no times; those follow it
	latest       int64 // the first time is at most so many steps of 0.02 s; below 0: any
}

// Process implements [generation.Processor].
func (r timestampRules) Process(ids [][]int64, scores *torch.Tensor) *torch.Tensor {
	first, vocab := int(r.noTimestamps+1), scores.Size(1)
	forbid := func(row, from, to int) {
		if from < to {
			scores.Select(0, row).Narrow(0, from, to-from).FillInplace(math.Inf(-1))
		}
	}
	for row, all := range ids {
		forbid(row, first-1, first)
		text := all[r.prompt:]
		n := len(text)
		last := n >= 1 && r.isTime(text[n-1])
		before := n < 2 || r.isTime(text[n-2])
		if last && before {
			forbid(row, first, vocab)
		} else if last {
			forbid(row, 0, int(r.end))
		}
		if t := r.lastTime(text); t >= 0 {
			if !last || before {
				t++
			}
			forbid(row, first, int(t))
		}
		if n == 0 {
			forbid(row, 0, first)
			if r.latest >= 0 {
				forbid(row, min(first+int(r.latest)+1, vocab), vocab)
			}
		}
	}
	logs := scores.LogSoftmax(-1)
	times, words := logs.Narrow(1, first, vocab-first).Logsumexp(-1), logs.Narrow(1, 0, first).Amax(-1)
	for row, likelier := range torch.ToSlice[bool](times.Gt(words)) {
		if likelier {
			forbid(row, 0, first)
		}
	}
	return scores
}

func (r timestampRules) isTime(id int64) bool { return id > r.noTimestamps }

// lastTime is the last time in a text, or -1.
func (r timestampRules) lastTime(text []int64) int64 {
	for i := len(text) - 1; i >= 0; i-- {
		if r.isTime(text[i]) {
			return text[i]
		}
	}
	return -1
}

// likelihood adds up the log-probabilities of the ids that are chosen, before a temperature changes them. It comes last of the
// processors.
type likelihood struct {
	logs   *torch.Tensor // of the step before [rows, vocab]
	length int           // of the rows then
	sums   []float64
	ended  []bool
	end    int64
}

var _ generation.Processor = (*likelihood)(nil)

// Process implements [generation.Processor].
func (l *likelihood) Process(ids [][]int64, scores *torch.Tensor) *torch.Tensor {
	l.count(ids)
	l.logs = scores.LogSoftmax(-1).Keep()
	l.length = len(ids[0])
	return scores
}

// count adds the ids that have come since.
func (l *likelihood) count(ids [][]int64) {
	if l.sums == nil {
		l.sums, l.ended = make([]float64, len(ids)), make([]bool, len(ids))
	}
	if l.logs == nil {
		return
	}
	for row, all := range ids {
		if len(all) > l.length && !l.ended[row] {
			x := l.logs.Select(0, row)
			y := x.Select(0, int(all[l.length]))
			l.sums[row] += y.Item()
			y.Free()
			x.Free()
			l.ended[row] = all[l.length] == l.end
		}
	}
	l.logs.Free()
	l.logs = nil
}
