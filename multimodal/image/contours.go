package image

// Contour is an outline in a mask.
type Contour struct {
	Points []Pixel // with the clock around a region, as they follow each other
	Hole   bool    // whether it is the border of a hole: its points are of the region around
	Parent int     // the number of the contour that this one is in, -1: none
}

// Pixel is a pixel's place.
type Pixel struct{ Y, X int }

// Contours follows the borders in a mask of one channel, in which what is not 0 is inside, by Suzuki and Abe (1985), as
// OpenCV's findContours with RETR_TREE and CHAIN_APPROX_NONE: the same points from the same start, with the same parents.
// They come in the order in which rows from the top meet them; OpenCV's order differs.
func (m *Image) Contours() []Contour {
	m.need("Contours", 1)
	b := newBorders(m)
	for y := 1; y <= m.Height; y++ {
		last := 0 // the border met last in this row, 0: the frame
		for x := 1; x <= m.Width; x++ {
			i := y*b.stride + x
			v := b.label[i]
			if v == 0 {
				continue
			}
			outer := v == 1 && b.label[i-1] == 0
			hole := !outer && v >= 1 && b.label[i+1] == 0
			if outer || hole {
				if hole && v > 1 {
					last = v
				}
				b.found(i, hole, last)
			}
			if v := b.label[i]; v != 1 {
				last = absInt(v)
			}
		}
	}
	return b.contours
}

// borders is a mask whose borders are being numbered: 0 outside, 1 inside, 2 and more on a border, and negative where the
// pixel to the right was seen to be outside.
type borders struct {
	label    []int
	stride   int
	around   [8]int // neighbours, against the clock from the right one
	contours []Contour
}

func newBorders(m *Image) *borders {
	s := m.Width + 2
	b := &borders{label: make([]int, (m.Height+2)*s), stride: s, around: [8]int{1, 1 - s, -s, -1 - s, -1, s - 1, s, s + 1}}
	for y := range m.Height {
		for x, v := range m.row(y) {
			if v != 0 {
				b.label[(y+1)*s+x+1] = 1
			}
		}
	}
	return b
}

// found follows a new border, which begins at a pixel, and notes whose it is.
func (b *borders) found(start int, hole bool, last int) {
	number := len(b.contours) + 2
	c := Contour{Hole: hole, Parent: -1}
	if last > 1 {
		before := b.contours[last-2]
		if before.Hole != hole {
			c.Parent = last - 2
		} else {
			c.Parent = before.Parent
		}
	}
	c.Points = b.follow(start, hole, number)
	b.contours = append(b.contours, c)
}

func (b *borders) follow(start int, hole bool, number int) []Pixel {
	at := func(i int) Pixel { return Pixel{i/b.stride - 1, i%b.stride - 1} }
	d := 4
	if hole {
		d = 0
	}
	first := -1 // the neighbour from which the border comes back in the end
	for k := 1; k <= 7 && first < 0; k++ {
		if b.label[start+b.around[(d-k)&7]] != 0 { // with the clock
			first, d = start+b.around[(d-k)&7], (d-k)&7
		}
	}
	if first < 0 {
		b.label[start] = -number
		return []Pixel{at(start)}
	}
	var points []Pixel
	i := start
	for {
		points = append(points, at(i))
		open := false // whether the right neighbour was looked at and is outside
		next := i
		for k := 1; k <= 8; k++ { // against the clock, from behind the one before
			n := (d + k) & 7
			if next = i + b.around[n]; b.label[next] != 0 {
				d = n
				break
			}
			open = open || n == 0
		}
		switch {
		case open:
			b.label[i] = -number
		case b.label[i] == 1:
			b.label[i] = number
		}
		if next == start && i == first {
			return points
		}
		i, d = next, (d+4)&7
	}
}

// Simplified leaves out the points within straight lines, as OpenCV's CHAIN_APPROX_SIMPLE.
func (c Contour) Simplified() []Pixel {
	n := len(c.Points)
	var out []Pixel
	for i, p := range c.Points {
		before, after := c.Points[(i+n-1)%n], c.Points[(i+1)%n]
		if n < 2 || p.Y-before.Y != after.Y-p.Y || p.X-before.X != after.X-p.X {
			out = append(out, p)
		}
	}
	return out
}

// Area is the area within the contour's points, as OpenCV's contourArea.
func (c Contour) Area() float64 {
	sum := 0
	for i, p := range c.Points {
		q := c.Points[(i+1)%len(c.Points)]
		sum += p.X*q.Y - q.X*p.Y
	}
	return float64(absInt(sum)) / 2
}
