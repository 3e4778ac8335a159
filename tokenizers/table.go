package tokenizers

import (
	"math/bits"
	"math/rand/v2"
)

// A pairTable maps pairs of numbers to two numbers: merges, and the steps of a trie. It is Go's map made for this, three
// times as fast; a random seed keeps hostile files from choosing keys that meet.
type pairTable struct {
	slots []pairSlot
	mask  uint64
	seed  uint64
}

type pairSlot struct {
	key  uint64 // plus one; 0: empty
	a, b uint32
}

func newPairTable(n int) *pairTable {
	size := 1 << bits.Len(uint(n+n/2+1))
	return &pairTable{slots: make([]pairSlot, size), mask: uint64(size - 1), seed: rand.Uint64() | 1}
}

func (t *pairTable) slot(key uint64) *pairSlot {
	high, low := bits.Mul64(key^t.seed, 0x9E3779B97F4A7C15)
	for i := high ^ low; ; i++ {
		s := &t.slots[i&t.mask]
		if s.key == key || s.key == 0 {
			return s
		}
	}
}

// put notes what a key stands for; a later one wins.
func (t *pairTable) put(key uint64, a, b uint32) { *t.slot(key + 1) = pairSlot{key + 1, a, b} }

// get is what a key stands for.
func (t *pairTable) get(key uint64) (a, b uint32, ok bool) {
	s := t.slot(key + 1)
	return s.a, s.b, s.key != 0
}

// pair is the key of two numbers below 1<<31.
func pair(a, b uint32) uint64 { return uint64(a)<<32 | uint64(b) }
