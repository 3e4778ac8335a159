package audio

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"multitorch/internal/atomicfile"
	"multitorch/internal/sound"
	"multitorch/torch"
)

// Encoding is how [Save] writes samples: "PCM_S", "PCM_U" or "PCM_F", the default, in WAV, and "FLAC" in FLAC.
type Encoding string

// BitsPerSample is how many bits [Save] writes for each sample: of PCM_S 16, 24 or 32, of PCM_U 8, of PCM_F 32 or 64, and
// of FLAC 8, 16 or 24.
type BitsPerSample int

// AllowClipping(true) lets [Save] write values outside -1 to 1 as -1 or 1 where integers are written. The default is an
// error.
type AllowClipping bool

// SaveOption is an option of [Save].
type SaveOption interface{ save(*saveConfig) }

type saveConfig struct {
	encoding string
	bits     int
	clip     bool
}

func (e Encoding) save(c *saveConfig)      { c.encoding = string(e) }
func (b BitsPerSample) save(c *saveConfig) { c.bits = int(b) }
func (a AllowClipping) save(c *saveConfig) { c.clip = bool(a) }

// Save writes a waveform [channels, frames] or [frames] as a .wav or .flac file, by the path's end: in full, or not at
// all. Without options nothing is lost that the tensor has, as in torchaudio: a WAV file has its dtype (float64, int16 or
// int32, else floats of 32 bits), a FLAC file 24 bits. Tensors of integers go up to their dtype's largest magnitude.
func Save(path string, wave *torch.Tensor, rate int, opts ...SaveOption) error {
	clip, err := clipOf(path, wave, rate, opts)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	write := sound.WriteWAV
	if clip.Format == "flac" {
		write = sound.WriteFLAC
	}
	return atomicfile.Write(path, func(w io.Writer) error { return write(w, clip) })
}

// integers are the dtypes of integers that are waveforms, with their bits.
var integers = map[torch.DType]int{torch.Int16: 16, torch.Int32: 32}

func clipOf(path string, wave *torch.Tensor, rate int, opts []SaveOption) (c sound.Clip, err error) {
	shape, dtype := wave.Shape(), wave.DType()
	bits, integer := integers[dtype]
	if len(shape) != 1 && len(shape) != 2 || len(shape) == 2 && shape[0] == 0 {
		return c, fmt.Errorf("expected a waveform [channels, frames] or [frames], got the shape %v", shape)
	}
	if !integer && !dtype.IsFloatingPoint() {
		return c, fmt.Errorf("expected a waveform of floats, int16 or int32, got %s", dtype)
	}
	s := saveConfig{}
	for _, o := range opts {
		o.save(&s)
	}
	c.Format = strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), ".")
	switch {
	case c.Format == "wav" && integer:
		s.fill("PCM_S", bits)
	case c.Format == "wav" && dtype == torch.Float64:
		s.fill("PCM_F", 64)
	case c.Format == "wav":
		s.fill("PCM_F", 32)
	case c.Format == "flac" && dtype == torch.Int16:
		s.fill("FLAC", 16)
	case c.Format == "flac":
		s.fill("FLAC", 24)
	default:
		return c, fmt.Errorf("expected a name that ends in .wav or .flac")
	}
	c.Encoding, c.Bits, c.Rate, c.Channels = s.encoding, s.bits, rate, 1
	err = torch.Try(func() error {
		torch.NoGrad(func() { c.Data, c.Channels = samplesOf(wave, bits) })
		return nil
	})
	if err == nil {
		err = c.Writable()
	}
	if err == nil {
		err = checkSamples(c, s.clip)
	}
	return c, err
}

// fill sets what was not asked for. Bits that were not asked for are the usual ones of the encoding.
func (s *saveConfig) fill(encoding string, bits int) {
	if s.encoding == "" {
		s.encoding = encoding
	} else if s.bits == 0 && s.encoding != encoding {
		bits = map[string]int{"PCM_U": 8, "PCM_S": 16, "PCM_F": 32, "FLAC": 24}[s.encoding]
	}
	if s.bits == 0 {
		s.bits = bits
	}
}

func samplesOf(wave *torch.Tensor, bits int) (data []float32, channels int) {
	torch.Step(func() {
		x := wave.Detach().To(torch.CPU)
		if x.Dim() == 1 {
			x = x.Unsqueeze(0)
		}
		channels = x.Size(0)
		x = x.T()
		if bits > 0 {
			x = x.To(torch.Float64).Div(float64(int64(1) << (bits - 1)))
		}
		data = torch.ToSlice[float32](x.To(torch.Float32).Contiguous())
	})
	return data, channels
}

// checkSamples looks for what a file can't have.
func checkSamples(c sound.Clip, clip bool) error {
	beyond, peak := 0, float32(0)
	for i, v := range c.Data {
		if v-v != 0 {
			return fmt.Errorf("frame %d of channel %d is %v, expected a number", i/c.Channels, i%c.Channels, v)
		}
		if v > 1 || v < -1 {
			beyond++
			peak = max(peak, v, -v)
		}
	}
	if beyond > 0 && c.Encoding != "PCM_F" && !clip {
		return fmt.Errorf("%d samples lie outside -1 to 1 (up to %g), which %s can't hold; divide the waveform by its peak, write PCM_F, "+
			"or say AllowClipping(true)", beyond, peak, c.Encoding)
	}
	return nil
}
