package tokenizers

import "cmp"

// A trainMerge is a pair to merge, with how often it occurred when it was queued, and the words it is in.
type trainMerge struct {
	pair  uint64
	count int64
	where []int32
}

// before is the order of merging: the commonest first, of equal ones the pair that was there first.
func (a trainMerge) before(b trainMerge) bool {
	if a.count != b.count {
		return a.count > b.count
	}
	return cmp.Or(cmp.Compare(a.pair, b.pair), cmp.Compare(first(a.where), first(b.where))) < 0
}

func first(where []int32) int32 {
	if len(where) == 0 {
		return -1
	}
	return where[0]
}

// A trainQueue is a binary heap.
type trainQueue []trainMerge

func (q *trainQueue) push(m trainMerge) {
	*q = append(*q, m)
	h := *q
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h[i].before(h[up]) {
			break
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
}

func (q *trainQueue) pop() trainMerge {
	h := *q
	top := h[0]
	last := len(h) - 1
	h[0] = h[last]
	h[last] = trainMerge{}
	h = h[:last]
	for i := 0; ; {
		down := 2*i + 1
		if down >= len(h) {
			break
		}
		if down+1 < len(h) && h[down+1].before(h[down]) {
			down++
		}
		if !h[down].before(h[i]) {
			break
		}
		h[i], h[down] = h[down], h[i]
		i = down
	}
	*q = h
	return top
}
