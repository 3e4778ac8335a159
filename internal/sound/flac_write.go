package sound

import (
	"crypto/md5"
	"io"
	"math"

	"github.com/mewkiz/flac"
	"github.com/mewkiz/flac/frame"
	"github.com/mewkiz/flac/meta"
)

// flacBlock is the number of samples in a frame, libFLAC's default.
const flacBlock = 4096

// WriteFLAC writes a clip with 8, 16 or 24 bits per sample. What lies outside -1 to 1 is the caller's to check.
func WriteFLAC(w io.Writer, c Clip) error {
	c.Format = "flac"
	if err := c.Writable(); err != nil {
		return err
	}
	frames := len(c.Data) / c.Channels
	info := &meta.StreamInfo{
		BlockSizeMin: flacBlock, BlockSizeMax: flacBlock, SampleRate: uint32(c.Rate), NChannels: uint8(c.Channels),
		BitsPerSample: uint8(c.Bits), NSamples: uint64(frames),
	}
	// The header comes first and w can't go back, so the checksum is computed before.
	sum := md5.New()
	for start := 0; start < frames; start += flacBlock {
		c.block(start).Hash(sum)
	}
	copy(info.MD5sum[:], sum.Sum(nil))
	e, err := flac.NewEncoder(keepOpen{w}, info)
	if err != nil {
		return err
	}
	for start := 0; start < frames; start += flacBlock {
		if err := e.WriteFrame(c.block(start)); err != nil {
			return err
		}
	}
	return e.Close()
}

// block is the frame of FLAC that begins at a frame of the clip.
func (c Clip) block(start int) *frame.Frame {
	n := min(flacBlock, len(c.Data)/c.Channels-start)
	rate := c.Rate
	if rate > math.MaxUint16 {
		rate = 0 // a frame has no room for most of these, and refers to the file's header
	}
	f := &frame.Frame{Header: frame.Header{
		HasFixedBlockSize: true, BlockSize: uint16(n), SampleRate: uint32(rate),
		Channels: frame.Channels(c.Channels - 1), BitsPerSample: uint8(c.Bits),
	}}
	for ch := range c.Channels {
		s := &frame.Subframe{SubHeader: frame.SubHeader{Pred: frame.PredVerbatim}, NSamples: n, Samples: make([]int32, n)}
		for i := range s.Samples {
			s.Samples[i] = Quantize(c.Data[(start+i)*c.Channels+ch], c.Bits)
		}
		f.Subframes = append(f.Subframes, s)
	}
	return f
}

// keepOpen hides that a writer can be closed or sought.
type keepOpen struct{ io.Writer }
