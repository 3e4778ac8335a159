package nn

// ConstantPad1d pads sequences with a value, as torch.nn.ConstantPad1d.
type ConstantPad1d struct{ constantPad }

// NewConstantPad1d makes a padding of one number for left and right, or a [Size] of both.
func NewConstantPad1d[S IntOrSize, V Number](padding S, value V) *ConstantPad1d {
	m := &ConstantPad1d{}
	m.init("ConstantPad1d", 1, sizeOf(padding), value)
	return m
}

// ConstantPad2d pads pictures with a value, as torch.nn.ConstantPad2d.
type ConstantPad2d struct{ constantPad }

// NewConstantPad2d makes a padding of one number for all sides, or a [Size]: left, right,
// top, bottom.
func NewConstantPad2d[S IntOrSize, V Number](padding S, value V) *ConstantPad2d {
	m := &ConstantPad2d{}
	m.init("ConstantPad2d", 2, sizeOf(padding), value)
	return m
}

// ConstantPad3d pads volumes with a value, as torch.nn.ConstantPad3d.
type ConstantPad3d struct{ constantPad }

// NewConstantPad3d makes a padding of one number for all sides, or a [Size]: left, right,
// top, bottom, front, back.
func NewConstantPad3d[S IntOrSize, V Number](padding S, value V) *ConstantPad3d {
	m := &ConstantPad3d{}
	m.init("ConstantPad3d", 3, sizeOf(padding), value)
	return m
}

// constantPad is a padding with a value.
type constantPad struct{ padding }

func (m *constantPad) init(kind string, dims int, edges Size, value any) {
	m.padding.init(kind, dims, "constant", edges)
	m.value = value
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *constantPad) ExtraRepr() string {
	return "padding=" + pyTuple(m.edges) + ", value=" + pyNumber(m.value)
}
