package image

// Crop cuts out height x width pixels whose first is at (top, left). They must lie within the picture.
func (m *Image) Crop(top, left, height, width int) *Image {
	if top < 0 || left < 0 || height < 1 || width < 1 || height > m.Height-top || width > m.Width-left {
		panic(invalid("Crop", "%d x %d pixels from (%d, %d) are not within %v; pad it first", height, width, top, left, m))
	}
	out := New(height, width, m.Channels)
	for y := range height {
		copy(out.row(y), m.row(top + y)[left*m.Channels:])
	}
	return out
}

// CenterCrop cuts out the middle, as torchvision's center_crop: where the margin is odd, half of it is rounded to the
// even number. A picture that is smaller is padded with zeros first.
func (m *Image) CenterCrop(height, width int) *Image {
	if height < 1 || width < 1 {
		panic(invalid("CenterCrop", "expected at least 1 x 1 pixels, got %d x %d", height, width))
	}
	if height > m.Height || width > m.Width {
		top, left := max(0, (height-m.Height)/2), max(0, (width-m.Width)/2)
		m = m.Pad(top, left, max(0, (height-m.Height+1)/2), max(0, (width-m.Width+1)/2), Constant)
	}
	return m.Crop(halfToEven(m.Height-height), halfToEven(m.Width-width), height, width)
}

// halfToEven is n / 2 as Python's round gives it.
func halfToEven(n int) int {
	if n%4 == 3 {
		return n/2 + 1
	}
	return n / 2
}

// FiveCrop cuts out the four corners and the middle: top left, top right, bottom left, bottom right, centre, as
// torchvision's five_crop.
func (m *Image) FiveCrop(height, width int) [5]*Image {
	bottom, right := m.Height-height, m.Width-width
	return [5]*Image{
		m.Crop(0, 0, height, width), m.Crop(0, right, height, width),
		m.Crop(bottom, 0, height, width), m.Crop(bottom, right, height, width), m.CenterCrop(height, width),
	}
}

// Padding says what stands in a border, in torchvision's words.
type Padding string

// The paddings.
const (
	Constant  Padding = "constant"  // one colour
	Edge      Padding = "edge"      // the outermost pixel
	Reflect   Padding = "reflect"   // mirrored, without the outermost pixel: 2 1 | 0 1 2
	Symmetric Padding = "symmetric" // mirrored with it: 1 0 | 0 1 2
)

// Pad adds pixels on each side. colour is that of [Constant], one number or one for each channel: 0 where it is not given.
// A mirrored border can't be wider than the picture.
func (m *Image) Pad(top, left, bottom, right int, padding Padding, colour ...uint8) *Image {
	if min(top, left, bottom, right) < 0 || max(top, left, bottom, right) > maxSide {
		panic(invalid("Pad", "expected 0 to %d pixels on each side, got %d, %d, %d, %d", maxSide, top, left, bottom, right))
	}
	out := New(m.Height+top+bottom, m.Width+left+right, m.Channels)
	if padding == Constant {
		out.fill(m.colour("Pad", colour))
		for y := range m.Height {
			copy(out.row(top + y)[left*m.Channels:], m.row(y))
		}
		return out
	}
	ys, xs := padding.places(m.Height, top, bottom), padding.places(m.Width, left, right)
	for y, from := range ys {
		in, to := m.row(from), out.row(y)
		for _, x := range xs {
			to = to[copy(to, in[x*m.Channels:(x+1)*m.Channels]):]
		}
	}
	return out
}

// places says which pixel of n each one of a padded line is.
func (p Padding) places(n, before, after int) []int {
	most := maxSide
	switch p {
	case Edge:
	case Reflect:
		most = n - 1
	case Symmetric:
		most = n
	default:
		panic(invalid("Pad", "expected Constant, Edge, Reflect or Symmetric, got %.40q", string(p)))
	}
	if max(before, after) > most {
		panic(invalid("Pad", "%s: expected at most %d pixels beside %d, got %d and %d", string(p), most, n, before, after))
	}
	places := make([]int, before+n+after)
	for i := range places {
		at := i - before
		switch {
		case p == Edge:
			at = min(max(at, 0), n-1)
		case p == Reflect && at < 0:
			at = -at
		case p == Reflect && at >= n:
			at = 2*n - 2 - at
		case at < 0:
			at = -1 - at
		case at >= n:
			at = 2*n - 1 - at
		}
		places[i] = at
	}
	return places
}

// colour is one for this picture: nothing is zeros, one number is for all channels but the opacity, which is then 255.
func (m *Image) colour(op string, colour []uint8) []uint8 {
	switch len(colour) {
	case m.Channels:
		return colour
	case 0:
		return make([]uint8, m.Channels)
	case 1:
		all := []uint8{colour[0], colour[0], colour[0], 255}
		return all[:m.Channels]
	case 3:
		if m.Channels == 4 {
			return []uint8{colour[0], colour[1], colour[2], 255}
		}
	}
	panic(invalid(op, "expected one number or %d, one for each channel, got %v", m.Channels, colour))
}

// FlipHorizontal mirrors left and right.
func (m *Image) FlipHorizontal() *Image {
	return m.rearranged(m.Height, m.Width, func(y, x int) (int, int) { return y, m.Width - 1 - x })
}

// FlipVertical mirrors top and bottom.
func (m *Image) FlipVertical() *Image {
	return m.rearranged(m.Height, m.Width, func(y, x int) (int, int) { return m.Height - 1 - y, x })
}

// Transpose exchanges rows and columns.
func (m *Image) Transpose() *Image {
	return m.rearranged(m.Width, m.Height, func(y, x int) (int, int) { return x, y })
}

// Rotate90 turns the picture by quarters of a turn, against the clock, as numpy.rot90.
func (m *Image) Rotate90(times int) *Image {
	switch times & 3 {
	case 1:
		return m.rearranged(m.Width, m.Height, func(y, x int) (int, int) { return x, m.Width - 1 - y })
	case 2:
		return m.rearranged(m.Height, m.Width, func(y, x int) (int, int) { return m.Height - 1 - y, m.Width - 1 - x })
	case 3:
		return m.rearranged(m.Width, m.Height, func(y, x int) (int, int) { return m.Height - 1 - x, y })
	}
	return m.Clone()
}

func (m *Image) rearranged(height, width int, from func(y, x int) (int, int)) *Image {
	out := New(height, width, m.Channels)
	to := out.Pix
	for y := range height {
		for x := range width {
			fy, fx := from(y, x)
			i := (fy*m.Width + fx) * m.Channels
			to = to[copy(to, m.Pix[i:i+m.Channels]):]
		}
	}
	return out
}

// Oriented turns a picture as EXIF's orientation, 1 to 8, says, as Pillow's exif_transpose. Other numbers mean nothing.
func (m *Image) Oriented(orientation int) *Image {
	switch orientation {
	case 2:
		return m.FlipHorizontal()
	case 3:
		return m.Rotate90(2)
	case 4:
		return m.FlipVertical()
	case 5:
		return m.Transpose()
	case 6:
		return m.Rotate90(3)
	case 7:
		return m.Transpose().Rotate90(2)
	case 8:
		return m.Rotate90(1)
	}
	return m
}
