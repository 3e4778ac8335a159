package mp3

import (
	"errors"
	"math"
)

// stereo makes left and right of what is coded together.
func stereo(pair []granule, h Header) error {
	if len(pair) < 2 {
		return nil
	}
	left, right := &pair[0], &pair[1]
	if h.intensity && h.Version == 2 {
		return errors.New("the frame has intensity stereo of MPEG-2, which is not read; convert the file to WAV")
	}
	both := lines // where intensity begins, the two are no sum and difference
	if h.intensity {
		both = intensity(left, right, h)
	}
	if h.ms {
		for i := range both {
			l, r := left.x[i], right.x[i]
			left.x[i], right.x[i] = (l+r)*(math.Sqrt2/2), (l-r)*(math.Sqrt2/2)
		}
	}
	return nil
}

// intensity spreads what the left channel has over both, in the bands above the last line of the right one: by its scale
// factors, 7 of which says that the band is none. It returns where that begins.
func intensity(left, right *granule, h Header) (begin int) {
	begin = lines
	spread := func(from, to, position int) {
		begin = min(begin, from)
		if position >= 7 {
			if h.ms {
				for i := from; i < to; i++ {
					l, r := left.x[i], right.x[i]
					left.x[i], right.x[i] = (l+r)*(math.Sqrt2/2), (l-r)*(math.Sqrt2/2)
				}
			}
			return
		}
		ratio := math.Tan(float64(position) * math.Pi / 12)
		l, r := float32(ratio/(1+ratio)), float32(1/(1+ratio))
		if position == 6 {
			l, r = 1, 0
		}
		for i := from; i < to; i++ {
			left.x[i], right.x[i] = left.x[i]*l, left.x[i]*r
		}
	}
	long, short := &bandsLong[h.Version][h.rate], &bandsShort[h.Version][h.rate]
	if !right.isShort() {
		for b := range 22 {
			if long[b] >= right.used {
				spread(long[b], long[b+1], right.long[min(b, 20)])
			}
		}
		return begin
	}
	for b := range 13 {
		if 3*short[b] < right.used {
			continue
		}
		width := short[b+1] - short[b]
		for w := range 3 {
			from := 3*short[b] + w*width
			spread(from, from+width, right.short[min(b, 11)][w])
		}
	}
	return begin
}
