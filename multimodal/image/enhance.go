package image

import "math"

// blend is Pillow's Image.blend with a picture of no channel-wise difference in opacity: from + factor (m - from), cut off,
// and limited where the factor is outside of 0 to 1. from gives the other picture's byte for one of this.
func (m *Image) blend(factor float64, from func(pixel, channel int) uint8) *Image {
	out := m.Clone()
	f := float32(factor)
	colours := m.colours()
	for i := 0; i < len(m.Pix); i += m.Channels {
		for c := range colours {
			low := int(from(i, c))
			v := float32(low) + f*float32(int(m.Pix[i+c])-low)
			out.Pix[i+c] = uint8(min(max(v, 0), 255))
		}
	}
	return out
}

// colours is the number of channels without the opacity.
func (m *Image) colours() int { return min(m.Channels, 3) }

func positive(op string, factor float64) {
	if !(factor >= 0) || math.IsInf(factor, 1) {
		panic(invalid(op, "expected a factor of 0 or more, got %v", factor))
	}
}

// Brightness multiplies the pixels: 0 is black, 1 changes nothing, as torchvision's adjust_brightness on Pillow's pictures.
func (m *Image) Brightness(factor float64) *Image {
	positive("Brightness", factor)
	return m.blend(factor, func(int, int) uint8 { return 0 })
}

// Contrast spreads the pixels around the mean of the grey picture, as torchvision's adjust_contrast on Pillow's pictures.
func (m *Image) Contrast(factor float64) *Image {
	positive("Contrast", factor)
	sum := 0
	grey := m.Grey()
	for _, v := range grey.Pix {
		sum += int(v)
	}
	mean := uint8(float64(sum)/float64(len(grey.Pix)) + 0.5)
	return m.blend(factor, func(int, int) uint8 { return mean })
}

// Saturation spreads the pixels around their grey, as torchvision's adjust_saturation on Pillow's pictures.
func (m *Image) Saturation(factor float64) *Image {
	positive("Saturation", factor)
	m.need("Saturation", 1, 3, 4)
	if m.Channels == 1 {
		return m.Clone()
	}
	return m.blend(factor, func(i, _ int) uint8 { return luma(m.Pix[i], m.Pix[i+1], m.Pix[i+2]) })
}

// Sharpness spreads the pixels around the smoothed picture's, as torchvision's adjust_sharpness on Pillow's pictures.
func (m *Image) Sharpness(factor float64) *Image {
	positive("Sharpness", factor)
	smooth := m.smooth()
	return m.blend(factor, func(i, c int) uint8 { return smooth.Pix[i+c] })
}

// smooth is Pillow's SMOOTH: a kernel of ones with a 5 in its middle, and the outermost pixels as they were.
func (m *Image) smooth() *Image {
	out := m.Clone()
	n := m.Width * m.Channels
	for y := 1; y < m.Height-1; y++ {
		for x := m.Channels; x < n-m.Channels; x++ {
			i := y*n + x
			sum := 4 * int(m.Pix[i])
			for _, row := range []int{i - n, i, i + n} {
				sum += int(m.Pix[row-m.Channels]) + int(m.Pix[row]) + int(m.Pix[row+m.Channels])
			}
			out.Pix[i] = clip8((2*sum + 13) / 26)
		}
	}
	return out
}

// Hue turns the hue by a part of the circle, from -0.5 to 0.5, as torchvision's adjust_hue on Pillow's pictures.
func (m *Image) Hue(by float64) *Image {
	if !(by >= -0.5 && by <= 0.5) {
		panic(invalid("Hue", "expected -0.5 to 0.5, got %v", by))
	}
	m.need("Hue", 1, 3, 4)
	if m.Channels == 1 {
		return m.Clone()
	}
	hsv := m.HSV()
	for i := 0; i < len(hsv.Pix); i += 3 {
		hsv.Pix[i] += uint8(int(by * 255))
	}
	rgb := hsv.FromHSV()
	if m.Channels == 3 {
		return rgb
	}
	out := rgb.RGBA()
	for i := 3; i < len(out.Pix); i += 4 {
		out.Pix[i] = m.Pix[i]
	}
	return out
}

// Invert is 255 less the pixels.
func (m *Image) Invert() *Image {
	return m.byTable(func(v int) int { return 255 - v })
}

// Solarize inverts the pixels from a threshold on, as Pillow's ImageOps.solarize.
func (m *Image) Solarize(threshold int) *Image {
	return m.byTable(func(v int) int {
		if v < threshold {
			return v
		}
		return 255 - v
	})
}

// Posterize keeps the upper bits, 1 to 8, as Pillow's ImageOps.posterize.
func (m *Image) Posterize(bits int) *Image {
	if bits < 0 || bits > 8 {
		panic(invalid("Posterize", "expected 0 to 8 bits, got %d", bits))
	}
	return m.byTable(func(v int) int { return v &^ (1<<(8-bits) - 1) })
}

func (m *Image) byTable(f func(v int) int) *Image {
	var table [256]uint8
	for v := range table {
		table[v] = clip8(f(v))
	}
	return m.each(&table)
}
