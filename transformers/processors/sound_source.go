package processors

import (
	"fmt"

	"multitorch/torch"
)

// Source is a recording of one channel that is read piece by piece, as multimodal/audio's Stream reads a file's.
type Source interface {
	// Len is how many samples there are.
	Len() int
	// Samples are n of them, from -1 to 1, [n], from one on. The caller frees them.
	Samples(from, n int) (*torch.Tensor, error)
}

// Waveform is the source of samples [length] that are all there.
func Waveform(samples *torch.Tensor) Source {
	if samples.Dim() != 1 || samples.Numel() == 0 {
		panic(invalid("expected samples [length], at least one, but got the shape %v", samples.Shape()))
	}
	return waveform{samples}
}

type waveform struct{ samples *torch.Tensor }

func (w waveform) Len() int { return w.samples.Size(0) }

func (w waveform) Samples(from, n int) (*torch.Tensor, error) {
	if from < 0 || n < 1 || n > w.Len()-from {
		return nil, fmt.Errorf("expected at least one sample from 0 to %d, got %d from %d on", w.Len(), n, from)
	}
	return w.samples.Narrow(0, from, n), nil
}
