// Package mp3 decodes frames of MPEG-1 and MPEG-2, layer III (ISO/IEC 11172-3 and 13818-3), into floats. Where frames
// are in a file, and what else is there, package sound knows.
//
// Its tables of codes are github.com/hajimehoshi/go-mp3's, whose decoder takes padded frames of MPEG-2 for a byte too
// short, and rounds to 16 bits.
package mp3

import (
	"errors"
	"fmt"
)

// Header is what the four bytes before a frame say.
type Header struct {
	Version  int // 1 or 2
	Rate     int // samples per second
	Channels int
	Size     int // bytes of the frame, these four included

	rate      int  // its number
	crc       bool // two bytes of checksum follow
	ms        bool // the channels are the sum and the difference
	intensity bool // the channels are one above some frequency
}

var bitrates = [3][16]int{ // kbit/s by version and index
	1: {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0},
	2: {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0},
}

// ParseHeader reads a header. ok is false if the bytes are none; err says what is not read of one that is good.
func ParseHeader(b []byte) (h Header, ok bool, err error) {
	w := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	version, layer, index, rate := w>>19&3, w>>17&3, w>>12&15, w>>10&3
	if w>>21 != 0x7ff || version == 1 || layer == 0 || index == 15 || rate == 3 {
		return h, false, nil
	}
	switch {
	case version == 0:
		return h, true, errors.New("the MP3 file has one of MPEG 2.5's rates (8 to 12 kHz), expected 16 kHz or more; convert it to WAV")
	case layer != 1:
		return h, true, fmt.Errorf("the MPEG file is of layer %d, expected 3; convert it to WAV", 4-layer)
	case index == 0:
		return h, true, errors.New("the MP3 file has a free bit rate, which is not read; convert it to WAV")
	}
	h.Version = map[uint32]int{3: 1, 2: 2}[version]
	h.rate = int(rate)
	h.Rate = [3]int{44100, 48000, 32000}[rate] / h.Version
	h.Size = 144*bitrates[h.Version][index]*1000/h.Rate/h.Version + int(w>>9&1)
	h.crc = w>>16&1 == 0
	h.Channels = 2
	mode, extension := w>>6&3, w>>4&3
	if mode == 3 {
		h.Channels = 1
	}
	h.ms = mode == 1 && extension&2 != 0
	h.intensity = mode == 1 && extension&1 != 0
	return h, true, nil
}

// Samples is how many samples of each channel a frame has.
func (h Header) Samples() int { return 1152 / h.Version }

// Side is how many bytes of side information a frame has.
func (h Header) Side() int {
	return [3][3]int{1: {1: 17, 2: 32}, 2: {1: 9, 2: 17}}[h.Version][h.Channels]
}

const lines = 576 // of a granule: frequencies, and samples

// maxReservoir is how far back a frame's data may begin.
const maxReservoir = 511

// Decoder is what frames leave for those that follow.
type Decoder struct {
	reservoir []byte
	overlap   [2][lines]float32
	filter    [2][1024]float32
	out       []float32
}

// granule is a channel's part of a frame, or of half of one.
type granule struct {
	dataBits, bigValues, gain, compress int
	switched                            bool
	block                               int // 0 long, 1 begins, 2 short, 3 ends
	mixed                               bool
	tables                              [3]int
	subblockGain                        [3]int
	region0, region1                    int
	preflag, coarse                     bool
	quads                               int // the table of quadruples

	long  [22]int
	short [13][3]int
	x     [lines]float32
	used  int // lines up to the last that was coded
}

func (g *granule) isShort() bool { return g.switched && g.block == 2 }

// Decode decodes a frame: its samples in turn of the channels, valid until the next call. A frame whose data begin in
// frames that are not there is silent, as the first one of a piece of a file can be.
func (d *Decoder) Decode(frame []byte, h Header) ([]float32, error) {
	at := 4
	if h.crc {
		at += 2
	}
	if len(frame) < at+h.Side() {
		return nil, errors.New("a frame is shorter than its side information")
	}
	begin, scfsi, granules := readSide(frame[at:at+h.Side()], h)
	data := frame[at+h.Side():]
	known := begin <= len(d.reservoir)
	all := append(d.reservoir[max(len(d.reservoir)-begin, 0):len(d.reservoir):len(d.reservoir)], data...)
	d.reservoir = append(d.reservoir, data...)
	d.reservoir = append(d.reservoir[:0:0], d.reservoir[max(len(d.reservoir)-maxReservoir, 0):]...)

	d.out = d.out[:0]
	r := &bitReader{data: all}
	for half := range granules {
		pair := granules[half][:h.Channels]
		if known {
			for ch := range pair {
				g := &pair[ch]
				start := r.at
				if h.Version == 1 {
					g.readScales(r, scfsi[ch], &granules[0][ch], half)
				} else {
					g.readScales2(r)
				}
				if err := g.readLines(r, start+g.dataBits, h); err != nil {
					return nil, err
				}
				r.at = start + g.dataBits
			}
			if err := stereo(pair, h); err != nil {
				return nil, err
			}
		}
		first := len(d.out)
		d.out = append(d.out, make([]float32, lines*h.Channels)...)
		for ch := range pair {
			g := &pair[ch]
			g.reorder(h)
			g.antialias(h)
			g.transform(&d.overlap[ch])
			synthesize(&g.x, &d.filter[ch], d.out[first+ch:], h.Channels)
		}
	}
	return d.out, nil
}
