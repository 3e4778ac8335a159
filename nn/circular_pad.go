package nn

// CircularPad1d pads sequences with what they have at the opposite edge, as torch.nn.CircularPad1d.
type CircularPad1d struct{ padding }

// NewCircularPad1d makes a padding of one number for left and right, or a [Size] of both.
func NewCircularPad1d[S IntOrSize](padding S) *CircularPad1d {
	m := &CircularPad1d{}
	m.init("CircularPad1d", 1, "circular", sizeOf(padding))
	return m
}

// CircularPad2d pads pictures with what they have at the opposite edge, as torch.nn.CircularPad2d.
type CircularPad2d struct{ padding }

// NewCircularPad2d makes a padding of one number for all sides, or a [Size]: left, right,
// top, bottom.
func NewCircularPad2d[S IntOrSize](padding S) *CircularPad2d {
	m := &CircularPad2d{}
	m.init("CircularPad2d", 2, "circular", sizeOf(padding))
	return m
}

// CircularPad3d pads volumes with what they have at the opposite edge, as torch.nn.CircularPad3d.
type CircularPad3d struct{ padding }

// NewCircularPad3d makes a padding of one number for all sides, or a [Size]: left, right,
// top, bottom, front, back.
func NewCircularPad3d[S IntOrSize](padding S) *CircularPad3d {
	m := &CircularPad3d{}
	m.init("CircularPad3d", 3, "circular", sizeOf(padding))
	return m
}
