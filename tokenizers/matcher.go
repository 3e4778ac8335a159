package tokenizers

import "unicode/utf8"

func firstRune(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }
func lastRune(s string) rune  { r, _ := utf8.DecodeLastRuneInString(s); return r }

// A multiMatcher finds many texts at once, leftmost and of those longest first. It reads the text backwards with the
// automaton of Aho and Corasick for the reversed texts, and so knows the longest one that begins at each place: its time
// doesn't depend on what is looked for, however much of it begins alike.
type multiMatcher struct {
	first  [256]bool // how they begin
	steps  *pairTable
	fail   []int32
	output []int32 // the longest needle that ends in a state, from its beginning on or not; -1: none
	found  []needle
}

type needle struct {
	text string
	id   uint32
}

func newMultiMatcher(needles []needle) *multiMatcher {
	size := 0
	for _, n := range needles {
		size += len(n.text)
	}
	if size == 0 {
		return nil
	}
	m := &multiMatcher{steps: newPairTable(size), found: needles}
	m.addState()
	type edge struct {
		to int32
		by byte
	}
	children := [][]edge{nil}
	for i, n := range needles {
		if n.text == "" {
			continue
		}
		m.first[n.text[0]] = true
		state := int32(0)
		for j := len(n.text) - 1; j >= 0; j-- {
			to, _, ok := m.steps.get(uint64(state)<<8 | uint64(n.text[j]))
			if !ok {
				to = uint32(m.addState())
				children = append(children, nil)
				children[state] = append(children[state], edge{int32(to), n.text[j]})
				m.steps.put(uint64(state)<<8|uint64(n.text[j]), to, 0)
			}
			state = int32(to)
		}
		if m.output[state] < 0 { // of equal ones, which normalisation can make, the first
			m.output[state] = int32(i)
		}
	}
	queue := []int32{0}
	for len(queue) > 0 {
		state := queue[0]
		queue = queue[1:]
		for _, e := range children[state] {
			queue = append(queue, e.to)
			if state > 0 {
				m.fail[e.to] = m.next(m.fail[state], e.by)
			}
			if m.output[e.to] < 0 {
				m.output[e.to] = m.output[m.fail[e.to]]
			}
		}
	}
	return m
}

func (m *multiMatcher) addState() int32 {
	m.fail = append(m.fail, 0)
	m.output = append(m.output, -1)
	return int32(len(m.fail) - 1)
}

func (m *multiMatcher) next(state int32, by byte) int32 {
	for {
		if to, _, ok := m.steps.get(uint64(state)<<8 | uint64(by)); ok {
			return int32(to)
		}
		if state == 0 {
			return 0
		}
		state = m.fail[state]
	}
}

// each calls f with the matches from left to right; none overlap.
func (m *multiMatcher) each(text string, f func(start, end int, id uint32)) {
	if m == nil {
		return
	}
	from := -1
	for i := range len(text) {
		if m.first[text[i]] {
			from = i
			break
		}
	}
	if from < 0 {
		return
	}
	longest := make([]int32, len(text)-from)
	state := int32(0)
	for i := len(text) - 1; i >= from; i-- {
		state = m.next(state, text[i])
		longest[i-from] = m.output[state]
	}
	for i := from; i < len(text); {
		if found := longest[i-from]; found >= 0 {
			n := m.found[found]
			f(i, i+len(n.text), n.id)
			i += len(n.text)
		} else {
			i++
		}
	}
}
