package nn

// ReflectionPad1d pads sequences with what they have inside, mirrored at the edge, as torch.nn.ReflectionPad1d.
type ReflectionPad1d struct{ padding }

// NewReflectionPad1d makes a padding of one number for left and right, or a [Size] of both.
func NewReflectionPad1d[S IntOrSize](padding S) *ReflectionPad1d {
	m := &ReflectionPad1d{}
	m.init("ReflectionPad1d", 1, "reflect", sizeOf(padding))
	return m
}

// ReflectionPad2d pads pictures with what they have inside, mirrored at the edge, as torch.nn.ReflectionPad2d.
type ReflectionPad2d struct{ padding }

// NewReflectionPad2d makes a padding of one number for all sides, or a [Size]: left, right,
// top, bottom.
func NewReflectionPad2d[S IntOrSize](padding S) *ReflectionPad2d {
	m := &ReflectionPad2d{}
	m.init("ReflectionPad2d", 2, "reflect", sizeOf(padding))
	return m
}

// ReflectionPad3d pads volumes with what they have inside, mirrored at the edge, as torch.nn.ReflectionPad3d.
type ReflectionPad3d struct{ padding }

// NewReflectionPad3d makes a padding of one number for all sides, or a [Size]: left, right,
// top, bottom, front, back.
func NewReflectionPad3d[S IntOrSize](padding S) *ReflectionPad3d {
	m := &ReflectionPad3d{}
	m.init("ReflectionPad3d", 3, "reflect", sizeOf(padding))
	return m
}
