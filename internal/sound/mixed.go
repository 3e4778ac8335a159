package sound

import "fmt"

// mixed is a source whose channels are one, their mean, as they are read: a limit of samples then is one of time, and what two
// channels would take is never held.
type mixed struct {
	source
	frames int // so far
	out    []float32
}

func (m *mixed) info() Info {
	info := m.source.info()
	info.Channels = 1
	return info
}

func (m *mixed) next() ([]float32, error) {
	samples, err := m.source.next()
	channels := m.source.info().Channels
	m.out = m.out[:0]
	for i := 0; i < len(samples); i += channels {
		sum := float32(0)
		for c, v := range samples[i : i+channels] {
			if v-v != 0 {
				return nil, fmt.Errorf("frame %d, channel %d is %v, expected a number; the program that wrote the file is at fault", m.frames, c, v)
			}
			sum += v
		}
		m.out = append(m.out, sum/float32(channels))
		m.frames++
	}
	return m.out, err
}
