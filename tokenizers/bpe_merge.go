package tokenizers

import "math/rand/v2"

// A word is a list of symbols that merges make shorter. Symbols merged into the one before them have length 0.
type word struct {
	symbols []symbol
	queue   []merge
	skipped []merge
}

type symbol struct {
	id         uint32
	prev, next int32 // -1: none
	length     int32 // in bytes
}

// A merge joins the symbol at pos with the next one.
type merge struct {
	rank uint32
	pos  int32
	id   uint32
}

func (w *word) add(id uint32, length int32) {
	n := int32(len(w.symbols))
	if n > 0 {
		w.symbols[n-1].next = n
	}
	w.symbols = append(w.symbols, symbol{id, n - 1, -1, length})
}

func (w *word) fillQueue(merges *pairTable) {
	w.queue = w.queue[:0]
	for i := 1; i < len(w.symbols); i++ {
		w.offer(merges, int32(i-1), int32(i))
	}
}

// offer queues the merge of two neighbours, if there is one.
func (w *word) offer(merges *pairTable, left, right int32) {
	if rank, id, ok := merges.get(pair(w.symbols[left].id, w.symbols[right].id)); ok {
		w.push(merge{rank, left, id})
	}
}

// merge does all merges, the lowest rank first and of equal ones the leftmost.
func (w *word) merge(merges *pairTable) {
	w.fillQueue(merges)
	for len(w.queue) > 0 {
		w.apply(merges, w.pop())
	}
}

// mergeSome skips each merge with a probability; one that was skipped gets another chance after the next one done.
func (w *word) mergeSome(merges *pairTable, dropout float32, random *rand.Rand) {
	w.fillQueue(merges)
	w.skipped = w.skipped[:0]
	for len(w.queue) > 0 {
		top := w.pop()
		draw := rand.Float32
		if random != nil {
			draw = random.Float32
		}
		if draw() < dropout {
			w.skipped = append(w.skipped, top)
			continue
		}
		for _, m := range w.skipped {
			w.push(m)
		}
		w.skipped = w.skipped[:0]
		w.apply(merges, top)
	}
}

// apply does a merge, unless what it was queued for has changed.
func (w *word) apply(merges *pairTable, m merge) {
	left := &w.symbols[m.pos]
	if left.length == 0 || left.next < 0 {
		return
	}
	right := &w.symbols[left.next]
	if _, id, ok := merges.get(pair(left.id, right.id)); !ok || id != m.id {
		return
	}
	left.id = m.id
	left.length += right.length
	right.length = 0
	left.next = right.next
	if right.next >= 0 {
		w.symbols[right.next].prev = m.pos
	}
	if left.prev >= 0 {
		w.offer(merges, left.prev, m.pos)
	}
	if left.next >= 0 {
		w.offer(merges, m.pos, left.next)
	}
}

func (a merge) before(b merge) bool { return a.rank < b.rank || a.rank == b.rank && a.pos < b.pos }

// push and pop keep the queue a binary heap.
func (w *word) push(m merge) {
	q := append(w.queue, m)
	i := len(q) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !m.before(q[up]) {
			break
		}
		q[i] = q[up]
		i = up
	}
	q[i] = m
	w.queue = q
}

func (w *word) pop() merge {
	q := w.queue
	top, last := q[0], q[len(q)-1]
	q = q[:len(q)-1]
	for i := 0; len(q) > 0; {
		down := 2*i + 1
		if down >= len(q) {
			q[i] = last
			break
		}
		if down+1 < len(q) && q[down+1].before(q[down]) {
			down++
		}
		if !q[down].before(last) {
			q[i] = last
			break
		}
		q[i] = q[down]
		i = down
	}
	w.queue = q
	return top
}
