package mp3

// readSide reads the side information: where the data begin, before the frame, which scale factors of the second granule are
// those of the first, and the granules.
func readSide(b []byte, h Header) (begin int, scfsi [2][4]bool, granules [][2]granule) {
	r := &bitReader{data: b}
	if h.Version == 1 {
		begin = r.bits(9)
		r.bits([3]int{1: 5, 2: 3}[h.Channels])
		for ch := range h.Channels {
			for band := range 4 {
				scfsi[ch][band] = r.flag()
			}
		}
	} else {
		begin = r.bits(8)
		r.bits(h.Channels)
	}
	granules = make([][2]granule, 2/h.Version)
	for half := range granules {
		for ch := range h.Channels {
			granules[half][ch].readSide(r, h)
		}
	}
	return begin, scfsi, granules
}

func (g *granule) readSide(r *bitReader, h Header) {
	g.dataBits, g.bigValues, g.gain = r.bits(12), r.bits(9), r.bits(8)
	g.compress = r.bits([3]int{1: 4, 2: 9}[h.Version])
	if g.switched = r.flag(); g.switched {
		g.block, g.mixed = r.bits(2), r.flag()
		g.tables[0], g.tables[1] = r.bits(5), r.bits(5)
		for w := range 3 {
			g.subblockGain[w] = r.bits(3)
		}
		g.mixed = g.mixed && g.block == 2
	} else {
		for i := range 3 {
			g.tables[i] = r.bits(5)
		}
		g.region0, g.region1 = r.bits(4), r.bits(3)
	}
	if h.Version == 1 {
		g.preflag = r.flag()
	}
	g.coarse = r.flag()
	g.quads = 32 + r.bit()
}

// scaleBits are how many bits the lower and the upper scale factors have, by scalefac_compress.
var scaleBits = [16][2]int{
	{0, 0}, {0, 1}, {0, 2}, {0, 3}, {3, 0}, {1, 1}, {1, 2}, {1, 3}, {2, 1}, {2, 2}, {2, 3}, {3, 1}, {3, 2}, {3, 3}, {4, 2}, {4, 3},
}

// readScales reads the scale factors of MPEG-1.
func (g *granule) readScales(r *bitReader, same [4]bool, first *granule, half int) {
	low, high := scaleBits[g.compress][0], scaleBits[g.compress][1]
	if g.isShort() {
		from := 0
		if g.mixed {
			for band := range 8 {
				g.long[band] = r.bits(low)
			}
			from = 3
		}
		for band := from; band < 12; band++ {
			n := low
			if band >= 6 {
				n = high
			}
			for w := range 3 {
				g.short[band][w] = r.bits(n)
			}
		}
		return
	}
	ends := [5]int{0, 6, 11, 16, 21}
	for i := range 4 {
		n := low
		if i >= 2 {
			n = high
		}
		for band := ends[i]; band < ends[i+1]; band++ {
			if half == 1 && same[i] {
				g.long[band] = first.long[band]
			} else {
				g.long[band] = r.bits(n)
			}
		}
	}
}

// scaleCounts are how many scale factors of MPEG-2 have each number of bits: of long, short and mixed blocks, by the kind
// that scalefac_compress says.
var scaleCounts = [3][3][4]int{
	{{6, 5, 5, 5}, {6, 5, 7, 3}, {11, 10, 0, 0}},
	{{9, 9, 9, 9}, {9, 9, 12, 6}, {18, 18, 0, 0}},
	{{6, 9, 9, 9}, {6, 9, 12, 6}, {15, 18, 0, 0}},
}

// readScales2 reads the scale factors of MPEG-2.
func (g *granule) readScales2(r *bitReader) {
	var width [4]int
	kind, c := 0, g.compress
	switch {
	case c < 400:
		width = [4]int{c >> 4 / 5, c >> 4 % 5, c & 15 >> 2, c & 3}
	case c < 500:
		kind, c = 1, c-400
		width = [4]int{c >> 2 / 5, c >> 2 % 5, c & 3, 0}
	default:
		kind, c = 2, c-500
		width = [4]int{c / 3, c % 3, 0, 0}
		g.preflag = true
	}
	block := 0
	if g.isShort() {
		block = 1
		if g.mixed {
			block = 2
		}
	}
	var all [39]int
	n := 0
	for i, count := range scaleCounts[block][kind] {
		for range count {
			all[n] = r.bits(width[i])
			n++
		}
	}
	switch block {
	case 0:
		copy(g.long[:], all[:21])
		return
	case 2:
		copy(g.long[:6], all[:6])
	}
	from, i := 0, 0
	if block == 2 {
		from, i = 3, 6
	}
	for band := from; band < 12; band++ {
		for w := range 3 {
			g.short[band][w] = all[i]
			i++
		}
	}
}
