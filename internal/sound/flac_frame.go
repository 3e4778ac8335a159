package sound

import (
	"errors"
	"fmt"
)

// frame reads a frame into the planes and says how many samples of each channel it has.
func (f *flacFile) frame() (n int, err error) {
	r := f.r
	r.left, r.n, r.crc8, r.crc16 = 0, 0, 0, 0
	n, assignment, err := f.frameHeader()
	if err != nil {
		return 0, err
	}
	for ch := range f.Channels {
		width := f.Bits
		if assignment == 8 && ch == 1 || assignment == 9 && ch == 0 || assignment == 10 && ch == 1 {
			width++ // a difference
		}
		f.planes[ch] = append(f.planes[ch][:0], make([]int64, n)...)
		if err := r.subframe(f.planes[ch], width); err != nil {
			return 0, err
		}
	}
	r.n = 0 // up to a whole byte
	sum := r.crc16
	if got := uint16(r.read(16)); r.err == nil && got != sum {
		return 0, fmt.Errorf("the frame at sample %d has another checksum than it says", f.frames)
	}
	if r.err != nil {
		return 0, r.err
	}
	a, b := f.planes[0], f.planes[1]
	switch assignment {
	case 8: // left, difference
		for i := range n {
			b[i] = a[i] - b[i]
		}
	case 9: // difference, right
		for i := range n {
			a[i] += b[i]
		}
	case 10: // mean, difference
		for i := range n {
			m, d := a[i]<<1|b[i]&1, b[i]
			a[i], b[i] = (m+d)>>1, (m-d)>>1
		}
	}
	return n, nil
}

// flacSizes are the bits of a sample, by their code: 0 is those of the file.
var flacSizes = [8]int{0, 8, 12, -1, 16, 20, 24, 32}

// frameHeader reads a frame's header: its samples per channel, and how the channels are coded.
func (f *flacFile) frameHeader() (n, assignment int, err error) {
	r := f.r
	if sync := r.read(15); sync != 0x7ffc {
		if r.err != nil {
			return 0, 0, r.err
		}
		return 0, 0, fmt.Errorf("no frame begins after sample %d", f.frames)
	}
	r.read(1) // whether frames or samples are numbered
	block, rate := int(r.read(4)), int(r.read(4))
	assignment = int(r.read(4))
	size := flacSizes[r.read(3)]
	r.read(1)
	for first := r.read(8); first&0xc0 == 0xc0; first = first << 1 & 0xff { // the number, whose first byte says how many follow
		r.read(8)
	}
	switch {
	case block == 0:
		return 0, 0, errors.New("a frame has no size")
	case block == 1:
		n = 192
	case block <= 5:
		n = 576 << (block - 2)
	case block == 6:
		n = int(r.read(8)) + 1
	case block == 7:
		n = int(r.read(16)) + 1
	default:
		n = 256 << (block - 8)
	}
	switch rate {
	case 12:
		r.read(8)
	case 13, 14:
		r.read(16)
	case 15:
		return 0, 0, errors.New("a frame has no rate")
	}
	sum := r.crc8
	if got := byte(r.read(8)); r.err == nil && got != sum {
		return 0, 0, fmt.Errorf("the header of the frame at sample %d has another checksum than it says", f.frames)
	}
	channels := assignment + 1
	if assignment >= 8 {
		channels = 2
	}
	if assignment > 10 || channels != f.Channels || size != 0 && size != f.Bits {
		return 0, 0, fmt.Errorf("the frame at sample %d has %d channels of %d bits, expected %d of %d", f.frames, channels, size,
			f.Channels, f.Bits)
	}
	return n, assignment, r.err
}

// fixedCoefficients are FLAC's predictors of order 0 to 4.
var fixedCoefficients = [5][]int64{{}, {1}, {2, -1}, {3, -3, 1}, {4, -6, 4, -1}}

// subframe reads the samples of a channel.
func (b *flacBits) subframe(x []int64, width int) error {
	b.read(1)
	kind := int(b.read(6))
	wasted := 0
	if b.read(1) == 1 {
		wasted = int(min(b.zeros(), 64)) + 1
	}
	if width -= wasted; width < 1 {
		return errors.New("a channel has no bits")
	}
	var err error
	switch {
	case kind == 0: // constant
		v := b.signed(width)
		for i := range x {
			x[i] = v
		}
	case kind == 1: // as it is
		for i := range x {
			x[i] = b.signed(width)
		}
	case kind >= 8 && kind <= 12:
		err = b.predicted(x, width, kind-8, func() ([]int64, int, error) { return fixedCoefficients[kind-8], 0, nil })
	case kind >= 32:
		order := kind - 31
		err = b.predicted(x, width, order, func() ([]int64, int, error) {
			precision, shift := int(b.read(4))+1, int(b.signed(5))
			if precision == 16 || shift < 0 {
				return nil, 0, errors.New("a predictor has no precision")
			}
			coefficients := make([]int64, order)
			for i := range coefficients {
				coefficients[i] = b.signed(precision)
			}
			return coefficients, shift, nil
		})
	default:
		return fmt.Errorf("a channel is coded in the reserved way %d", kind)
	}
	if wasted > 0 {
		for i := range x {
			x[i] <<= wasted
		}
	}
	if err == nil {
		err = b.err
	}
	return err
}

// predicted reads samples of which the differences from a prediction are coded.
func (b *flacBits) predicted(x []int64, width, order int, predictor func() ([]int64, int, error)) error {
	if order > len(x) {
		return errors.New("a predictor is longer than its frame")
	}
	for i := range order {
		x[i] = b.signed(width)
	}
	coefficients, shift, err := predictor()
	if err != nil {
		return err
	}
	if err := b.residuals(x, order); err != nil {
		return err
	}
	for i := order; i < len(x); i++ {
		sum := int64(0)
		for j, c := range coefficients {
			sum += c * x[i-1-j]
		}
		x[i] += sum >> shift
	}
	return nil
}

// residuals reads what is left after prediction, in Rice's code, from order on.
func (b *flacBits) residuals(x []int64, order int) error {
	width := 4
	switch b.read(2) {
	case 0:
	case 1:
		width = 5
	default:
		return errors.New("differences are coded in a reserved way")
	}
	parts := 1 << b.read(4)
	if len(x)%parts != 0 || len(x)/parts < order {
		return errors.New("a frame cannot be parted")
	}
	for part := range parts {
		from, to := part*(len(x)/parts), (part+1)*(len(x)/parts)
		if part == 0 {
			from = order
		}
		k := int(b.read(width))
		if k == 1<<width-1 {
			n := int(b.read(5))
			for i := from; i < to; i++ {
				x[i] = b.signed(n)
			}
			continue
		}
		for i := from; i < to && b.err == nil; i++ {
			v := b.zeros()<<k | b.read(k)
			x[i] = int64(v>>1) ^ -int64(v&1)
		}
	}
	return b.err
}
