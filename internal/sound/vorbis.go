package sound

import (
	"errors"
	"fmt"
	"io"

	"github.com/jfreymuth/vorbis"
)

// vorbisFile reads the samples of an Ogg Vorbis file.
type vorbisFile struct {
	Info
	packets *oggPackets
	decoder vorbis.Decoder
	buf     []float32
	frames  int64 // decoded so far
	started bool
	head    []float32 // what was decoded before the first page's position was known
	ended   bool
}

func (v *vorbisFile) info() Info { return v.Info }

func openVorbis(packets *oggPackets, first []byte) (source, error) {
	v := &vorbisFile{packets: packets}
	if len(first) < 29 || first[28]&0xf < 6 || first[28]>>4 > 13 || first[28]&0xf > first[28]>>4 {
		return nil, errors.New("the Ogg file has a Vorbis header that is damaged; copy it again")
	}
	header := first
	for i := range 3 {
		if i > 0 {
			var err error
			if header, _, err = packets.next(); err != nil {
				return nil, err
			}
		}
		if i == 1 {
			continue // comments
		}
		if i == 2 {
			var err error
			if header, err = checkSetup(header); err != nil {
				return nil, err
			}
		}
		if err := v.decoder.ReadHeader(header); err != nil {
			return nil, fmt.Errorf("the Ogg file has a Vorbis header that is damaged (%w); copy it again", err)
		}
		if i == 0 {
			v.Info = Info{Format: "ogg", Encoding: "VORBIS", Rate: v.decoder.SampleRate(), Channels: v.decoder.Channels(), Frames: -1}
			if err := v.Info.check(); err != nil {
				return nil, err
			}
		}
	}
	if !v.decoder.HeadersRead() {
		return nil, errors.New("the Ogg file lacks a Vorbis header; copy it again")
	}
	v.buf = make([]float32, v.decoder.BufferSize())
	return v, nil
}

// next decodes a packet. A page says at which frame its last packet ends: less than was decoded, on the last page, means
// that the rest is filling; on the first one, that the beginning is.
func (v *vorbisFile) next() ([]float32, error) {
	if v.ended {
		return nil, io.EOF
	}
	packet, endsPage, err := v.packets.next()
	if err != nil {
		return v.head, err
	}
	samples, err := v.decoder.DecodeInto(packet, v.buf)
	if err != nil {
		return nil, fmt.Errorf("the Ogg file is damaged at frame %d (%w); copy it again", v.frames, err)
	}
	ch := int64(v.Channels)
	v.frames += int64(len(samples)) / ch
	if !v.started {
		v.head = append(v.head, samples...)
		if !endsPage || v.frames == 0 {
			return nil, nil
		}
		samples = v.head
		v.head, v.started = nil, true
		if early := v.frames - v.packets.granule; early > 0 && !v.packets.last && v.packets.granule >= 0 {
			v.frames = v.packets.granule
			samples = samples[min(early*ch, int64(len(samples))):]
		}
	}
	if endsPage && v.packets.last {
		v.ended = true
		if late := v.frames - v.packets.granule; late > 0 {
			samples = samples[:max(int64(len(samples))-late*ch, 0)]
		}
	}
	return samples, nil
}
