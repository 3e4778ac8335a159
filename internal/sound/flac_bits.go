package sound

import (
	"bufio"
	"math/bits"
)

// flacBits reads the bits of FLAC's frames, and sums up the bytes that they are of. It takes no byte before it is asked for.
type flacBits struct {
	in    *bufio.Reader
	left  uint64 // bits that were taken and not read yet, the last ones
	n     int    // how many
	crc8  byte
	crc16 uint16
	err   error // the first one; zeros are read from then on
}

func (b *flacBits) fetch() {
	v, err := b.in.ReadByte()
	if err != nil {
		if b.err == nil {
			b.err = err
		}
		v = 0
	} else {
		b.crc8 = flacTable8[b.crc8^v]
		b.crc16 = b.crc16<<8 ^ flacTable16[byte(b.crc16>>8)^v]
	}
	b.left = b.left<<8 | uint64(v)
	b.n += 8
}

// read reads up to 33 bits.
func (b *flacBits) read(n int) uint64 {
	for b.n < n {
		b.fetch()
	}
	b.n -= n
	return b.left >> b.n & (1<<n - 1)
}

// signed reads a number in two's complement.
func (b *flacBits) signed(n int) int64 {
	if n == 0 {
		return 0
	}
	return int64(b.read(n)<<(64-n)) >> (64 - n)
}

// zeros counts the zeros before the next one, which it takes as well.
func (b *flacBits) zeros() (count uint64) {
	for b.err == nil {
		if rest := b.left & (1<<b.n - 1); rest != 0 {
			first := bits.Len64(rest)
			count += uint64(b.n - first)
			b.n = first - 1
			return count
		}
		count += uint64(b.n)
		b.n = 0
		b.fetch()
	}
	return 0
}

var (
	flacTable8  = flacTable[byte](0x07, 8)
	flacTable16 = func() (table [256]uint16) {
		for i, v := range flacTable[uint16](0x8005, 16) {
			table[i] = uint16(v)
		}
		return table
	}()
)

// The tables of FLAC's checksums.
func flacTable[T byte | uint16](polynomial T, width int) (table [256]T) {
	for i := range table {
		v := T(i) << (width - 8)
		for range 8 {
			v = v<<1 ^ v>>(width-1)*polynomial
		}
		table[i] = v
	}
	return table
}
