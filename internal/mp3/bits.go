package mp3

// bitReader reads numbers whose first bit is the highest. Behind the end are zeros.
type bitReader struct {
	data []byte
	at   int // bits
}

func (r *bitReader) bit() int {
	i := r.at >> 3
	if i >= len(r.data) {
		r.at++
		return 0
	}
	v := int(r.data[i] >> (7 - r.at&7) & 1)
	r.at++
	return v
}

func (r *bitReader) bits(n int) (v int) {
	for range n {
		v = v<<1 | r.bit()
	}
	return v
}

func (r *bitReader) flag() bool { return r.bit() == 1 }
