package multimodal

import (
	"maps"

	"multitorch/torch"
)

// Without leaves a modality out, for all samples: what a model makes of the others tells what it owes to that one.
func (in Inputs) Without(modality string) Inputs {
	in.Of = maps.Clone(in.Of)
	delete(in.Of, modality)
	return in
}

// WithNoise disturbs a modality. To images, sounds and numbers it adds Gaussian noise of level times their standard
// deviation; of a text's words it takes the share level away. It draws from the default generator.
func (in Inputs) WithNoise(modality string, level float64) Inputs {
	given, ok := in.Of[modality]
	if !ok || level == 0 {
		return in
	}
	if !(level > 0) {
		panic(invalid("WithNoise", "expected a level of at least 0, but got %v", level))
	}
	if given.Data.DType().IsFloatingPoint() {
		given.Data = given.Data.Add(torch.RandnLike(given.Data).Mul(given.Data.StdCorrected(0).Mul(level)))
	} else {
		given.Data = hideWords(given.Data, min(level, 1))
	}
	in.Of = maps.Clone(in.Of)
	in.Of[modality] = given
	return in
}
