package audio

import (
	"multitorch/multimodal/audio/functional"
	"multitorch/nn"
	"multitorch/torch"
)

// MaskOption is an option of the modules that mask: [IIDMasks], [P], [MaskValue] and [ZeroMasking].
type MaskOption interface{ mask(*maskConfig) }

type maskConfig struct {
	iid   bool
	p     float64
	value float64
	zero  bool
}

// IIDMasks(true) masks each spectrogram of a batch apart. The default is false, and true in [SpecAugment].
type IIDMasks bool

// P is the greatest part of the axis that a mask may cover. The default is 1.
type P float64

// MaskValue stands in the place of what is masked. The default is 0.
type MaskValue float64

// ZeroMasking(true) lets [SpecAugment] mask by 0 instead of the mean. The default is false.
type ZeroMasking bool

func (b IIDMasks) mask(c *maskConfig)    { c.iid = bool(b) }
func (p P) mask(c *maskConfig)           { c.p = float64(p) }
func (v MaskValue) mask(c *maskConfig)   { c.value = float64(v) }
func (b ZeroMasking) mask(c *maskConfig) { c.zero = bool(b) }

func masks(module string, iid bool, opts []MaskOption, params ...int) maskConfig {
	c := maskConfig{iid: iid, p: 1}
	for _, o := range opts {
		o.mask(&c)
	}
	for _, n := range params {
		if n < 0 {
			panic(invalid(module, "the numbers of masks and the most that they cover must not be negative, but got %d", n))
		}
	}
	if !(c.p >= 0 && c.p <= 1) {
		panic(invalid(module, "p must lie in [0, 1], but got %v", c.p))
	}
	return c
}

// FrequencyMasking is torchaudio.transforms.FrequencyMasking: a random number of neighbouring frequencies, below its
// parameter, of spectrograms [..., freq, frames] is masked, in training and evaluation alike. The same seed gives
// torchaudio's masks.
type FrequencyMasking struct {
	nn.Base
	param  int
	config maskConfig
}

// NewFrequencyMasking makes one that masks fewer than param frequencies.
func NewFrequencyMasking(param int, opts ...MaskOption) *FrequencyMasking {
	return &FrequencyMasking{param: param, config: masks("FrequencyMasking", false, opts, param)}
}

// Forward masks.
func (m *FrequencyMasking) Forward(spec *torch.Tensor) *torch.Tensor {
	return nn.Through(m, spec, func(spec *torch.Tensor) *torch.Tensor { return m.config.along(spec, m.param, -2, m.config.value) })
}

// TimeMasking is torchaudio.transforms.TimeMasking: as [FrequencyMasking], of frames.
type TimeMasking struct {
	nn.Base
	param  int
	config maskConfig
}

// NewTimeMasking makes one that masks fewer than param frames.
func NewTimeMasking(param int, opts ...MaskOption) *TimeMasking {
	return &TimeMasking{param: param, config: masks("TimeMasking", false, opts, param)}
}

// Forward masks.
func (m *TimeMasking) Forward(spec *torch.Tensor) *torch.Tensor {
	return nn.Through(m, spec, func(spec *torch.Tensor) *torch.Tensor { return m.config.along(spec, m.param, -1, m.config.value) })
}

func (c maskConfig) along(spec *torch.Tensor, param, axis int, value any) *torch.Tensor {
	if c.iid {
		return functional.MaskAlongAxisIID(spec, param, value, axis, c.p)
	}
	if mean, ok := value.(*torch.Tensor); ok {
		value = mean.Item()
	}
	return functional.MaskAlongAxis(spec, param, value.(float64), axis, c.p)
}

// SpecAugment is torchaudio.transforms.SpecAugment (Park et al., "SpecAugment: a simple data augmentation method for
// automatic speech recognition", 2019): several masks of frames and of frequencies, by the spectrogram's mean.
type SpecAugment struct {
	nn.Base
	timeMasks, timeParam, freqMasks, freqParam int
	config                                     maskConfig
}

// NewSpecAugment makes one of timeMasks masks of fewer than timeParam frames and freqMasks of fewer than freqParam frequencies.
func NewSpecAugment(timeMasks, timeParam, freqMasks, freqParam int, opts ...MaskOption) *SpecAugment {
	c := masks("SpecAugment", true, opts, timeMasks, timeParam, freqMasks, freqParam)
	return &SpecAugment{timeMasks: timeMasks, timeParam: timeParam, freqMasks: freqMasks, freqParam: freqParam, config: c}
}

// Forward masks spectrograms [..., freq, frames].
func (m *SpecAugment) Forward(spec *torch.Tensor) *torch.Tensor {
	return nn.Through(m, spec, func(spec *torch.Tensor) *torch.Tensor {
		c := m.config
		c.iid = c.iid && spec.Dim() > 2
		var value any = 0.
		if !c.zero {
			value = spec.Mean()
		}
		for range m.timeMasks {
			spec = c.along(spec, m.timeParam, -1, value)
		}
		for range m.freqMasks {
			spec = c.along(spec, m.freqParam, -2, value)
		}
		return spec
	})
}
