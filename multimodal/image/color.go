package image

import "math"

// HSV is hue, saturation and value of a picture RGB, each of 0 to 255, as Pillow's convert("HSV"). [Image.FromHSV] is the
// way back.
func (m *Image) HSV() *Image {
	return m.threeToThree("HSV", func(p, o []uint8) {
		r, g, b := p[0], p[1], p[2]
		low, high := min(r, g, b), max(r, g, b)
		o[0], o[1], o[2] = 0, 0, high
		if low == high {
			return
		}
		span := float32(high - low)
		rc, gc, bc := float32(high-r)/span, float32(high-g)/span, float32(high-b)/span
		var h float32
		switch high {
		case r:
			h = bc - gc
		case g:
			h = float32(2 + float64(rc) - float64(bc))
		default:
			h = float32(4 + float64(gc) - float64(rc))
		}
		h = float32(fraction(float64(h)/6 + 1))
		o[0], o[1] = clip8(int(float64(h)*255)), clip8(int(float64(span/float32(high))*255))
	})
}

// fraction is what is behind the point.
func fraction(v float64) float64 { return v - float64(int(v)) }

// FromHSV is RGB of a picture of hue, saturation and value, as Pillow converts it.
func (m *Image) FromHSV() *Image {
	return m.threeToThree("FromHSV", func(p, o []uint8) {
		h, s, v := p[0], p[1], p[2]
		if s == 0 {
			o[0], o[1], o[2] = v, v, v
			return
		}
		at := float64(h) * 6 / 255
		i := int(at)
		f, fs, fv := float32(at-float64(i)), float32(float64(s)/255), float64(v)
		part := func(x float64) uint8 { return clip8(int(math.Round(fv * (1 - x)))) }
		low, down, up := part(float64(fs)), part(float64(fs*f)), part(float64(fs)*(1-float64(f)))
		switch i % 6 {
		case 0:
			o[0], o[1], o[2] = v, up, low
		case 1:
			o[0], o[1], o[2] = down, v, low
		case 2:
			o[0], o[1], o[2] = low, v, up
		case 3:
			o[0], o[1], o[2] = low, down, v
		case 4:
			o[0], o[1], o[2] = up, low, v
		default:
			o[0], o[1], o[2] = v, low, down
		}
	})
}

// YCbCr is luma and the two differences of colour of a picture RGB, as in JPEG and as Pillow's convert("YCbCr").
func (m *Image) YCbCr() *Image {
	return m.threeToThree("YCbCr", func(p, o []uint8) {
		r, g, b := int(p[0]), int(p[1]), int(p[2])
		o[0] = uint8((yccTable[0][r] + yccTable[1][g] + yccTable[2][b]) >> yccBits)
		o[1] = uint8((yccTable[3][r]+yccTable[4][g]+yccTable[5][b])>>yccBits + 128)
		o[2] = uint8((yccTable[5][r]+yccTable[6][g]+yccTable[7][b])>>yccBits + 128)
	})
}

// FromYCbCr is RGB of a picture of luma and two differences of colour, as Pillow converts it.
func (m *Image) FromYCbCr() *Image {
	return m.threeToThree("FromYCbCr", func(p, o []uint8) {
		y, b, r := int(p[0]), p[1], p[2]
		o[0] = clip8(y + yccBack[0][r]>>yccBits)
		o[1] = clip8(y + (yccBack[1][b]+yccBack[2][r])>>yccBits)
		o[2] = clip8(y + yccBack[3][b]>>yccBits)
	})
}

// yccBits is the precision of Pillow's tables.
const yccBits = 6

// Pillow rounds each product to 6 bits.
var yccTable, yccBack = func() (to [8][256]int, back [4][256]int) {
	rounded := func(f float64) int { return int(f*(1<<yccBits) + 0.5) } // towards 0, also below it
	for i := range 256 {
		for c, f := range []float64{0.29900, 0.58700, 0.11400, -0.16874, -0.33126, 0.50000, -0.41869, -0.08131} {
			to[c][i] = rounded(f * float64(i))
		}
		for c, f := range []float64{1.40200, -0.34414, -0.71414, 1.77200} {
			back[c][i] = rounded(f * float64(i-128))
		}
	}
	return to, back
}()

// threeToThree makes a picture of three channels from one, pixel by pixel. Opacity is dropped.
func (m *Image) threeToThree(op string, f func(from, to []uint8)) *Image {
	m.need(op, 3, 4)
	out := New(m.Height, m.Width, 3)
	for i, o := 0, 0; i < len(m.Pix); i, o = i+m.Channels, o+3 {
		f(m.Pix[i:i+3:i+3], out.Pix[o:o+3:o+3])
	}
	return out
}
