package mp3

import (
	"errors"
	"math"
)

// bandsLong and bandsShort are where the scale factor bands begin, by version and rate: 44.1, 48 and 32 kHz, and halves.
var (
	bandsLong = [3][3][23]int{
		1: {
			{0, 4, 8, 12, 16, 20, 24, 30, 36, 44, 52, 62, 74, 90, 110, 134, 162, 196, 238, 288, 342, 418, 576},
			{0, 4, 8, 12, 16, 20, 24, 30, 36, 42, 50, 60, 72, 88, 106, 128, 156, 190, 230, 276, 330, 384, 576},
			{0, 4, 8, 12, 16, 20, 24, 30, 36, 44, 54, 66, 82, 102, 126, 156, 194, 240, 296, 364, 448, 550, 576},
		},
		2: {
			{0, 6, 12, 18, 24, 30, 36, 44, 54, 66, 80, 96, 116, 140, 168, 200, 238, 284, 336, 396, 464, 522, 576},
			{0, 6, 12, 18, 24, 30, 36, 44, 54, 66, 80, 96, 114, 136, 162, 194, 232, 278, 332, 394, 464, 540, 576},
			{0, 6, 12, 18, 24, 30, 36, 44, 54, 66, 80, 96, 116, 140, 168, 200, 238, 284, 336, 396, 464, 522, 576},
		},
	}
	bandsShort = [3][3][14]int{
		1: {
			{0, 4, 8, 12, 16, 22, 30, 40, 52, 66, 84, 106, 136, 192},
			{0, 4, 8, 12, 16, 22, 28, 38, 50, 64, 80, 100, 126, 192},
			{0, 4, 8, 12, 16, 22, 30, 42, 58, 78, 104, 138, 180, 192},
		},
		2: {
			{0, 4, 8, 12, 18, 24, 32, 42, 56, 74, 100, 132, 174, 192},
			{0, 4, 8, 12, 18, 26, 36, 48, 62, 80, 104, 136, 180, 192},
			{0, 4, 8, 12, 18, 26, 36, 48, 62, 80, 104, 134, 174, 192},
		},
	}
)

// longBands is how many long bands a mixed block has: those of its first 36 lines.
func longBands(h Header) int { return [3]int{1: 8, 2: 6}[h.Version] }

var errLines = errors.New("a frame has more values than frequencies")

// readLines reads the lines of a granule, which are coded up to a bit, and scales them.
func (g *granule) readLines(r *bitReader, end int, h Header) error {
	long := &bandsLong[h.Version][h.rate]
	region1, region2 := 0, lines
	switch {
	case g.switched && g.block == 2:
		region1 = 36
	case g.switched:
		region1 = long[8]
	default:
		region1 = long[min(g.region0+1, 22)]
		region2 = long[min(g.region0+g.region1+2, 22)]
	}
	n := 2 * g.bigValues
	if n > lines {
		return errLines
	}
	var values [lines]int
	for i := 0; i < n && r.at < end; i += 2 {
		table := g.tables[2]
		if i < region1 {
			table = g.tables[0]
		} else if i < region2 {
			table = g.tables[1]
		}
		values[i], values[i+1] = pair(r, table)
	}
	for n+4 <= lines && r.at < end {
		code := lookup(r, g.quads)
		var quad [4]int
		for i := range quad {
			if code>>(3-i)&1 == 1 {
				quad[i] = 1 - 2*r.bit()
			}
		}
		if r.at > end {
			break // the rest is filling
		}
		copy(values[n:], quad[:])
		n += 4
	}
	g.used = n
	g.scale(&values, h)
	return nil
}

// pair reads two values by a table.
func pair(r *bitReader, table int) (x, y int) {
	code := lookup(r, table)
	linear := huffmanMain[table].linbits
	one := func(v int) int {
		if linear > 0 && v == 15 {
			v += r.bits(linear)
		}
		if v != 0 && r.flag() {
			v = -v
		}
		return v
	}
	x = one(code >> 4)
	return x, one(code & 15)
}

// lookup reads a code.
func lookup(r *bitReader, table int) int {
	tree := huffmanMain[table].hufftable
	if tree == nil {
		return 0
	}
	for i := 0; ; {
		node := int(tree[i])
		if node < 0x100 {
			return node
		}
		shift := 8 - 8*r.bit()
		step := node >> shift & 0xff
		for step >= 250 {
			i += step
			step = int(tree[i]) >> shift & 0xff
		}
		i += step
	}
}

var (
	powers  [8207]float64 // of 4/3
	pretabs = [22]int{11: 1, 1, 1, 1, 2, 2, 3, 3, 3, 2, 0}
)

func init() {
	for i := range powers {
		powers[i] = math.Pow(float64(i), 4./3)
	}
}

// scale turns values into what they stand for: to the power of 4/3, times the gains.
func (g *granule) scale(values *[lines]int, h Header) {
	step := 0.5
	if g.coarse {
		step = 1
	}
	fill := func(from, to int, exponent float64) {
		factor := math.Exp2(exponent)
		for i := from; i < min(to, g.used); i++ {
			v := values[i]
			if v < 0 {
				g.x[i] = float32(-powers[-v] * factor)
			} else {
				g.x[i] = float32(powers[v] * factor)
			}
		}
	}
	gain := float64(g.gain-210) / 4
	long, short := &bandsLong[h.Version][h.rate], &bandsShort[h.Version][h.rate]
	bands, first := 22, 13
	if g.isShort() {
		bands, first = 0, 0
		if g.mixed {
			bands, first = longBands(h), 3
		}
	}
	for b := range bands {
		s := g.long[b]
		if g.preflag {
			s += pretabs[b]
		}
		fill(long[b], long[b+1], gain-step*float64(s))
	}
	for b := first; b < 13; b++ {
		width := short[b+1] - short[b]
		for w := range 3 {
			from := 3*short[b] + w*width
			fill(from, from+width, gain-2*float64(g.subblockGain[w])-step*float64(g.short[b][w]))
		}
	}
}
