package main

import (
	"bytes"
	bin "encoding/binary"
	"math/rand/v2"
	"regexp"
	"strconv"
)

// odd are numbers at which readers break.
var odd = []uint64{0, 1, 2, 3, 0x7f, 0x80, 0xff, 0xffff, 1 << 31, 1<<32 - 1, 1 << 40, 1<<62 + 1, 1<<63 - 1, 1 << 63, 1<<64 - 1}

// flipBit turns one bit round.
func flipBit(r *rand.Rand, b []byte) []byte {
	b[r.IntN(len(b))] ^= 1 << r.IntN(8)
	return b
}

// damageBytes changes, repeats, moves or removes a part.
func damageBytes(r *rand.Rand, b []byte) []byte {
	if len(b) == 0 {
		return []byte{byte(r.Uint32())}
	}
	at := r.IntN(len(b))
	part := b[at:min(len(b), at+1+r.IntN(64))]
	switch r.IntN(7) {
	case 0:
		b[at] ^= 1 << r.IntN(8)
	case 1:
		b[at] = byte(r.Uint32())
	case 2:
		word := bin.LittleEndian.AppendUint64(nil, odd[r.IntN(len(odd))])
		copy(b[at:], word[:1<<r.IntN(4)])
	case 3:
		return b[:at]
	case 4:
		return append(b[:at:at], b[at+len(part):]...)
	case 5:
		return append(append(b[:at:at], bytes.Repeat(part, 1+r.IntN(20))...), b[at:]...)
	case 6:
		copy(b[r.IntN(len(b)):], bytes.Clone(part))
	}
	return b
}

// token finds numbers and texts, in JSON and in Python's literals.
var token = regexp.MustCompile(`-?\d+|"(?:[^"\\]|\\.)*"|'[^']*'`)

// damageText puts another token in the place of one, or a number at which readers break.
func damageText(r *rand.Rand, b []byte) []byte {
	all := token.FindAllIndex(b, -1)
	if len(all) == 0 || r.IntN(4) == 0 {
		return damageBytes(r, b)
	}
	at := all[r.IntN(len(all))]
	other := all[r.IntN(len(all))]
	by := bytes.Clone(b[other[0]:other[1]])
	if first := b[at[0]]; first != '"' && first != '\'' && r.IntN(2) == 0 {
		if n := odd[r.IntN(len(odd))]; r.IntN(2) == 0 {
			by = strconv.AppendUint(nil, n, 10)
		} else {
			by = strconv.AppendInt(nil, int64(n), 10)
		}
	}
	return append(append(b[:at[0]:at[0]], by...), b[at[1]:]...)
}

func damageJSON(r *rand.Rand, b []byte) []byte { return damageText(r, b) }

// damageHeader damages a safetensors file, mostly within its header, whose length is then right again.
func damageHeader(r *rand.Rand, b []byte) []byte {
	return damageCounted(r, b, 0, 8)
}

// damageNpy damages an npy file, mostly within its header of version 1, likewise.
func damageNpy(r *rand.Rand, b []byte) []byte {
	return damageCounted(r, b, 8, 2)
}

// damageCounted damages a text before which, at a place of the file, is its length of some bytes.
func damageCounted(r *rand.Rand, b []byte, at, width int) []byte {
	if len(b) < at+width || r.IntN(4) == 0 {
		return damageBytes(r, b)
	}
	var word [8]byte
	copy(word[:], b[at:at+width])
	n, begin := bin.LittleEndian.Uint64(word[:]), at+width
	if n > uint64(len(b)-begin) {
		return damageBytes(r, b)
	}
	text := damageText(r, bytes.Clone(b[begin:begin+int(n)]))
	length := bin.LittleEndian.AppendUint64(nil, uint64(len(text)))[:width]
	return append(append(append(b[:at:at], length...), text...), b[begin+int(n):]...)
}
