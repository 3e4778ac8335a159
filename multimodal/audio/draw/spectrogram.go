package draw

import (
	"image"
	"image/color"
	"math"
	"slices"

	"golang.org/x/image/draw"

	"multitorch/multimodal/audio"
	"multitorch/multimodal/audio/functional"
	"multitorch/torch"
)

// Spectrogram draws a spectrogram [freq, frames] or [1, freq, frames] that a module of this definition made: as it is, so
// take logarithms first. Its axes are seconds, and hertz as the definition has them, of mels or of the transform's
// frequencies; the coefficients of [audio.MFCC] are numbered. The colours go from the least to the largest value.
func Spectrogram(title string, spec *torch.Tensor, c audio.Config) image.Image {
	for spec.Dim() > 2 && spec.Size(0) == 1 {
		spec = spec.Select(0, 0)
	}
	if spec.Dim() != 2 || spec.Numel() == 0 || spec.DType().IsComplex() || c.SampleRate < 1 {
		panic(invalid("Spectrogram", "expected a real spectrogram [freq, frames], but got %s %v", spec.DType(), spec.Shape()))
	}
	rows, frames := spec.Size(0), spec.Size(1)
	v := values(spec)
	low, high := bounds(v)
	cv := newCanvas(title, barRoom)
	columns := min(frames, 4*cv.plot.Dx())
	small := image.NewRGBA(image.Rect(0, 0, columns, rows))
	for i := range rows * columns {
		row, column := i/columns, i%columns
		several := v[row*frames+column*frames/columns : row*frames+(column+1)*frames/columns]
		small.Set(column, rows-1-row, magma((float64(slices.Max(several))-low)/(high-low)))
	}
	scaler := draw.Interpolator(draw.BiLinear)
	if rows < cv.plot.Dy()/8 || frames < cv.plot.Dx()/40 {
		scaler = draw.NearestNeighbor // large cells: their edges say how many there are
	}
	scaler.Scale(cv, cv.plot, small, small.Bounds(), draw.Src, nil)

	hop := c.HopLength
	if hop == 0 {
		hop = audio.NewSpectrogram(c).Config().HopLength
	}
	cv.timeAxis(float64(frames*hop)/float64(c.SampleRate), false)
	cv.frequencies(rows, c)
	cv.frame()
	cv.bar(low, high)
	return cv
}

// bounds are the least and the largest value that can be drawn.
func bounds(v []float32) (low, high float64) {
	finite := slices.DeleteFunc(slices.Clone(v), func(x float32) bool { return x-x != 0 })
	if len(finite) == 0 {
		return 0, 1
	}
	low, high = float64(slices.Min(finite)), float64(slices.Max(finite))
	if high == low {
		high = low + 1
	}
	return low, high
}

// frequencies marks the rows in hertz.
func (c *canvas) frequencies(rows int, d audio.Config) {
	half := float64(d.SampleRate) / 2
	fMax := d.FMax
	if fMax <= 0 {
		fMax += half
	}
	switch {
	case rows == d.NMels:
		scale := string(d.MelScale)
		low, high := functional.HzToMel(d.FMin, scale), functional.HzToMel(fMax, scale)
		for _, hz := range []float64{0, 250, 500, 1000, 2000, 4000, 8000, 16000, 32000} {
			if at := (functional.HzToMel(hz, scale) - low) / (high - low); at >= 0 && at <= 1 {
				c.mark(at, number(hz), false)
			}
		}
		c.text("Hz", left-9, top-12, rightmost, ink)
	case rows > d.NMFCC && d.NFFT == 0 || rows == d.NFFT/2+1:
		for _, hz := range ticks(0, half, 6) {
			c.mark(hz/half, number(hz), false)
		}
		c.text("Hz", left-9, top-12, rightmost, ink)
	default: // coefficients
		for _, row := range ticks(0, float64(rows-1), 6) {
			if row == math.Trunc(row) {
				c.mark((row+0.5)/float64(rows), number(row), false)
			}
		}
	}
}

// bar draws the scale of colours on the right.
func (c *canvas) bar(low, high float64) {
	x := c.plot.Max.X + 14
	for y := c.plot.Min.Y; y < c.plot.Max.Y; y++ {
		at := float64(c.plot.Max.Y-1-y) / float64(c.plot.Dy()-1)
		c.fill(image.Rect(x, y, x+barWidth, y+1), magma(at))
	}
	for _, v := range ticks(low, high, 5) {
		y := c.plot.Max.Y - 1 - int((v-low)/(high-low)*float64(c.plot.Dy()-1))
		c.fill(image.Rect(x+barWidth, y, x+barWidth+3, y+1), faint)
		c.text(number(v), x+barWidth+6, y+fontSize/3, leftmost, ink)
	}
}

// magmaColours are nine of matplotlib's colour map magma, evenly spaced.
var magmaColours = [9]color.RGBA{
	{0x00, 0x00, 0x04, 0xff},
	{0x1d, 0x11, 0x47, 0xff},
	{0x51, 0x12, 0x7c, 0xff},
	{0x83, 0x26, 0x81, 0xff},
	{0xb7, 0x37, 0x79, 0xff},
	{0xe7, 0x52, 0x63, 0xff},
	{0xfc, 0x89, 0x61, 0xff},
	{0xfe, 0xc4, 0x88, 0xff},
	{0xfc, 0xfd, 0xbf, 0xff},
}

// magma is the colour of a value from 0 to 1. What is no number is grey.
func magma(v float64) color.RGBA {
	if v != v {
		return faint
	}
	v = min(max(v, 0), 1) * float64(len(magmaColours)-1)
	i := min(int(v), len(magmaColours)-2)
	a, b, t := magmaColours[i], magmaColours[i+1], v-float64(i)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a)*(1-t) + float64(b)*t)) }
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}
