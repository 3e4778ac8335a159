package image

// Component is a region of a mask whose pixels touch.
type Component struct {
	Area                     int // pixels
	Top, Left, Height, Width int // the smallest box around it
	CenterY, CenterX         float64
}

// Components numbers the regions of a mask of one channel, in which what is not 0 is inside: [H, W], 0 outside and from 1
// on in the order in which rows from the top meet them, and what each one is. Regions touch at corners too where diagonal
// is true. It is OpenCV's connectedComponentsWithStats, whose numbers may come in another order.
func (m *Image) Components(diagonal bool) (labels []int32, regions []Component) {
	m.need("Components", 1)
	labels = make([]int32, len(m.Pix))
	var todo []int
	for start, v := range m.Pix {
		if v == 0 || labels[start] != 0 {
			continue
		}
		number := int32(len(regions) + 1)
		labels[start] = number
		todo = append(todo[:0], start)
		top, left, bottom, right := m.Height, m.Width, -1, -1
		c := Component{}
		for len(todo) > 0 {
			i := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			y, x := i/m.Width, i%m.Width
			c.Area++
			c.CenterY += float64(y)
			c.CenterX += float64(x)
			top, left, bottom, right = min(top, y), min(left, x), max(bottom, y), max(right, x)
			for ny := max(y-1, 0); ny <= min(y+1, m.Height-1); ny++ {
				for nx := max(x-1, 0); nx <= min(x+1, m.Width-1); nx++ {
					k := ny*m.Width + nx
					if m.Pix[k] != 0 && labels[k] == 0 && (diagonal || ny == y || nx == x) {
						labels[k] = number
						todo = append(todo, k)
					}
				}
			}
		}
		c.Top, c.Left, c.Height, c.Width = top, left, bottom-top+1, right-left+1
		c.CenterY /= float64(c.Area)
		c.CenterX /= float64(c.Area)
		regions = append(regions, c)
	}
	return labels, regions
}
