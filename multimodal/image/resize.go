package image

import "encoding/binary"

// Order is which way a picture is scaled first. What is between the two passes is rounded, so it shows, by 1 or 2.
type Order int

// The orders.
const (
	RowsFirst Order = iota // along the rows first, as all Pillows before 13
	Pillow13               // along the columns first where the height shrinks by more than twice what the width does
)

func (o Order) columnsFirst(m *Image, height, width int) bool {
	return o == Pillow13 && height < m.Height && m.Height-height > 2*(m.Width-width)
}

// Resize scales a picture to height x width, bit for bit as Pillow's Image.resize: in two passes, each rounded to 8 bits,
// with weights in fixed point. A transparent picture's colours are multiplied with its opacity meanwhile. The order of the
// passes is [RowsFirst] unless another one is given.
func (m *Image) Resize(height, width int, filter Filter, order ...Order) *Image {
	if filter == Nearest {
		return m.resizeNearest(height, width)
	}
	filter.kernel() // or an error
	if height == m.Height && width == m.Width {
		return m.Clone()
	}
	out := New(height, width, m.Channels) // or an error
	return m.mixing(func(m *Image) *Image {
		columns := func() []tap { return filter.taps(m.Height, height) }
		rows := func() []tap { return filter.taps(m.Width, width) }
		switch {
		case height == m.Height:
			m.resizeRows(out, rows(), 0)
		case width == m.Width:
			m.resizeColumns(out, columns())
		case len(order) > 0 && order[0].columnsFirst(m, height, width):
			between := New(height, m.Width, m.Channels)
			m.resizeColumns(between, columns())
			between.resizeRows(out, rows(), 0)
		default:
			columns := columns()
			from, last := columns[0].first, columns[height-1] // only the rows that the columns' filter reaches
			between := New(last.first+len(last.weights)-from, width, m.Channels)
			m.resizeRows(between, rows(), from)
			for i := range columns {
				columns[i].first -= from
			}
			between.resizeColumns(out, columns)
		}
		return out
	})
}

// ResizeShorter scales a picture so that its shorter side is size long and it keeps its proportions, the longer side
// rounded down, as torchvision's Resize(size).
func (m *Image) ResizeShorter(size int, filter Filter, order ...Order) *Image {
	if size < 1 {
		panic(invalid("ResizeShorter", "expected at least 1 pixel, got %d", size))
	}
	if m.Height < m.Width {
		return m.Resize(size, int(float64(size)*float64(m.Width)/float64(m.Height)), filter, order...)
	}
	return m.Resize(int(float64(size)*float64(m.Height)/float64(m.Width)), size, filter, order...)
}

// resizeNearest takes over Pillow's way of adding up the step, which now and then shows in the last bit of a place.
func (m *Image) resizeNearest(height, width int) *Image {
	out := New(height, width, m.Channels)
	xs, ys := nearest(m.Width, width), nearest(m.Height, height)
	for y := range height {
		in, to := m.row(ys[y]), out.row(y)
		for _, x := range xs {
			to = to[copy(to, in[x*m.Channels:(x+1)*m.Channels]):]
		}
	}
	return out
}

func nearest(in, out int) []int {
	step := float64(in) / float64(out)
	at, places := step*0.5, make([]int, out)
	for i := range places {
		places[i] = min(int(at), in-1)
		at += step
	}
	return places
}

// Two sums are kept in the halves of one 64-bit number: weight x (a + b << 32) is both products, and each sum fits into
// 32 bits with its sign. The lower half's sign has borrowed from the upper, which split gives back.
const half = 1 << (precision - 1)

func split(sum int64) (lower, upper uint8) {
	l := int32(sum)
	return clip8(int(l >> precision)), clip8(int((sum - int64(l)) >> (32 + precision)))
}

// resizeRows scales rows from the row first on.
func (m *Image) resizeRows(out *Image, taps []tap, first int) {
	for y := range out.Height {
		in, to := m.row(first+y), out.row(y)
		switch m.Channels {
		case 1:
			row1(in, to, taps)
		case 3:
			row3(in, to, taps)
		case 4:
			row4(in, to, taps)
		default:
			row2(in, to, taps)
		}
	}
}

func row1(in, to []uint8, taps []tap) {
	for x, t := range taps {
		sum := int64(half)
		p := in[t.first:]
		p = p[:len(t.weights)]
		for i, w := range t.weights {
			sum += w * int64(p[i])
		}
		to[x] = clip8(int(sum >> precision))
	}
}

func row2(in, to []uint8, taps []tap) {
	for x, t := range taps {
		sum := int64(half | half<<32)
		p := in[2*t.first:]
		for _, w := range t.weights {
			sum += w * (int64(p[0]) | int64(p[1])<<32)
			p = p[2:]
		}
		to[2*x], to[2*x+1] = split(sum)
	}
}

func row3(in, to []uint8, taps []tap) {
	for _, t := range taps {
		pair, third := int64(half|half<<32), int64(half)
		p := in[3*t.first:]
		p = p[:3*len(t.weights)]
		for _, w := range t.weights {
			if len(p) < 3 {
				break // never: it tells the compiler
			}
			pair += w * (int64(p[0]) | int64(p[1])<<32)
			third += w * int64(p[2])
			p = p[3:]
		}
		to[0], to[1] = split(pair)
		to[2] = clip8(int(third >> precision))
		to = to[3:]
	}
}

func row4(in, to []uint8, taps []tap) {
	for _, t := range taps {
		even, odd := int64(half|half<<32), int64(half|half<<32)
		p := in[4*t.first:]
		p = p[:4*len(t.weights)]
		for _, w := range t.weights {
			if len(p) < 4 {
				break // never
			}
			v := int64(binary.LittleEndian.Uint32(p))
			even += w * (v&0xff | v&0xff0000<<16)
			odd += w * (v>>8&0xff | v&0xff000000<<8)
			p = p[4:]
		}
		to[0], to[2] = split(even)
		to[1], to[3] = split(odd)
		to = to[4:]
	}
}

// resizeColumns scales columns, eight bytes of a row at once.
func (m *Image) resizeColumns(out *Image, taps []tap) {
	const lanes = 0x000000ff_000000ff
	n := m.Width * m.Channels
	for y, t := range taps {
		to, in := out.row(y), m.Pix[t.first*n:]
		i := 0
		for ; i+8 <= n; i += 8 {
			var sums [4]int64
			for s := range sums {
				sums[s] = half | half<<32
			}
			a, b, c, d := sums[0], sums[1], sums[2], sums[3]
			at := i
			for _, w := range t.weights {
				v := binary.LittleEndian.Uint64(in[at : at+8])
				a += w * int64(v&lanes)
				b += w * int64(v>>8&lanes)
				c += w * int64(v>>16&lanes)
				d += w * int64(v>>24&lanes)
				at += n
			}
			o := to[i : i+8 : i+8]
			o[0], o[4] = split(a)
			o[1], o[5] = split(b)
			o[2], o[6] = split(c)
			o[3], o[7] = split(d)
		}
		for ; i < n; i++ {
			sum := int64(half)
			for j, w := range t.weights {
				sum += w * int64(in[j*n+i])
			}
			to[i] = clip8(int(sum >> precision))
		}
	}
}
