package sound

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
)

// The most that the code books of a Vorbis file may have. Those of libvorbis have some thousand entries in all; a header
// of a few bytes can ask for 2^40.
const (
	maxBookEntries = 1 << 14
	maxBookValues  = 1 << 20 // of all books
)

// checkSetup looks through the code books and residues of a setup header before the decoder does: that makes whatever room
// it is told to, takes zeros behind the header's end, and goes through residues that end before they begin for ever.
//
// The header that it returns is for this decoder, which reads a class of floors that have no partition, and so no class.
func checkSetup(header []byte) (mended []byte, err error) {
	if len(header) < 8 || string(header[1:7]) != "vorbis" {
		return nil, errors.New("the Ogg file lacks Vorbis' setup header; copy it again")
	}
	r := &bitReader{data: header[7:]}
	values := 0
	for i := range r.read(8) + 1 {
		n, err := checkBook(r)
		if values += n; err == nil && values > maxBookValues {
			err = fmt.Errorf("more than %d values", maxBookValues)
		}
		if err == nil && r.past {
			err = errors.New("the header ends")
		}
		if err != nil {
			return nil, fmt.Errorf("the Ogg file's Vorbis code book %d is damaged (%w); copy it again", i, err)
		}
	}
	r.skip(16 * (r.read(6) + 1)) // times
	var missing []int
	for range r.read(6) + 1 {
		if empty := r.at + 21; r.peek(21)>>16 == 0 && r.peek(16) == 1 {
			missing = append(missing, empty)
		}
		if err := skipFloor(r); err != nil {
			return nil, fmt.Errorf("the Ogg file's Vorbis setup is damaged (%w); copy it again", err)
		}
	}
	for range r.read(6) + 1 {
		if err := checkResidue(r); err != nil {
			return nil, fmt.Errorf("the Ogg file's Vorbis setup is damaged (%w); copy it again", err)
		}
	}
	if r.past {
		return nil, errors.New("the Ogg file's Vorbis setup ends too early; copy it again")
	}
	return append(header[:7:7], insertClasses(header[7:], missing)...), nil
}

// insertClasses puts 13 bits, a class of one dimension and no subclass, at each of these places.
func insertClasses(b []byte, at []int) []byte {
	if len(at) == 0 {
		return b
	}
	out := make([]byte, len(b)+2*len(at))
	to := 0
	for i := range 8 * len(b) {
		if len(at) > 0 && at[0] == i {
			to, at = to+13, at[1:]
		}
		out[to>>3] |= b[i>>3] >> (i & 7) & 1 << (to & 7)
		to++
	}
	return out
}

func skipFloor(r *bitReader) error {
	switch kind := r.read(16); kind {
	case 0:
		r.skip(8 + 16 + 16 + 6 + 8)
		r.skip(8 * (r.read(4) + 1))
	case 1:
		partitions := make([]int, r.read(5))
		classes := 0
		for i := range partitions {
			partitions[i] = r.read(4)
			classes = max(classes, partitions[i]+1)
		}
		dimensions := make([]int, classes)
		for i := range dimensions {
			dimensions[i] = r.read(3) + 1
			subclasses := r.read(2)
			if subclasses > 0 {
				r.skip(8)
			}
			r.skip(8 << subclasses)
		}
		r.skip(2)
		width := r.read(4)
		for _, class := range partitions {
			r.skip(width * dimensions[class])
		}
	default:
		return fmt.Errorf("a floor of kind %d", kind)
	}
	return nil
}

func checkResidue(r *bitReader) error {
	kind, begin, end := r.read(16), r.read(24), r.read(24)
	if kind > 2 || begin > end {
		return fmt.Errorf("a residue of kind %d from %d to %d", kind, begin, end)
	}
	r.skip(24)
	classes := r.read(6) + 1
	r.skip(8)
	books := 0
	for range classes {
		cascade := r.read(3)
		if r.read(1) == 1 {
			cascade |= r.read(5) << 3
		}
		books += bits.OnesCount(uint(cascade))
	}
	r.skip(8 * books)
	return nil
}

// checkBook skips a code book and says how much room it needs.
func checkBook(r *bitReader) (values int, err error) {
	if r.read(24) != 0x564342 {
		return 0, errors.New("it does not begin with BCV")
	}
	dimensions, entries := r.read(16), r.read(24)
	if dimensions < 1 || entries < 2 || entries > maxBookEntries || dimensions*entries > maxBookValues {
		return 0, fmt.Errorf("%d entries of %d dimensions", entries, dimensions)
	}
	used := entries
	if r.read(1) == 0 {
		if sparse := r.read(1); sparse == 0 {
			r.skip(5 * entries)
		} else {
			used = 0
			for range entries {
				if r.read(1) == 1 {
					r.skip(5)
					used++
				}
			}
		}
	} else {
		length := r.read(5) + 1
		for current := 0; current < entries; length++ {
			n := r.read(bits.Len(uint(entries - current)))
			if current += n; current > entries || length > 32 || r.past {
				return 0, errors.New("its lengths don't add up")
			}
		}
	}
	if used == 0 {
		return 0, errors.New("no entry is used")
	}
	values = entries * dimensions
	switch kind := r.read(4); kind {
	case 0:
		return entries, nil
	case 1, 2:
		r.skip(64)
		width := r.read(4) + 1
		r.skip(1)
		n := values
		if kind == 1 {
			n = int(math.Floor(math.Pow(float64(entries), 1/float64(dimensions)))) // as the decoder computes it
		}
		r.skip(width * n)
	default:
		return 0, fmt.Errorf("a lookup of kind %d", kind)
	}
	return values + entries, nil
}

// bitReader reads numbers whose first bit is the lowest.
type bitReader struct {
	data []byte
	at   int  // bits
	past bool // it was read beyond the end
}

func (r *bitReader) read(n int) (v int) {
	for i := range n {
		if r.at>>3 >= len(r.data) {
			r.past = true
			return 0
		}
		v |= int(r.data[r.at>>3]>>(r.at&7)&1) << i
		r.at++
	}
	return v
}

// peek is read, without going on.
func (r *bitReader) peek(n int) int {
	ahead := *r
	return ahead.read(n)
}

func (r *bitReader) skip(n int) {
	r.at += n
	r.past = r.past || r.at > 8*len(r.data)
}
