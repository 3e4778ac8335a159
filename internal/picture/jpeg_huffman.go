package picture

import (
	"encoding/binary"
	"errors"
)

const (
	lookBits   = 10 // how many bits of a code the tables look at
	endOfBlock = 64 // the run that stands for the code that nothing more comes
)

var errCode = errors.New("it has a code that means nothing")

// huffman is a table of codes.
type huffman struct {
	look    [1 << lookBits]uint16 // by the next bits: length << 8 | symbol, 0 for longer codes
	values  [1 << lookBits]int32  // the same with a value behind the code: value << 16 | run << 8 | length of both, 0: none
	maxCode [18]int32             // by length: the largest code, -1: there is none
	offset  [18]int32             // from a code to the place of its symbol
	symbols [256]uint8
}

func (j *jpegImage) huffmanTables(b []byte) error {
	for len(b) > 0 {
		if len(b) < 17 {
			return errCut
		}
		class, id := b[0]>>4, b[0]&15
		if class > 1 || id > 3 {
			return errors.New("a Huffman table has a wrong number")
		}
		h, n, err := newHuffman(b[1:17], b[17:])
		if err != nil {
			return err
		}
		if class == 0 {
			j.dc[id] = h
		} else {
			h.lookForValues()
			j.ac[id] = h
		}
		b = b[17+n:]
	}
	return nil
}

func newHuffman(counts, symbols []byte) (h *huffman, n int, err error) {
	h = &huffman{}
	for _, c := range counts {
		n += int(c)
	}
	if n > 256 || n > len(symbols) {
		return nil, 0, errors.New("a Huffman table is too long")
	}
	copy(h.symbols[:], symbols[:n])
	code, k := int32(0), int32(0)
	for length := 1; length <= 16; length++ {
		count := int32(counts[length-1])
		h.offset[length], h.maxCode[length] = k-code, -1
		if code+count > 1<<length {
			return nil, 0, errors.New("a Huffman table has too many codes")
		}
		for range count {
			if length <= lookBits {
				first := code << (lookBits - length)
				for i := range int32(1) << (lookBits - length) {
					h.look[first+i] = uint16(length)<<8 | uint16(h.symbols[k])
				}
			}
			code, k = code+1, k+1
		}
		if count > 0 {
			h.maxCode[length] = code - 1
		}
		code <<= 1
	}
	return h, n, nil
}

// lookForValues notes short values together with their codes.
func (h *huffman) lookForValues() {
	for bits, e := range h.look {
		length, run, size := int(e>>8), int32(e>>4&15), int(e&15)
		if e != 0 && e&0xff == 0 {
			h.values[bits] = endOfBlock<<8 | int32(length)
			continue
		}
		if e == 0 || size == 0 || length+size > lookBits {
			continue
		}
		raw := uint64(bits) << (64 - lookBits) << length >> (64 - size)
		h.values[bits] = extend(raw, size)<<16 | run<<8 | int32(length+size)
	}
}

// extend is a value of so many bits: those that begin with 0 are negative.
func extend(raw uint64, size int) int32 {
	v := int32(raw)
	if v < 1<<(size-1) {
		v += -1<<size + 1
	}
	return v
}

// bitReader reads the entropy-coded bytes of a scan.
type bitReader struct {
	data []byte
	at   int
	acc  uint64 // the next bits, from the top
	n    int    // how many of them count
	made int    // of these, how many stand for what is missing at the end
}

// fill makes sure that there are at least 48 bits, zeros past the end.
func (r *bitReader) fill() {
	if r.n >= 48 {
		return
	}
	if r.at+8 <= len(r.data) {
		v := binary.BigEndian.Uint64(r.data[r.at:])
		if (^v-0x0101010101010101)&v&0x8080808080808080 == 0 { // none of the eight is FF
			r.acc |= v >> r.n
			k := (63 - r.n) >> 3
			r.at += k
			r.n += k << 3
			return
		}
	}
	r.fillSlowly()
}

func (r *bitReader) fillSlowly() {
	for r.n <= 56 {
		b := byte(0)
		switch {
		case r.at >= len(r.data):
			r.made += 8
		case r.data[r.at] != 0xff:
			b = r.data[r.at]
			r.at++
		case r.at+1 < len(r.data) && r.data[r.at+1] == 0:
			b = 0xff
			r.at += 2
		default:
			r.made += 8 // a marker
		}
		r.acc |= uint64(b) << (56 - r.n)
		r.n += 8
	}
}

func (r *bitReader) skip(n int) {
	r.acc <<= n
	r.n -= n
}

// take is the next n bits, 1 to 16.
func (r *bitReader) take(n int) uint64 {
	v := r.acc >> (64 - n)
	r.skip(n)
	return v
}

func (r *bitReader) bit() bool {
	r.fill()
	return r.take(1) == 1
}

// cut reports whether more was read than there is.
func (r *bitReader) cut() bool { return r.n < r.made }

// symbol reads a code. There must be 16 bits.
func (r *bitReader) symbol(h *huffman) (uint8, error) {
	if e := h.look[r.acc>>(64-lookBits)]; e != 0 {
		r.skip(int(e >> 8))
		return uint8(e), nil
	}
	for length := lookBits + 1; length <= 16; length++ {
		code := int32(r.acc >> (64 - length))
		if code <= h.maxCode[length] {
			r.skip(length)
			return h.symbols[uint8(code+h.offset[length])], nil
		}
	}
	return 0, errCode
}
