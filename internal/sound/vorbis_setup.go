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

// checkSetup looks through the code books of a setup header before the decoder makes room for them: it believes what it
// reads, and zeros behind the header's end.
func checkSetup(header []byte) error {
	if len(header) < 8 || string(header[1:7]) != "vorbis" {
		return errors.New("the Ogg file lacks Vorbis' setup header; copy it again")
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
			return fmt.Errorf("the Ogg file's Vorbis code book %d is damaged (%w); copy it again", i, err)
		}
	}
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

func (r *bitReader) skip(n int) {
	r.at += n
	r.past = r.past || r.at > 8*len(r.data)
}
