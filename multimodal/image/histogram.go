package image

import "math"

// Histogram counts each value of a channel.
func (m *Image) Histogram(channel int) (counts [256]int) {
	if uint(channel) >= uint(m.Channels) {
		panic(invalid("Histogram", "there is no channel %d in %v", channel, m))
	}
	for i := channel; i < len(m.Pix); i += m.Channels {
		counts[m.Pix[i]]++
	}
	return counts
}

// Equalize makes all values of each colour about equally many, as Pillow's ImageOps.equalize.
func (m *Image) Equalize() *Image {
	return m.byChannel(func(counts [256]int) (table [256]uint8) {
		used, last, total := 0, 0, 0
		for _, n := range counts {
			if total += n; n > 0 {
				used, last = used+1, n
			}
		}
		step := (total - last) / 255
		sum := step / 2
		for v, n := range counts {
			table[v] = uint8(v)
			if used > 1 && step > 0 {
				table[v] = clip8(sum / step)
			}
			sum += n
		}
		return table
	})
}

// EqualizeHist is the same as OpenCV's equalizeHist defines it, which stretches to all of 0 to 255, for each colour.
func (m *Image) EqualizeHist() *Image {
	return m.byChannel(func(counts [256]int) (table [256]uint8) {
		first, total := 0, 0
		for counts[first] == 0 {
			first++
		}
		for _, n := range counts {
			total += n
		}
		scale := float32(255) / float32(total-counts[first])
		sum := 0
		for v := range counts {
			switch {
			case counts[first] == total:
				table[v] = uint8(first)
			case v > first:
				sum += counts[v]
				table[v] = clip8(int(math.RoundToEven(float64(float32(sum) * scale))))
			}
		}
		return table
	})
}

// AutoContrast stretches each colour to all of 0 to 255, as Pillow's ImageOps.autocontrast.
func (m *Image) AutoContrast() *Image {
	return m.byChannel(func(counts [256]int) (table [256]uint8) {
		low, high := 0, 255
		for low < 255 && counts[low] == 0 {
			low++
		}
		for high > 0 && counts[high] == 0 {
			high--
		}
		for v := range table {
			table[v] = uint8(v)
			if high > low {
				scale := 255.0 / float64(high-low)
				table[v] = clip8(int(float64(v)*scale + -float64(low)*scale))
			}
		}
		return table
	})
}

// byChannel changes each colour by a table that is made of its histogram.
func (m *Image) byChannel(f func(counts [256]int) [256]uint8) *Image {
	out := m.Clone()
	for c := range m.colours() {
		table := f(m.Histogram(c))
		for i := c; i < len(out.Pix); i += m.Channels {
			out.Pix[i] = table[out.Pix[i]]
		}
	}
	return out
}
