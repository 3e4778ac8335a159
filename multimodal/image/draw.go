package image

// BoundingBox is a rectangle of pixels, the last ones included, to be drawn. The colour is three numbers or one; nothing is red.
type BoundingBox struct {
	Top, Left, Bottom, Right int
	Label                    string
	Colour                   []uint8
}

// DrawBoxes draws rectangles whose lines are width pixels wide, inwards, as torchvision's draw_bounding_boxes, and their
// labels inside, on a bar of the same colour. What is outside of the picture is left out. The result has three channels.
func (m *Image) DrawBoxes(width int, boxes ...BoundingBox) *Image {
	if width < 1 || width > maxSide {
		panic(invalid("DrawBoxes", "expected lines of at least 1 pixel, got %d", width))
	}
	out := m.RGB()
	for _, b := range boxes {
		if b.Bottom < b.Top || b.Right < b.Left {
			panic(invalid("DrawBoxes", "expected a bottom and a right that are not before top and left, got %+v", b))
		}
		colour := out.ink(b.Colour)
		for i := range min(width, (b.Bottom-b.Top)/2+1, (b.Right-b.Left)/2+1) {
			out.bar(b.Top+i, b.Left, b.Top+i, b.Right, colour)
			out.bar(b.Bottom-i, b.Left, b.Bottom-i, b.Right, colour)
			out.bar(b.Top, b.Left+i, b.Bottom, b.Left+i, colour)
			out.bar(b.Top, b.Right-i, b.Bottom, b.Right-i, colour)
		}
		if b.Label != "" {
			out.label(b.Label, b.Top, b.Left, colour)
		}
	}
	return out
}

// label writes on a bar of the colour, in black or white, whichever can be read on it.
func (m *Image) label(text string, top, left int, colour []uint8) {
	const size = 13
	height, width := TextSize(text, size)
	m.bar(top, left, top+height, left+width+3, colour)
	ink := []uint8{255, 255, 255}
	if luma(colour[0], colour[1], colour[2]) > 140 {
		ink = []uint8{0, 0, 0}
	}
	m.text(text, top, left+2, size, ink)
}

// ink is a colour for drawing on three channels: nothing is red.
func (m *Image) ink(colour []uint8) []uint8 {
	if len(colour) == 0 {
		colour = []uint8{255, 0, 0}
	}
	return m.colour("Draw", colour)
}

// bar fills a rectangle, as far as it is in the picture.
func (m *Image) bar(top, left, bottom, right int, colour []uint8) {
	for y := max(top, 0); y <= min(bottom, m.Height-1); y++ {
		for x := max(left, 0); x <= min(right, m.Width-1); x++ {
			copy(m.At(y, x), colour)
		}
	}
}

// DrawMasks colours the pixels of masks, of one channel and the picture's size, in which what is not 0 is inside: alpha of
// the colour and the rest of the picture, rounded down, as torchvision's draw_segmentation_masks. Where there are too few
// colours they begin again; none are a palette. Later masks lie over earlier ones.
func (m *Image) DrawMasks(alpha float64, masks []*Image, colours ...[3]uint8) *Image {
	if !(alpha >= 0 && alpha <= 1) {
		panic(invalid("DrawMasks", "expected an alpha of 0 to 1, got %v", alpha))
	}
	if len(colours) == 0 {
		colours = palette
	}
	out := m.RGB()
	painted := out.Clone()
	for i, mask := range masks {
		if mask.Channels != 1 || mask.Height != m.Height || mask.Width != m.Width {
			panic(invalid("DrawMasks", "expected masks of 1 channel and the size of %v, got %v", m, mask))
		}
		for k, v := range mask.Pix {
			if v != 0 {
				copy(painted.Pix[3*k:3*k+3], colours[i%len(colours)][:])
			}
		}
	}
	for i, v := range painted.Pix {
		if v != out.Pix[i] {
			out.Pix[i] = uint8(float32(out.Pix[i])*float32(1-alpha) + float32(v)*float32(alpha))
		}
	}
	return out
}

// palette is colours that are told apart by most eyes (Okabe and Ito 2008).
var palette = [][3]uint8{
	{230, 159, 0}, {86, 180, 233}, {0, 158, 115}, {240, 228, 66}, {0, 114, 178}, {213, 94, 0}, {204, 121, 167},
}

// DrawKeypoints draws discs that reach radius pixels around points.
func (m *Image) DrawKeypoints(radius int, points []Pixel, colour ...uint8) *Image {
	if radius < 0 || radius > maxSide {
		panic(invalid("DrawKeypoints", "expected a radius of 0 or more, got %d", radius))
	}
	out := m.RGB()
	ink := out.ink(colour)
	for _, p := range points {
		for y := max(p.Y-radius, 0); y <= min(p.Y+radius, m.Height-1); y++ {
			for x := max(p.X-radius, 0); x <= min(p.X+radius, m.Width-1); x++ {
				if (y-p.Y)*(y-p.Y)+(x-p.X)*(x-p.X) <= radius*radius+radius/2 {
					copy(out.At(y, x), ink)
				}
			}
		}
	}
	return out
}

// DrawPath draws straight lines of one pixel from each point to the next, and back to the first where closed is true
// (Bresenham 1965).
func (m *Image) DrawPath(points []Pixel, closed bool, colour ...uint8) *Image {
	out := m.RGB()
	ink := out.ink(colour)
	for i, p := range points {
		switch {
		case i+1 < len(points):
			out.line(p, points[i+1], ink)
		case closed || i == 0:
			out.line(p, points[0], ink)
		}
	}
	return out
}

func (m *Image) line(a, b Pixel, colour []uint8) {
	if max(absInt(a.Y), absInt(a.X), absInt(b.Y), absInt(b.X)) > maxSide {
		panic(invalid("DrawPath", "expected points within %d pixels, got %v and %v", maxSide, a, b))
	}
	dy, dx := absInt(b.Y-a.Y), absInt(b.X-a.X)
	stepY, stepX := sign(b.Y-a.Y), sign(b.X-a.X)
	for rest := dx - dy; ; {
		if uint(a.Y) < uint(m.Height) && uint(a.X) < uint(m.Width) {
			copy(m.At(a.Y, a.X), colour)
		}
		if a == b {
			return
		}
		twice := 2 * rest
		if twice >= -dy {
			rest -= dy
			a.X += stepX
		}
		if twice <= dx {
			rest += dx
			a.Y += stepY
		}
	}
}

func sign(v int) int {
	switch {
	case v < 0:
		return -1
	case v > 0:
		return 1
	}
	return 0
}
