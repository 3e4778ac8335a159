package nn

// ZeroPad1d pads sequences with zeros, as torch.nn.ZeroPad1d.
type ZeroPad1d struct{ padding }

// NewZeroPad1d makes a padding of one number for left and right, or a [Size] of both.
func NewZeroPad1d[S IntOrSize](padding S) *ZeroPad1d {
	m := &ZeroPad1d{}
	m.init("ZeroPad1d", 1, "constant", sizeOf(padding))
	m.value = 0.0
	return m
}

// ZeroPad2d pads pictures with zeros, as torch.nn.ZeroPad2d.
type ZeroPad2d struct{ padding }

// NewZeroPad2d makes a padding of one number for all sides, or a [Size]: left, right,
// top, bottom.
func NewZeroPad2d[S IntOrSize](padding S) *ZeroPad2d {
	m := &ZeroPad2d{}
	m.init("ZeroPad2d", 2, "constant", sizeOf(padding))
	m.value = 0.0
	return m
}

// ZeroPad3d pads volumes with zeros, as torch.nn.ZeroPad3d.
type ZeroPad3d struct{ padding }

// NewZeroPad3d makes a padding of one number for all sides, or a [Size]: left, right,
// top, bottom, front, back.
func NewZeroPad3d[S IntOrSize](padding S) *ZeroPad3d {
	m := &ZeroPad3d{}
	m.init("ZeroPad3d", 3, "constant", sizeOf(padding))
	m.value = 0.0
	return m
}
