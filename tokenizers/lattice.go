package tokenizers

import (
	"math"
	"unicode/utf8"
)

// A lattice is all ways to write a text in tokens: nodes by the bytes where they begin and end. Node 0 is before the text,
// node 1 after it.
type lattice struct {
	text       string
	nodes      []latticeNode
	begin, end [][]int32
}

type latticeNode struct {
	id    int
	pos   int
	score float64
	best  float64 // of the ways up to and with this node
	prev  int32
}

// fill makes the lattice of a text.
func (l *lattice) fill(m *unigram, text string) {
	l.text = text
	l.nodes = l.nodes[:0]
	n := len(text) + 1
	for len(l.begin) < n {
		l.begin, l.end = append(l.begin, nil), append(l.end, nil)
	}
	for i := range n {
		l.begin[i], l.end[i] = l.begin[i][:0], l.end[i][:0]
	}
	l.nodes = append(l.nodes, latticeNode{id: -1}, latticeNode{id: -2, pos: len(text)})
	l.end[0] = append(l.end[0], 0)
	l.begin[len(text)] = append(l.begin[len(text)], 1)
	for pos := 0; pos < len(text); {
		_, width := utf8.DecodeRuneInString(text[pos:])
		single := false
		node := uint32(0)
		for i := pos; i < len(text); i++ {
			next, id, ok := m.trie.step(node, text[i])
			if !ok {
				break
			}
			if node = next; id > 0 {
				l.insert(pos, i+1, int(id-1), m.pieces[id-1].Score)
				single = single || i+1 == pos+width
			}
		}
		if !single && m.unk >= 0 {
			l.insert(pos, pos+width, int(m.unk), m.unkScore)
		}
		pos += width
	}
}

func (l *lattice) insert(from, to, id int, score float64) {
	n := int32(len(l.nodes))
	l.nodes = append(l.nodes, latticeNode{id: id, pos: from, score: score})
	l.begin[from] = append(l.begin[from], n)
	l.end[to] = append(l.end[to], n)
}

// viterbi is the best way, by nodes.
func (l *lattice) viterbi() []int32 {
	for pos := 0; pos <= len(l.text); pos++ {
		for _, right := range l.begin[pos] {
			r := &l.nodes[right]
			r.prev = -1
			for _, left := range l.end[pos] {
				if score := l.nodes[left].best + r.score; r.prev < 0 || score > r.best {
					r.best, r.prev = score, left
				}
			}
			if r.prev < 0 {
				return nil
			}
		}
	}
	var path []int32
	for n := l.nodes[1].prev; n > 0; n = l.nodes[n].prev {
		path = append(path, n)
	}
	for i, j := 0, len(path)-1; i < j; i, j = i+1, j-1 {
		path[i], path[j] = path[j], path[i]
	}
	return path
}

func logSumExp(x, y float64, first bool) float64 {
	if first {
		return y
	}
	low, high := x, y
	if x > y {
		low, high = y, x
	}
	if high > low+50 {
		return high
	}
	return high + math.Log(math.Exp(low-high)+1)
}

// expect adds to expected how often each token occurs in a text that occurs so often, and returns its log-likelihood.
func (l *lattice) expect(freq float64, expected []float64) float64 {
	alpha, beta := make([]float64, len(l.nodes)), make([]float64, len(l.nodes))
	for pos := 0; pos <= len(l.text); pos++ {
		for _, right := range l.begin[pos] {
			for i, left := range l.end[pos] {
				alpha[right] = logSumExp(alpha[right], l.nodes[left].score+alpha[left], i == 0)
			}
		}
	}
	for pos := len(l.text); pos >= 0; pos-- {
		for _, left := range l.end[pos] {
			for i, right := range l.begin[pos] {
				beta[left] = logSumExp(beta[left], l.nodes[right].score+beta[right], i == 0)
			}
		}
	}
	z := alpha[1]
	for pos := range len(l.text) {
		for _, n := range l.begin[pos] {
			node := &l.nodes[n]
			expected[node.id] += freq * math.Exp(alpha[n]+node.score+beta[n]-z)
		}
	}
	return freq * z
}

// A hypothesis is the end of a way, for the search from the end to the beginning.
type hypothesis struct {
	node   int32
	next   *hypothesis
	fx, gx float64 // the score of the best way with this end, and that of the end
}

// secondBest is the two best ways, or the only one, by nodes.
func (l *lattice) secondBest() [][]int32 {
	l.viterbi()
	var found [][]int32
	agenda := hypotheses{{node: 1}}
	for len(agenda) > 0 {
		top := agenda.pop()
		if top.node == 0 {
			var path []int32
			for h := top.next; h.next != nil; h = h.next {
				path = append(path, h.node)
			}
			if found = append(found, path); len(found) == 2 {
				break
			}
			continue
		}
		for _, left := range l.end[l.nodes[top.node].pos] {
			n := &l.nodes[left]
			agenda.push(&hypothesis{left, top, n.best + top.gx, n.score + top.gx})
		}
		if len(agenda) > 100_000 {
			var best hypotheses
			for range 20 {
				best.push(agenda.pop())
			}
			agenda = best
		}
	}
	return found
}

// hypotheses are a heap with four children a node, the best one on top. Of equally good ones the order is that of the heap
// that PyPI's tokenizers uses (dary_heap): which second-best way is found can hang on it.
type hypotheses []*hypothesis

func (q *hypotheses) push(h *hypothesis) {
	*q = append(*q, h)
	q.up(len(*q) - 1)
}

// up moves an element up past those that aren't better.
func (q *hypotheses) up(i int) {
	h := *q
	moved := h[i]
	for i > 0 {
		parent := (i - 1) / 4
		if moved.fx < h[parent].fx {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = moved
}

func (q *hypotheses) pop() *hypothesis {
	h := *q
	n := len(h) - 1
	last := h[n]
	h[n] = nil
	h = h[:n]
	*q = h
	if n == 0 {
		return last
	}
	top, i := h[0], 0
	for {
		child := 4*i + 1
		if child >= n {
			break
		}
		best := child
		for other := child + 1; other < min(child+4, n); other++ {
			if h[best].fx < h[other].fx {
				best = other
			}
		}
		h[i] = h[best]
		i = best
	}
	h[i] = last
	q.up(i)
	return top
}
