package picture

import (
	"image"

	"multitorch/internal/pixels"
)

// colours makes the picture of the components: grey, or RGB.
func (j *jpegImage) colours() image.Image {
	rect := image.Rect(0, 0, j.w, j.h)
	if len(j.components) == 1 {
		c := j.components[0]
		grey := image.NewGray(rect)
		for y := range j.h {
			copy(grey.Pix[y*grey.Stride:][:j.w], c.plane[8*c.across*y:])
		}
		return grey
	}
	m := NewRGB(rect)
	if j.isYCC() && j.quickly(m) {
		return m
	}
	up := make([]*upsampler, len(j.components))
	for i, c := range j.components {
		up[i] = j.upsampler(c)
	}
	ycc := j.isYCC()
	for y := range j.h {
		out := m.Pix[y*m.Stride:][:3*j.w]
		a, b, c := up[0].at(y), up[1].at(y), up[2].at(y)
		switch {
		case ycc:
			fromYCC(out, a, b, c)
		default:
			for x := range j.w {
				out[3*x], out[3*x+1], out[3*x+2] = a[x], b[x], c[x]
			}
		}
		if len(up) == 4 {
			underBlack(out, up[3].at(y), ycc)
		}
	}
	return m
}

// quickly makes the colours of the commonest pictures: three components, with the second and third at all or at half of the
// size.
func (j *jpegImage) quickly(m *RGB) bool {
	if len(j.components) != 3 {
		return false
	}
	luma, cb, cr := j.components[0], j.components[1], j.components[2]
	across, down := j.hMax/cb.h, j.vMax/cb.v
	if luma.h != j.hMax || luma.v != j.vMax || cb.h != cr.h || cb.v != cr.v ||
		!(across == 1 && down == 1 || across == 2 && down <= 2 && cb.w > 2) {
		return false
	}
	plane := func(c *jpegComponent) pixels.Plane {
		return pixels.Plane{Pix: c.plane, Stride: 8 * c.across, Width: c.w, Height: c.height}
	}
	pixels.YCCToRGB(plane(luma), plane(cb), plane(cr), across, down, m.Pix)
	return true
}

// isYCC says whether the first three components are luma and colour, as libjpeg finds it out.
func (j *jpegImage) isYCC() bool {
	switch {
	case len(j.components) == 4:
		return j.adobe > 0
	case j.jfif:
		return true
	case j.adobe >= 0:
		return j.adobe != 0
	}
	return j.components[0].id != 'R' || j.components[1].id != 'G' || j.components[2].id != 'B'
}

// What Cb and Cr add to red, green (times 2^16) and blue.
var crRed, cbBlue, crGreen, cbGreen = func() (r, b, g, g2 [256]int32) {
	for i := range int32(256) {
		x := i - 128
		r[i], b[i] = (91881*x+32768)>>16, (116130*x+32768)>>16
		g[i], g2[i] = -46802*x, -22554*x+32768
	}
	return r, b, g, g2
}()

func fromYCC(out, luma, cb, cr []uint8) {
	cb, cr = cb[:len(luma)], cr[:len(luma)]
	for x, l := range luma {
		o := (*[3]uint8)(out)
		y, b, r := int32(l), cb[x], cr[x]
		o[0] = clip8(y + crRed[r])
		o[1] = clip8(y + (cbGreen[b]+crGreen[r])>>16)
		o[2] = clip8(y + cbBlue[b])
		out = out[3:]
	}
}

// underBlack turns CMYK into RGB as Pillow does. All four are stored inverted, as Adobe's programs do and everybody since;
// YCC stands for what is not inverted once more.
func underBlack(out, black []uint8, ycc bool) {
	for x, k := range black {
		for c := range 3 {
			v := int(out[3*x+c])
			if ycc {
				v = 255 - v
			}
			ink := (255 - v) * int(k)
			ink += 128
			out[3*x+c] = uint8(max(int(k)-(ink>>8+ink)>>8, 0))
		}
	}
}

func clip8(v int32) uint8 { return uint8(min(max(v, 0), 255)) }
