package sound

import (
	"bytes"
	"crypto/md5"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"

	"github.com/mewkiz/flac"
	"github.com/mewkiz/flac/frame"
	"github.com/mewkiz/flac/meta"
)

// flacFile reads the samples of a FLAC file.
type flacFile struct {
	Info
	stream *flac.Stream
	frames int // read so far
	sum    hash.Hash
	out    []float32
}

func (f *flacFile) info() Info { return f.Info }

func openFLAC(r io.Reader) (source, error) {
	stream, err := flac.New(r)
	if err != nil {
		return nil, flacError(err)
	}
	s := stream.Info
	f := &flacFile{stream: stream, sum: md5.New()}
	f.Info = Info{
		Format: "flac", Encoding: "FLAC", Bits: int(s.BitsPerSample), Rate: int(s.SampleRate),
		Channels: int(s.NChannels), Frames: -1,
	}
	if s.NSamples > 0 {
		f.Frames = int(s.NSamples)
	}
	if f.Bits > 24 {
		return nil, fmt.Errorf("the FLAC file has %d bits, expected at most 24; convert it to 24 bits", f.Bits)
	}
	return f, f.Info.check()
}

func (f *flacFile) next() ([]float32, error) {
	fr, err := f.stream.ParseNext()
	if errors.Is(err, io.EOF) {
		return nil, f.end()
	}
	if err != nil {
		return nil, flacError(err)
	}
	if fr.BitsPerSample == 0 {
		return nil, fmt.Errorf("the FLAC file has %d bits, expected 8, 12, 16, 20 or 24; convert it to 24 bits", f.Bits)
	}
	if len(fr.Subframes) != f.Channels || int(fr.BitsPerSample) != f.Bits || fr.SampleRate != 0 && int(fr.SampleRate) != f.Rate {
		return nil, fmt.Errorf("the FLAC file changes at frame %d from %d channels, %d bits and %d samples per second to %d, %d and %d",
			f.frames, f.Channels, f.Bits, f.Rate, len(fr.Subframes), fr.BitsPerSample, fr.SampleRate)
	}
	fr.Hash(f.sum)
	n := int(fr.BlockSize)
	f.out = f.out[:0]
	scale := 1 / float32(int64(1)<<(f.Bits-1))
	for i := range n {
		for _, s := range fr.Subframes {
			f.out = append(f.out, float32(s.Samples[i])*scale)
		}
	}
	f.frames += n
	if f.Frames >= 0 && f.frames > f.Frames {
		return nil, fmt.Errorf("the FLAC file has more samples than the %d that it says; it is damaged", f.Frames)
	}
	return f.out, nil
}

// end holds what came against what the header says.
func (f *flacFile) end() error {
	if f.Frames >= 0 && f.frames < f.Frames {
		return fmt.Errorf("the FLAC file says that it has %d samples, but only %d are there: %w", f.Frames, f.frames, ErrTruncated)
	}
	if want := f.stream.Info.MD5sum; want != [md5.Size]byte{} && !bytes.Equal(want[:], f.sum.Sum(nil)) {
		return errors.New("the FLAC file's samples don't have the checksum that it says; it is damaged, copy it again")
	}
	return io.EOF
}

func flacError(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("the FLAC file ends within a frame: %w", ErrTruncated)
	}
	return fmt.Errorf("the FLAC file is damaged: %w; copy it again", err)
}

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
