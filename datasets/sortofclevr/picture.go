package sortofclevr

import (
	"fmt"
	"image"
	"image/color"
)

// FromImage is a picture of a scene as the planar RGB of [Scene.Pixels]. It is 75 pixels wide and high, or a multiple of
// that, of which each block of pixels is averaged; what is transparent becomes white. Any other size is an error.
func FromImage(m image.Image) ([]uint8, error) {
	size := m.Bounds().Size()
	if size.X != size.Y || size.X == 0 || size.X%Size != 0 {
		return nil, fmt.Errorf("expected a picture of %d x %d pixels, or of a multiple of that, but it has %d x %d",
			Size, Size, size.X, size.Y)
	}
	const plane = Size * Size
	planar, scale, from := make([]uint8, 3*plane), size.X/Size, m.Bounds().Min
	for y := range Size {
		for x := range Size {
			c := average(m, image.Rect(0, 0, scale, scale).Add(from).Add(image.Pt(x*scale, y*scale)))
			for i, v := range c {
				planar[i*plane+y*Size+x] = v
			}
		}
	}
	return planar, nil
}

// average is the mean colour of a block, over white.
func average(m image.Image, block image.Rectangle) (mean [3]uint8) {
	var sum [3]int
	for y := block.Min.Y; y < block.Max.Y; y++ {
		for x := block.Min.X; x < block.Max.X; x++ {
			r, g, b, a := m.At(x, y).RGBA() // premultiplied
			for i, v := range [3]uint32{r, g, b} {
				sum[i] += int(v+0xffff-a) >> 8
			}
		}
	}
	for i, s := range sum {
		n := block.Dx() * block.Dy()
		mean[i] = uint8((s + n/2) / n)
	}
	return mean
}

// nearest is the colour of a pixel, or Objects for white.
func nearest(r, g, b uint8) Color {
	best, found := 1<<30, Color(Objects)
	for i := range Objects + 1 {
		c := color.RGBA{255, 255, 255, 255}
		if i < Objects {
			c = rgb[i]
		}
		dr, dg, db := int(r)-int(c.R), int(g)-int(c.G), int(b)-int(c.B)
		if d := dr*dr + dg*dg + db*db; d < best {
			best, found = d, Color(i)
		}
	}
	return found
}

// misfits is how many pixels of a picture may contradict an object: noise, as JPEG makes it at edges.
const misfits = 20

// Describe finds the objects of a scene in its picture, planar RGB as [FromImage] returns it, by their colours. It is an
// error unless there is one rectangle or circle of each colour. A picture of a scene's own pixels gives that scene again.
func Describe(planar []uint8) (s Scene, err error) {
	const plane = Size * Size
	if len(planar) != 3*plane {
		return s, fmt.Errorf("expected %d bytes, 3 x %d x %d, but got %d", 3*plane, Size, Size, len(planar))
	}
	colors := make([]Color, plane)
	for i := range colors {
		colors[i] = nearest(planar[i], planar[plane+i], planar[2*plane+i])
	}
	for _, c := range Colors() {
		o, wrong := find(c, colors)
		if wrong > misfits {
			return s, fmt.Errorf("there is no %s rectangle or circle with a radius of %d pixels in the picture: "+
				"expected one object of each of the colours %v on white", c, Radius, colorNames)
		}
		s[c] = o
	}
	return s, nil
}

// find is the object of a colour that the fewest pixels contradict: those of the colour outside it, and those inside it
// that are neither of its colour nor of one that may lie above it.
func find(c Color, colors []Color) (best Object, wrong int) {
	of := make([]int, 0, 121) // the colour's pixels
	for i, found := range colors {
		if found == c {
			of = append(of, i)
		}
	}
	wrong = len(colors)
	if len(of) == 0 {
		return best, wrong
	}
	left, right := Size, 0
	for _, i := range of {
		left, right = min(left, i%Size), max(right, i%Size)
	}
	top, bottom := of[0]/Size, of[len(of)-1]/Size
	for y := max(Radius, top-Radius); y <= min(Size-1-Radius, bottom+Radius); y++ {
		for x := max(Radius, left-Radius); x <= min(Size-1-Radius, right+Radius); x++ {
			for _, form := range []Form{Rectangle, Circle} {
				o := Object{c, form, x, y}
				if n := o.contradicted(colors, len(of)); n < wrong {
					best, wrong = o, n
				}
			}
		}
	}
	return best, wrong
}

// contradicted counts the pixels that contradict an object, of whose colour there are several.
func (o Object) contradicted(colors []Color, several int) int {
	inside, wrong := 0, 0
	for dy := -Radius; dy <= Radius; dy++ {
		for dx := -Radius; dx <= Radius; dx++ {
			if !o.Form.covers(dx, dy) {
				continue
			}
			switch c := colors[(o.Y+dy)*Size+o.X+dx]; {
			case c == o.Color:
				inside++
			case c < o.Color || c == Objects:
				wrong++
			}
		}
	}
	return wrong + several - inside
}
