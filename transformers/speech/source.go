package speech

import (
	"errors"
	"fmt"

	"multitorch/torch"
	"multitorch/transformers/processors"
)

// waveform is samples that are all there.
func waveform(samples *torch.Tensor) (processors.Source, error) {
	if samples.Dim() != 1 || samples.Numel() == 0 {
		return nil, fmt.Errorf("speech: expected samples [length], at least one, but got the shape %v", samples.Shape())
	}
	return processors.Waveform(samples), nil
}

// checked is a source at a rate, of which each piece is looked at when it is read.
func checked(s processors.Source, rate int) (processors.Source, error) {
	if r, says := s.(interface{ Rate() int }); says && r.Rate() != rate {
		return nil, fmt.Errorf("speech: expected samples at %d Hz, but these are at %d Hz", rate, r.Rate())
	}
	if s.Len() == 0 {
		return nil, errors.New("speech: expected at least one sample, but there is none")
	}
	return audibleSource{s}, nil
}

type audibleSource struct{ processors.Source }

func (s audibleSource) Samples(from, n int) (*torch.Tensor, error) {
	samples, err := s.Source.Samples(from, n)
	if err != nil {
		return nil, err
	}
	if err := audible(samples); err != nil {
		samples.Free()
		return nil, err
	}
	return samples, nil
}

// mostSample is far beyond what a sound has, and far below what a model can't compute with: a spectrum has squares.
const mostSample = 1e12

// audible is an error unless all samples are numbers from which something can be heard.
func audible(samples *torch.Tensor) (err error) {
	torch.Step(func() {
		if !samples.IsFinite().All().ItemBool() {
			err = errors.New("speech: some samples are NaN or infinite")
		} else if most := samples.Abs().Max().Item(); most > mostSample {
			err = fmt.Errorf("speech: expected samples from -1 to 1, but the largest is %.3g; is the file's scale another one?", most)
		}
	})
	return err
}
