package sound

import (
	"bufio"
	"bytes"
	"crypto/md5"
	"errors"
	"fmt"
	"hash"
	"io"
)

// flacFile reads the samples of a FLAC file (RFC 9639), of 4 to 32 bits.
type flacFile struct {
	Info
	r      *flacBits
	sum    hash.Hash
	want   [md5.Size]byte // of all samples; zeros if the file doesn't say it
	frames int            // read so far
	planes [8][]int64
	raw    []byte
	out    []float32
}

func (f *flacFile) info() Info { return f.Info }

func openFLAC(r io.Reader) (source, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	var head [8 + 34]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, flacError(err)
	}
	if length := int(head[5])<<16 | int(head[6])<<8 | int(head[7]); head[4]&0x7f != 0 || length != 34 {
		return nil, errors.New("the FLAC file does not begin with its stream's properties; copy it again")
	}
	h := bigEndian{data: head[8+10:]}
	f := &flacFile{r: &flacBits{in: in}, sum: md5.New()}
	f.Info = Info{Format: "flac", Encoding: "FLAC", Rate: h.read(20), Channels: h.read(3) + 1, Bits: h.read(5) + 1, Frames: h.read(36)}
	if f.Frames == 0 {
		f.Frames = -1 // not known
	}
	copy(f.want[:], head[8+18:])
	if f.Bits < 4 {
		return nil, fmt.Errorf("the FLAC file has %d bits, expected 4 to 32", f.Bits)
	}
	for last := head[4]&0x80 != 0; !last; {
		var block [4]byte
		if _, err := io.ReadFull(in, block[:]); err != nil {
			return nil, flacError(err)
		}
		last = block[0]&0x80 != 0
		if _, err := in.Discard(int(block[1])<<16 | int(block[2])<<8 | int(block[3])); err != nil {
			return nil, flacError(err)
		}
	}
	return f, f.Info.check()
}

func (f *flacFile) next() ([]float32, error) {
	if _, err := f.r.in.Peek(1); errors.Is(err, io.EOF) {
		return nil, f.end()
	}
	n, err := f.frame()
	if err != nil {
		return nil, flacError(err)
	}
	f.out, f.raw = f.out[:0], f.raw[:0]
	scale := 1 / float64(int64(1)<<(f.Bits-1))
	size := (f.Bits + 7) / 8
	for i := range n {
		for ch := range f.Channels {
			v := f.planes[ch][i]
			f.out = append(f.out, float32(float64(v)*scale))
			for b := range size {
				f.raw = append(f.raw, byte(v>>(8*b)))
			}
		}
	}
	f.sum.Write(f.raw)
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
	if f.want != [md5.Size]byte{} && !bytes.Equal(f.want[:], f.sum.Sum(nil)) {
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

// bigEndian reads numbers whose first bit is the highest.
type bigEndian struct {
	data []byte
	at   int
}

func (b *bigEndian) read(n int) (v int) {
	for range n {
		v = v<<1 | int(b.data[b.at>>3]>>(7-b.at&7)&1)
		b.at++
	}
	return v
}
