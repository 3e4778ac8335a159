package picture

// upsampler makes rows of a component at the picture's full width, as libjpeg's jdsample.c: a component at half the size
// gets a triangle filter, 3 : 1 of the nearer and the farther sample in each direction, and any other is repeated.
type upsampler struct {
	c            *jpegComponent
	hTimes, vTim int
	smooth       bool
	row          []uint8
	sums         []int32
}

func (j *jpegImage) upsampler(c *jpegComponent) *upsampler {
	u := &upsampler{c: c, hTimes: j.hMax / c.h, vTim: j.vMax / c.v}
	switch {
	case u.hTimes == 2 && u.vTim <= 2:
		u.smooth = c.w > 2
	case u.hTimes == 1 && u.vTim == 2:
		u.smooth = true
	}
	if u.hTimes > 1 || u.smooth {
		u.row = make([]uint8, c.w*u.hTimes)
		u.sums = make([]int32, c.w)
	}
	return u
}

// at is the row y of the picture.
func (u *upsampler) at(y int) []uint8 {
	near := u.samples(y / u.vTim)
	if u.row == nil {
		return near
	}
	if !u.smooth {
		for i := range u.row {
			u.row[i] = near[i/u.hTimes]
		}
		return u.row
	}
	if u.vTim == 1 {
		smoothRow(u.row, near)
		return u.row
	}
	far := u.samples(min(max(y/2-1+2*(y%2), 0), u.c.height-1))
	if u.hTimes == 1 {
		bias := int32(1 + y%2)
		for i, n := range near {
			u.row[i] = uint8((3*int32(n) + int32(far[i]) + bias) >> 2)
		}
		return u.row
	}
	for i, n := range near {
		u.sums[i] = 3*int32(n) + int32(far[i])
	}
	smoothSums(u.row, u.sums)
	return u.row
}

func (u *upsampler) samples(y int) []uint8 {
	return u.c.plane[8*u.c.across*y:][:u.c.w]
}

func smoothRow(out, in []uint8) {
	before := int32(in[0])
	out[0], out[len(out)-1] = in[0], in[len(in)-1]
	for i := range len(in) - 1 {
		this, next := 3*int32(in[i]), int32(in[i+1])
		if i > 0 {
			out[2*i] = uint8((this + before + 1) >> 2)
		}
		out[2*i+1] = uint8((this + next + 2) >> 2)
		before = int32(in[i])
	}
	last := len(in) - 1
	out[2*last] = uint8((3*int32(in[last]) + before + 1) >> 2)
}

func smoothSums(out []uint8, sums []int32) {
	last := len(sums) - 1
	before, this := sums[0], sums[0]
	for i, next := range sums[1:] {
		o := (*[2]uint8)(out[2*i:])
		o[0] = uint8((3*this + before + 8) >> 4)
		o[1] = uint8((3*this + next + 7) >> 4)
		before, this = this, next
	}
	out[2*last] = uint8((3*this + before + 8) >> 4)
	out[2*last+1] = uint8((4*this + 7) >> 4)
	out[0] = uint8((4*sums[0] + 8) >> 4)
}
