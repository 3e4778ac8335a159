package sound

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Writable says why a file of this format can't have this encoding, rate or number of channels.
func (i Info) Writable() error {
	if i.Format == "flac" {
		if i.Encoding != "FLAC" || i.Bits != 8 && i.Bits != 16 && i.Bits != 24 {
			return fmt.Errorf("a FLAC file has 8, 16 or 24 bits, got %s of %d", i.Encoding, i.Bits)
		}
		if i.Channels > 8 || i.Rate > 655350 {
			return fmt.Errorf("a FLAC file has at most 8 channels and 655,350 samples per second, got %d and %d", i.Channels, i.Rate)
		}
	} else if _, known := wavePut(i.Encoding, i.Bits); !known {
		return fmt.Errorf("a WAV file has PCM_S of 16, 24 or 32 bits, PCM_U of 8, or PCM_F of 32 or 64; got %s of %d", i.Encoding, i.Bits)
	}
	return i.check()
}

// WriteWAV writes a clip as PCM of 16, 24 or 32 bits ("PCM_S"), of 8 bits ("PCM_U"), or as floats of 32 or 64 bits
// ("PCM_F"). Integers are rounded to the nearest; what lies outside -1 to 1 is the caller's to check.
func WriteWAV(w io.Writer, c Clip) error {
	c.Format = "wav"
	if err := c.Writable(); err != nil {
		return err
	}
	put, _ := wavePut(c.Encoding, c.Bits)
	size := c.Bits / 8
	total := int64(len(c.Data)) * int64(size)
	if total > math.MaxUint32-100 {
		return fmt.Errorf("the samples take %d bytes, more than a WAV file's header can say (4 GiB); write FLAC, or several files", total)
	}
	code, extra := uint16(wavePCM), uint32(0)
	if c.Encoding == "PCM_F" {
		code, extra = waveFloat, 14 // a longer format, and the part "fact"
	}
	le := binary.LittleEndian
	head := append([]byte("RIFF"), le.AppendUint32(nil, 36+extra+uint32(total)+uint32(total&1))...)
	head = append(head, "WAVEfmt "...)
	head = le.AppendUint32(head, 16+extra/14*2)
	head = le.AppendUint16(head, code)
	head = le.AppendUint16(head, uint16(c.Channels))
	head = le.AppendUint32(head, uint32(c.Rate))
	head = le.AppendUint32(head, uint32(c.Rate*c.Channels*size))
	head = le.AppendUint16(head, uint16(c.Channels*size))
	head = le.AppendUint16(head, uint16(c.Bits))
	if extra > 0 {
		head = append(head, 0, 0)
		head = append(head, "fact\x04\x00\x00\x00"...)
		head = le.AppendUint32(head, uint32(len(c.Data)/c.Channels))
	}
	head = append(head, "data"...)
	head = le.AppendUint32(head, uint32(total))
	if _, err := w.Write(head); err != nil {
		return err
	}
	var b []byte
	for _, v := range c.Data {
		if b = put(b, v); len(b) >= 1<<15 {
			if _, err := w.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	if total&1 == 1 {
		b = append(b, 0)
	}
	_, err := w.Write(b)
	return err
}

func wavePut(encoding string, bits int) (put func(b []byte, v float32) []byte, known bool) {
	le := binary.LittleEndian
	switch fmt.Sprint(encoding, bits) {
	case "PCM_U8":
		return func(b []byte, v float32) []byte { return append(b, byte(Quantize(v, 8)+128)) }, true
	case "PCM_S16":
		return func(b []byte, v float32) []byte { return le.AppendUint16(b, uint16(Quantize(v, 16))) }, true
	case "PCM_S24":
		return func(b []byte, v float32) []byte {
			q := Quantize(v, 24)
			return append(b, byte(q), byte(q>>8), byte(q>>16))
		}, true
	case "PCM_S32":
		return func(b []byte, v float32) []byte { return le.AppendUint32(b, uint32(Quantize(v, 32))) }, true
	case "PCM_F32":
		return func(b []byte, v float32) []byte { return le.AppendUint32(b, math.Float32bits(v)) }, true
	case "PCM_F64":
		return func(b []byte, v float32) []byte { return le.AppendUint64(b, math.Float64bits(float64(v))) }, true
	}
	return nil, false
}

// Quantize is the nearest integer of so many bits to a sample, so that what was read comes out as it went in.
func Quantize(v float32, bits int) int32 {
	scale := math.Ldexp(1, bits-1)
	return int32(min(max(math.RoundToEven(float64(v)*scale), -scale), scale-1))
}
