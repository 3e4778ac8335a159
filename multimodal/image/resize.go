package image

import (
	"sync"

	"multitorch/internal/pixels"
)

// Order is which way a picture is scaled first. What is between the two passes is rounded, so it shows, by 1 or 2.
type Order int

// The orders.
const (
	RowsFirst Order = iota // along the rows first, as all Pillows before 13
	Pillow13               // along the columns first where the height shrinks by more than twice what the width does
)

func (o Order) columnsFirst(m *Image, height, width int) bool {
	return o == Pillow13 && height < m.Height && m.Height-height > 2*(m.Width-width)
}

// Resize scales a picture to height x width, bit for bit as Pillow's Image.resize: in two passes, each rounded to 8 bits,
// with weights in fixed point. A transparent picture's colours are multiplied with its opacity meanwhile. The order of the
// passes is [RowsFirst] unless another one is given.
func (m *Image) Resize(height, width int, filter Filter, order ...Order) *Image {
	if filter == Nearest {
		return m.resizeNearest(height, width)
	}
	filter.kernel() // or an error
	if height == m.Height && width == m.Width {
		return m.Clone()
	}
	out := New(height, width, m.Channels) // or an error
	return m.mixing(func(m *Image) *Image {
		rows := func(from, to *Image, first int) {
			n := from.Width * from.Channels
			pixels.ResizeRows(from.Pix[first*n:], from.Width, from.Channels, to.Height, to.Pix, filter.taps(from.Width, to.Width))
		}
		columns := func(from, to *Image, t pixels.Taps) {
			pixels.ResizeColumns(from.Pix, from.Width*from.Channels, to.Pix, t)
		}
		switch {
		case height == m.Height:
			rows(m, out, 0)
		case width == m.Width:
			columns(m, out, filter.taps(m.Height, height))
		case len(order) > 0 && order[0].columnsFirst(m, height, width):
			between := takeBetween(height, m.Width, m.Channels)
			defer giveBetween(between)
			columns(m, between, filter.taps(m.Height, height))
			rows(between, out, 0)
		default:
			t := filter.taps(m.Height, height)
			first, end := t.First[0], t.First[height-1]+t.Count[height-1] // the rows that the columns' filter reaches
			between := takeBetween(int(end-first), width, m.Channels)
			defer giveBetween(between)
			rows(m, between, int(first))
			for i := range t.First {
				t.First[i] -= first
			}
			columns(between, out, t)
		}
		return out
	})
}

// betweens are what stood between the two passes of pictures before.
var betweens sync.Pool

// takeBetween is a picture with anything in it, as large as a picture may be.
func takeBetween(height, width, channels int) *Image {
	n := height * width * channels
	if p, ok := betweens.Get().(*[]uint8); ok && cap(*p) >= n && n <= maxBytes {
		return &Image{(*p)[:n], height, width, channels}
	}
	return New(height, width, channels)
}

func giveBetween(m *Image) {
	if cap(m.Pix) <= 4<<20 {
		betweens.Put(&m.Pix)
	}
}

// ResizeShorter scales a picture so that its shorter side is size long and it keeps its proportions, the longer side
// rounded down, as torchvision's Resize(size).
func (m *Image) ResizeShorter(size int, filter Filter, order ...Order) *Image {
	if size < 1 {
		panic(invalid("ResizeShorter", "expected at least 1 pixel, got %d", size))
	}
	if m.Height < m.Width {
		return m.Resize(size, int(float64(size)*float64(m.Width)/float64(m.Height)), filter, order...)
	}
	return m.Resize(int(float64(size)*float64(m.Height)/float64(m.Width)), size, filter, order...)
}

// resizeNearest takes over Pillow's way of adding up the step, which now and then shows in the last bit of a place.
func (m *Image) resizeNearest(height, width int) *Image {
	out := New(height, width, m.Channels)
	xs, ys := nearest(m.Width, width), nearest(m.Height, height)
	for y := range height {
		in, to := m.row(ys[y]), out.row(y)
		for _, x := range xs {
			to = to[copy(to, in[x*m.Channels:(x+1)*m.Channels]):]
		}
	}
	return out
}

func nearest(in, out int) []int {
	step := float64(in) / float64(out)
	at, places := step*0.5, make([]int, out)
	for i := range places {
		places[i] = min(int(at), in-1)
		at += step
	}
	return places
}
