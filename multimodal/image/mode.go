package image

// Grey is one channel of luma, (19595 R + 38470 G + 7471 B + 32768) >> 16, as Pillow's convert("L"). Opacity is dropped.
func (m *Image) Grey() *Image {
	m.need("Grey", 1, 3, 4)
	if m.Channels == 1 {
		return m.Clone()
	}
	out := New(m.Height, m.Width, 1)
	in := m.Pix
	for i := range out.Pix {
		out.Pix[i] = luma(in[0], in[1], in[2])
		in = in[m.Channels:]
	}
	return out
}

func luma(r, g, b uint8) uint8 {
	return uint8((int(r)*19595 + int(g)*38470 + int(b)*7471 + 0x8000) >> 16)
}

// RGB is three channels: a grey picture's is repeated, and opacity is dropped, as by Pillow's convert("RGB").
// [Image.Over] lays a transparent picture on a colour instead.
func (m *Image) RGB() *Image {
	m.need("RGB", 1, 3, 4)
	if m.Channels == 3 {
		return m.Clone()
	}
	out := New(m.Height, m.Width, 3)
	g, b := 0, 0
	if m.Channels == 4 {
		g, b = 1, 2
	}
	for i, o := 0, 0; i < len(m.Pix); i, o = i+m.Channels, o+3 {
		out.Pix[o], out.Pix[o+1], out.Pix[o+2] = m.Pix[i], m.Pix[i+g], m.Pix[i+b]
	}
	return out
}

// RGBA is four channels, opaque where there was no opacity.
func (m *Image) RGBA() *Image {
	m.need("RGBA", 1, 3, 4)
	if m.Channels == 4 {
		return m.Clone()
	}
	out := New(m.Height, m.Width, 4)
	g, b := 0, 0
	if m.Channels == 3 {
		g, b = 1, 2
	}
	for i, o := 0, 0; i < len(m.Pix); i, o = i+m.Channels, o+4 {
		out.Pix[o], out.Pix[o+1], out.Pix[o+2], out.Pix[o+3] = m.Pix[i], m.Pix[i+g], m.Pix[i+b], 255
	}
	return out
}

// Over lays the picture on a colour and returns three channels, as Pillow's paste with a mask.
func (m *Image) Over(r, g, b uint8) *Image {
	if m.Channels != 4 {
		return m.RGB()
	}
	out := Uniform(m.Height, m.Width, r, g, b)
	for i, o := 0, 0; i < len(m.Pix); i, o = i+4, o+3 {
		a := int(m.Pix[i+3])
		for c := range 3 {
			out.Pix[o+c] = uint8(div255(int(out.Pix[o+c])*(255-a) + int(m.Pix[i+c])*a))
		}
	}
	return out
}

// div255 is v / 255, rounded.
func div255(v int) int { v += 128; return (v>>8 + v) >> 8 }

// premultiplied and unmultiplied are Pillow's "RGBa" and back: what lies under transparent pixels must not shine through
// when pixels are mixed.
func (m *Image) premultiplied() *Image {
	out := m.Clone()
	for p := out.Pix; len(p) > 0; p = p[4:] {
		for c := range 3 {
			p[c] = uint8(div255(int(p[c]) * int(p[3])))
		}
	}
	return out
}

func (m *Image) unmultiplied() *Image {
	for p := m.Pix; len(p) > 0; p = p[4:] {
		if a := int(p[3]); a != 0 && a != 255 {
			for c := range 3 {
				p[c] = clip8(255 * int(p[c]) / a)
			}
		}
	}
	return m
}

// mixing runs an operation that mixes pixels, of a transparent picture on premultiplied colours.
func (m *Image) mixing(f func(m *Image) *Image) *Image {
	if m.Channels == 4 {
		return f(m.premultiplied()).unmultiplied()
	}
	return f(m)
}
