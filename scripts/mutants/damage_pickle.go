package main

import (
	"bytes"
	bin "encoding/binary"
	"math/rand/v2"
	"slices"
)

// damagePickle damages a file of pickles by whole opcodes, so that most of them are followed to some depth. What comes
// behind the pickles stays as it is.
func damagePickle(r *rand.Rand, b []byte) []byte {
	if r.IntN(8) == 0 {
		return damageBytes(r, b)
	}
	ops, rest := opcodes(b)
	if len(ops) == 0 {
		return damageBytes(r, b)
	}
	at, other := r.IntN(len(ops)), r.IntN(len(ops))
	switch r.IntN(8) {
	case 0:
		ops = slices.Delete(ops, at, at+1)
	case 1:
		ops[at] = ops[other]
	case 2:
		ops[at], ops[other] = ops[other], ops[at]
	case 3: // a part again and again
		part := ops[at:min(len(ops), at+1+r.IntN(12))]
		times := 1 + r.IntN(3)
		if r.IntN(20) == 0 {
			times = 1000
		}
		ops = slices.Insert(slices.Clone(ops), at, slices.Repeat(part, times)...)
	case 4:
		ops = slices.Insert(ops, at, []byte(bare[r.IntN(len(bare)):][:1]))
	case 5:
		ops[at] = number(r)
	default: // another value of the same kind
		if same := sameOps(ops, ops[at][0]); len(same) > 1 && r.IntN(3) > 0 {
			ops[at] = same[r.IntN(len(same))]
		} else {
			ops[at] = otherValue(r, bytes.Clone(ops[at]))
		}
	}
	return append(slices.Concat(ops...), rest...)
}

// bare are opcodes without an argument.
const bare = "(.012NQR]})abetsu\x81\x85\x86\x87\x88\x89\x94\x8f\x90\x91\x93"

// number pushes a number at which readers break.
func number(r *rand.Rand) []byte {
	n := odd[r.IntN(len(odd))]
	switch r.IntN(3) {
	case 0:
		return []byte{'K', byte(n)}
	case 1:
		return bin.LittleEndian.AppendUint32([]byte{'J'}, uint32(n))
	}
	return bin.LittleEndian.AppendUint64([]byte{0x8a, 8}, n)
}

func sameOps(ops [][]byte, op byte) (same [][]byte) {
	for _, o := range ops {
		if o[0] == op {
			same = append(same, o)
		}
	}
	return same
}

// otherValue changes what follows an opcode, in its own length.
func otherValue(r *rand.Rand, op []byte) []byte {
	switch op[0] {
	case 'K', 'M', 'J', 'G', 'h', 'j', 'q', 'r':
		copy(op[1:], bin.LittleEndian.AppendUint64(nil, odd[r.IntN(len(odd))]))
	default:
		if fixed := 1 + lengthBytes[op[0]]; len(op) > fixed {
			op[fixed+r.IntN(len(op)-fixed)] ^= 1 << r.IntN(8)
		}
	}
	return op
}

// lengthBytes are how long the length is that comes before an argument.
var lengthBytes = map[byte]int{
	'U': 1, 'C': 1, 0x8c: 1, 0x8a: 1, 'X': 4, 'T': 4, 'B': 4, 0x8b: 4, 0x8d: 8, 0x8e: 8, 0x96: 8,
}

// argument is how long an argument of fixed length is.
var argument = map[byte]int{
	0x80: 1, 'K': 1, 'h': 1, 'q': 1, 0x82: 1, 'M': 2, 0x83: 2, 'J': 4, 'j': 4, 'r': 4, 0x84: 4, 'G': 8, 0x95: 8,
}

// opcodes divides pickles that follow each other into opcodes with their arguments, as far as they can be followed.
func opcodes(b []byte) (ops [][]byte, rest []byte) {
	for len(b) > 0 {
		op, n := b[0], 1+argument[b[0]]
		if width, counted := lengthBytes[op]; counted && len(b) > width {
			var word [8]byte
			copy(word[:], b[1:1+width])
			if length := bin.LittleEndian.Uint64(word[:]); length < uint64(len(b)) {
				n = 1 + width + int(length)
			}
		}
		for lines := map[byte]int{'c': 2, 'i': 2, 'I': 1, 'L': 1, 'F': 1, 'S': 1, 'V': 1, 'P': 1, 'p': 1, 'g': 1}[op]; lines > 0; lines-- {
			end := bytes.IndexByte(b[n:], '\n')
			if end < 0 {
				return ops, b
			}
			n += end + 1
		}
		if n > len(b) {
			return ops, b
		}
		ops, b = append(ops, b[:n:n]), b[n:]
		if op == '.' && (len(b) == 0 || b[0] != 0x80) {
			return ops, b
		}
	}
	return ops, b
}
