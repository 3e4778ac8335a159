package image

import (
	stdimage "image"
	"image/color"
	"image/draw"

	"multitorch/internal/picture"
)

// FromGo copies a picture of Go's. It gets one channel where it is grey, four where it can be transparent, else three.
// 16 bits become 8 by leaving out the lower ones; CMYK becomes RGB as in Pillow.
func FromGo(src stdimage.Image) *Image {
	if rgb, ok := src.(*picture.RGB); ok && rgb.Stride == 3*rgb.Rect.Dx() {
		return &Image{rgb.Pix, rgb.Rect.Dy(), rgb.Rect.Dx(), 3} // the reader keeps nothing of it
	}
	b := src.Bounds()
	m := New(b.Dy(), b.Dx(), channelsOf(src))
	switch src := src.(type) {
	case *stdimage.Gray:
		copyRows(m, src.Pix, src.Stride)
	case *stdimage.NRGBA:
		copyRows(m, src.Pix, src.Stride)
	case *stdimage.RGBA:
		if m.Channels == 4 {
			m.fromGo(src)
			break
		}
		for y := range m.Height {
			in, out := src.Pix[y*src.Stride:], m.row(y)
			for o := 0; o+2 < len(out); o, in = o+3, in[4:] {
				out[o], out[o+1], out[o+2] = in[0], in[1], in[2]
			}
		}
	case *stdimage.Paletted:
		m.fromPalette(src)
	default:
		m.fromGo(src)
	}
	return m
}

func channelsOf(src stdimage.Image) int {
	switch src := src.(type) {
	case *stdimage.Gray, *stdimage.Gray16:
		return 1
	case *stdimage.NRGBA, *stdimage.NRGBA64:
		return 4
	case *stdimage.Paletted:
		for _, c := range src.Palette {
			if _, _, _, a := c.RGBA(); a != 0xffff {
				return 4
			}
		}
		return 3
	case interface{ Opaque() bool }:
		if src.Opaque() {
			return 3
		}
	}
	return 4
}

func copyRows(m *Image, pix []uint8, stride int) {
	for y := range m.Height {
		copy(m.row(y), pix[y*stride:])
	}
}

func (m *Image) fromGo(src stdimage.Image) {
	b := src.Bounds()
	for y := range m.Height {
		for x := range m.Width {
			c := color.NRGBAModel.Convert(src.At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA)
			copy(m.At(y, x), []uint8{c.R, c.G, c.B, c.A})
		}
	}
}

func (m *Image) fromPalette(src *stdimage.Paletted) {
	var colours [256][4]uint8 // an index beyond the palette is black, as Go's reader of PNG says
	for i, c := range src.Palette[:min(len(src.Palette), 256)] {
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		colours[i] = [4]uint8{n.R, n.G, n.B, n.A}
	}
	for y := range m.Height {
		out := m.row(y)
		for x, i := range src.Pix[y*src.Stride:][:m.Width] {
			copy(out[x*m.Channels:(x+1)*m.Channels], colours[i][:])
		}
	}
}

// Go is the picture as one of Go's: a Gray, or an NRGBA.
func (m *Image) Go() draw.Image {
	m.need("Go", 1, 3, 4)
	r := stdimage.Rect(0, 0, m.Width, m.Height)
	if m.Channels == 1 {
		return &stdimage.Gray{Pix: m.Clone().Pix, Stride: m.Width, Rect: r}
	}
	return &stdimage.NRGBA{Pix: m.Clone().RGBA().Pix, Stride: 4 * m.Width, Rect: r}
}
