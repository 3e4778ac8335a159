package processors

import "multitorch/multimodal/image"

// shape converts, scales and crops a picture, in this order.
func (p *ImageProcessor) shape(m *image.Image) *image.Image {
	c := &p.Config
	if c.DoConvertRGB && m.Channels != 3 {
		m = m.Over(255, 255, 255) // as Transformers since 5; older versions drop the opacity
	}
	switch {
	case c.DoResize && c.crops():
		m = p.cropPart(m)
	case c.DoResize:
		m = p.resize(m, c.Size)
	}
	if c.DoCenterCrop {
		m = centerCrop(m, c.CropSize.Height, c.CropSize.Width)
	}
	return m
}

func (p *ImageProcessor) resize(m *image.Image, size Size) *image.Image {
	height, width := size.of(m)
	if height < 1 || width < 1 {
		panic(invalid("a picture of %v can't be scaled to %v: a side would have no pixel", m, size))
	}
	order := image.Pillow13
	if p.Config.RowsFirst {
		order = image.RowsFirst
	}
	return m.Resize(height, width, filters[p.Config.Resample], order)
}

// cropPart is ConvNext's way: a small size is what remains of a larger picture, a large one is squeezed.
func (p *ImageProcessor) cropPart(m *image.Image) *image.Image {
	side := p.Config.Size.ShortestEdge
	if side >= convNextSquare {
		return p.resize(m, square(side))
	}
	m = p.resize(m, shorter(int(float64(side)/p.Config.CropPct)))
	return centerCrop(m, side, side)
}

// centerCrop cuts out the middle. Odd margins are smaller at the top and at the left, where torchvision's are rounded to
// the even number; a picture that is too small gets zeros around it, the odd one at the top and at the left.
func centerCrop(m *image.Image, height, width int) *image.Image {
	top, above := middle(m.Height, height)
	left, before := middle(m.Width, width)
	if above > 0 || before > 0 {
		m = m.Pad(above, before, max(0, height-m.Height-above), max(0, width-m.Width-before), image.Constant)
	}
	return m.Crop(top, left, height, width)
}

// middle is where n pixels of a side begin, and how many zeros are put before it first.
func middle(side, n int) (first, zeros int) {
	if n > side {
		return 0, (n - side + 1) / 2
	}
	return (side - n) / 2, 0
}
