package tokenizers

import (
	"cmp"
	"math"
	"slices"
)

// seeds are the tokens to begin with: all characters, and parts of words that occur more than once in different
// surroundings, the longest and commonest first.
func (u UnigramTrainer) seeds(words []counted) []UnigramPiece {
	chars := map[rune]int64{}
	var flat []rune // all words, with a 0 after each
	for _, w := range words {
		if w.word == "" {
			continue
		}
		for _, r := range w.word {
			flat = append(flat, r)
			if r != 0 {
				chars[r] += w.count
			}
		}
		flat = append(flat, 0)
	}
	var out []UnigramPiece
	for r, n := range chars {
		out = append(out, UnigramPiece{Token: string(r), Score: float64(n)})
	}
	slices.SortFunc(out, func(a, b UnigramPiece) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Token, a.Token))
	})
	for _, part := range repeated(flat, u.MaxPieceLength) {
		if out = append(out, part); len(out) >= u.SeedSize {
			break
		}
	}
	sum := 0.0
	for _, p := range out {
		sum += p.Score
	}
	for i := range out {
		out[i].Score = math.Log(out[i].Score) - math.Log(sum)
	}
	return out
}

// repeated are the inner nodes of the suffix tree, of 2 to longest characters without a 0: parts that occur again, and
// not always before the same character. Scores are occurrences times length, the highest first.
func repeated(flat []rune, longest int) []UnigramPiece {
	suffixes := make([]int32, len(flat))
	for i := range suffixes {
		suffixes[i] = int32(i)
	}
	head := func(i int32) []rune { return flat[i:min(int(i)+longest+1, len(flat))] }
	slices.SortFunc(suffixes, func(a, b int32) int { return slices.Compare(head(a), head(b)) })

	var out []UnigramPiece
	type open struct{ depth, from int }
	stack := []open{{0, 0}} // parts that the last suffix begins with, and since which suffix
	for i := 1; i <= len(suffixes); i++ {
		common := 0
		if i < len(suffixes) {
			a, b := head(suffixes[i-1]), head(suffixes[i])
			for common < min(len(a), len(b)) && a[common] == b[common] {
				common++
			}
		}
		from := i - 1
		for top := stack[len(stack)-1]; top.depth > common; top = stack[len(stack)-1] {
			stack = stack[:len(stack)-1]
			from = top.from
			part := flat[suffixes[from]:][:top.depth]
			if top.depth >= 2 && top.depth <= longest && !slices.Contains(part, 0) {
				out = append(out, UnigramPiece{Token: string(part), Score: float64((i - from) * top.depth)})
			}
		}
		if stack[len(stack)-1].depth < common {
			stack = append(stack, open{common, from})
		}
	}
	slices.SortFunc(out, func(a, b UnigramPiece) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Token, a.Token))
	})
	return out
}

// prune drops the tokens that are missed least: those whose texts are nearly as likely when they are written the
// second-best way.
func (u UnigramTrainer) prune(m *unigram, pieces []UnigramPiece, words []counted, desired int) []UnigramPiece {
	keep := make([]bool, len(pieces))
	others := make([][]int, len(pieces)) // how a token is written without it
	var l lattice
	for id, p := range pieces[1:] {
		id++
		l.fill(m, p.Token)
		ways := l.secondBest()
		keep[id] = len(ways) == 1 || len(ways[0]) == 1
		if len(ways) == 2 && len(ways[0]) == 1 {
			for _, n := range ways[1] {
				others[id] = append(others[id], l.nodes[n].id)
			}
		}
	}
	total, sum := 0.0, 0.0
	freq := make([]float64, len(pieces))
	for _, w := range words {
		l.fill(m, w.word)
		total += float64(w.count)
		for _, n := range l.viterbi() {
			freq[l.nodes[n].id] += float64(w.count)
		}
	}
	for _, f := range freq {
		sum += f
	}
	type candidate struct {
		id   int
		loss float64
	}
	var candidates []candidate
	out := []UnigramPiece{pieces[0]}
	for id := 1; id < len(pieces); id++ {
		switch {
		case freq[id] == 0 && !keep[id]:
		case len(others[id]) == 0:
			out = append(out, pieces[id])
		case freq[id] > 0:
			// Each token would stand for one more of the others; PyPI's tokenizers counts all tokens here instead.
			sumOther := math.Log(sum + freq[id]*float64(len(pieces)-1))
			other := 0.0
			for _, n := range others[id] {
				other += math.Log(freq[n]+freq[id]) - sumOther
			}
			loss := freq[id] / total * (math.Log(freq[id]) - math.Log(sum) - other)
			candidates = append(candidates, candidate{id, loss})
		}
	}
	size := max(desired, int(float64(len(pieces))*u.ShrinkingFactor))
	slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(b.loss, a.loss) })
	for _, c := range candidates {
		if len(out) == size {
			break
		}
		out = append(out, pieces[c.id])
	}
	return out
}
