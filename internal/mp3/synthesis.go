package mp3

import "math"

// reorder brings the lines of short blocks from window after window, in each band, to frequency after frequency.
func (g *granule) reorder(h Header) {
	if !g.isShort() {
		return
	}
	short := &bandsShort[h.Version][h.rate]
	first := 0
	if g.mixed {
		first = 3
	}
	var band [lines]float32
	for b := first; b < 13; b++ {
		width := short[b+1] - short[b]
		part := g.x[3*short[b] : 3*short[b+1]]
		for w := range 3 {
			for j := range width {
				band[3*j+w] = part[w*width+j]
			}
		}
		copy(part, band[:3*width])
	}
}

// aliasSum and aliasDifference are the butterflies' coefficients, of ISO/IEC 11172-3, table 3-B.9.
var aliasSum, aliasDifference = func() (s, a [8]float32) {
	for i, c := range [8]float64{-0.6, -0.535, -0.33, -0.185, -0.095, -0.041, -0.0142, -0.0037} {
		s[i], a[i] = float32(1/math.Sqrt(1+c*c)), float32(c/math.Sqrt(1+c*c))
	}
	return s, a
}()

// antialias takes from neighbouring bands what each has of the other.
func (g *granule) antialias(h Header) {
	bands := 32
	if g.isShort() {
		if !g.mixed {
			return
		}
		bands = 2
	}
	for b := 1; b < bands; b++ {
		for i := range 8 {
			low, high := &g.x[18*b-1-i], &g.x[18*b+i]
			l, u := *low, *high
			*low = l*aliasSum[i] - u*aliasDifference[i]
			*high = u*aliasSum[i] + l*aliasDifference[i]
		}
	}
}

// cosines and windows of the inverse modified cosine transform.
var (
	cos12   [6][12]float32
	cos36   [18][36]float32
	windows [4][36]float32
)

func init() {
	for m := range cos12 {
		for p := range cos12[m] {
			cos12[m][p] = float32(math.Cos(math.Pi / 24 * float64((2*p+7)*(2*m+1))))
		}
	}
	for m := range cos36 {
		for p := range cos36[m] {
			cos36[m][p] = float32(math.Cos(math.Pi / 72 * float64((2*p+19)*(2*m+1))))
		}
	}
	for i := range 36 {
		long := float32(math.Sin(math.Pi / 36 * (float64(i) + 0.5)))
		short := func(i int) float32 { return float32(math.Sin(math.Pi / 12 * (float64(i) + 0.5))) }
		windows[0][i] = long
		switch {
		case i < 18:
			windows[1][i] = long
		case i < 24:
			windows[1][i] = 1
		case i < 30:
			windows[1][i] = short(i - 18)
		}
		switch {
		case i >= 18:
			windows[3][i] = long
		case i >= 12:
			windows[3][i] = 1
		case i >= 6:
			windows[3][i] = short(i - 6)
		}
		if i < 12 {
			windows[2][i] = short(i)
		}
	}
}

// transform brings the lines of each of the 32 bands to 18 samples of it.
func (g *granule) transform(overlap *[lines]float32) {
	for band := range 32 {
		x := g.x[18*band : 18*band+18]
		block := g.block
		if !g.switched || g.mixed && band < 2 {
			block = 0
		}
		var out [36]float32
		if block == 2 {
			for w := range 3 {
				for p := range 12 {
					sum := float32(0)
					for m := range 6 {
						sum += x[w+3*m] * cos12[m][p]
					}
					out[6*w+p+6] += sum * windows[2][p]
				}
			}
		} else {
			for m, v := range x {
				if v != 0 {
					for p, c := range &cos36[m] {
						out[p] += v * c
					}
				}
			}
			for p, w := range &windows[block] {
				out[p] *= w
			}
		}
		rest := overlap[18*band : 18*band+18]
		for i := range x {
			x[i] = out[i] + rest[i]
			if band&i&1 == 1 {
				x[i] = -x[i] // every other band is upside down
			}
		}
		copy(rest, out[18:])
	}
}

var matrix = func() (m [64][32]float32) {
	for i := range m {
		for j := range m[i] {
			m[i][j] = float32(math.Cos(float64((16+i)*(2*j+1)) * (math.Pi / 64)))
		}
	}
	return m
}()

// synthesize puts the 32 bands together: 576 samples, every stride-th of out.
func synthesize(x *[lines]float32, v *[1024]float32, out []float32, stride int) {
	for t := range 18 {
		copy(v[64:], v[:1024-64])
		var bands [32]float32
		for b := range bands {
			bands[b] = x[18*b+t]
		}
		for i := range 64 {
			sum := float32(0)
			for b, m := range &matrix[i] {
				sum += m * bands[b]
			}
			v[i] = sum
		}
		for i := range 32 {
			sum := float32(0)
			for j := range 8 {
				sum += v[128*j+i]*synthDtbl[64*j+i] + v[128*j+96+i]*synthDtbl[64*j+32+i]
			}
			out[(32*t+i)*stride] = sum
		}
	}
}
