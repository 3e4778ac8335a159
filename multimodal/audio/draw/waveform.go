package draw

import (
	"image"
	"image/color"
	"math"

	"multitorch/torch"
)

var (
	envelope = color.RGBA{0x56, 0xb4, 0xe9, 0xff} // from the least to the largest sample of a column
	loudness = color.RGBA{0x00, 0x72, 0xb2, 0xff} // the root of their mean square
)

// Waveform draws a waveform [frames] or [channels, frames], of which the mean of the channels is drawn: light from the least
// to the largest sample, dark the root mean square. The axis goes from -1 to 1, or as far as the samples do.
func Waveform(title string, wave *torch.Tensor, rate int) image.Image {
	if wave.Dim() < 1 || wave.Dim() > 2 || wave.Numel() == 0 || rate < 1 {
		panic(invalid("Waveform", "expected a waveform [frames] or [channels, frames] and a rate, but got the shape %v and %d",
			wave.Shape(), rate))
	}
	if wave.Dim() == 2 {
		wave = wave.To(torch.Float32).Mean(0)
	}
	x := values(wave)
	peak := 1.
	for _, v := range x {
		if a := math.Abs(float64(v)); a > peak && a < math.MaxFloat32 {
			peak = a
		}
	}
	c := newCanvas(title, right)
	for _, v := range ticks(-peak, peak, 4) {
		c.mark((v/peak+1)/2, number(v), true)
	}
	c.timeAxis(float64(len(x))/float64(rate), true)
	for column := range c.plot.Dx() {
		from := column * len(x) / c.plot.Dx()
		to := min(max((column+1)*len(x)/c.plot.Dx()+1, from+1), len(x)) // one more, so that neighbours touch
		low, high, square := math.Inf(1), math.Inf(-1), 0.
		for _, v := range x[from:to] {
			v := float64(v)
			if v != v {
				continue
			}
			low, high, square = min(low, v), max(high, v), square+v*v
		}
		if high < low {
			continue // no numbers
		}
		rms := math.Sqrt(square / float64(to-from))
		c.column(column, low/peak, high/peak, envelope)
		c.column(column, max(low, -rms)/peak, min(high, rms)/peak, loudness)
	}
	c.frame()
	return c
}

// column fills a column of the plot between two heights from -1 to 1, at least one pixel.
func (c *canvas) column(x int, low, high float64, with color.Color) {
	if high < low {
		return
	}
	y := func(v float64) int {
		return c.plot.Max.Y - 1 - int(math.Round((min(max(v, -1), 1)+1)/2*float64(c.plot.Dy()-1)))
	}
	c.fill(image.Rect(c.plot.Min.X+x, y(high), c.plot.Min.X+x+1, y(low)+1), with)
}
