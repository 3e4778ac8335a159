package fusion

import (
	"fmt"

	"multitorch/nn"
	"multitorch/torch"
)

// Fusion makes one vector of several modalities.
type Fusion interface {
	nn.Module
	// Forward maps features, one tensor [N, size] for each modality, to [N, OutputSize()]. present is a bool [N, M] for M
	// modalities, false for those that a sample lacks; nil says that all are there.
	Forward(features []*torch.Tensor, present *torch.Tensor) *torch.Tensor
	// OutputSize is the width of the result.
	OutputSize() int
}

// OverSequences is a fusion that looks at the elements of a modality, such as the words of a text or the cells of a
// picture, where it is given a sequence [N, T, size]. A vector [N, size] is a sequence of one.
type OverSequences interface {
	Fusion
	// ReadsSequence reports whether sequences of a modality are read; of the others vectors are expected.
	ReadsSequence(modality int) bool
	// ForwardMasked is Forward with a mask for each modality: a bool [N, T], false for elements that only fill up, or nil.
	ForwardMasked(features, masks []*torch.Tensor, present *torch.Tensor) *torch.Tensor
}

// ReadsSequence reports whether a fusion reads sequences of a modality.
func ReadsSequence(f Fusion, modality int) bool {
	s, ok := f.(OverSequences)
	return ok && s.ReadsSequence(modality)
}

// inputs are what a fusion knows of what it is given.
type inputs struct {
	kind  string
	sizes []int
}

// newInputs checks the widths of the modalities' features.
func newInputs(kind string, sizes []int) inputs {
	if len(sizes) == 0 {
		panic(invalid(kind, "expected the width of each modality's features, but got none"))
	}
	for i, size := range sizes {
		if size < 1 || size >= mostProducts {
			panic(invalid(kind, "expected features of 1 to %d numbers, but got %d for modality %d", mostProducts-1, size, i))
		}
	}
	return inputs{kind, append([]int(nil), sizes...)}
}

// total is the width of all features side by side.
func (in inputs) total() (n int) {
	for _, size := range in.sizes {
		n += size
	}
	return n
}

// times is what a weight from all features to so many numbers has.
func (in inputs) times(numbers int) float64 { return float64(in.total()) * float64(numbers) }

// check refuses what doesn't fit. Of modalities that sequences says so of, those are taken as well.
func (in inputs) check(features []*torch.Tensor, present *torch.Tensor, sequences func(int) bool) {
	if len(features) != len(in.sizes) {
		panic(invalid(in.kind, "expected the features of %d modalities, but got %d", len(in.sizes), len(features)))
	}
	for i, x := range features {
		if x == nil {
			panic(invalid(in.kind, "the features of modality %d are nil; what is missing has features too, zeros say, and false in present", i))
		}
		want, shape := fmt.Sprintf("[N, %d]", in.sizes[i]), x.Shape()
		ok := len(shape) == 2
		if sequences != nil && sequences(i) {
			want += fmt.Sprintf(" or [N, T, %d]", in.sizes[i])
			ok = ok || len(shape) == 3
		}
		if !ok || shape[len(shape)-1] != in.sizes[i] || shape[0] != features[0].Size(0) {
			panic(invalid(in.kind, "expected features %s of modality %d, with N as in the others, but got the shape %v", want, i, shape))
		}
	}
	if present == nil {
		return
	}
	if s := present.Shape(); present.DType() != torch.Bool || len(s) != 2 || s[0] != features[0].Size(0) || s[1] != len(in.sizes) {
		panic(invalid(in.kind, "expected present as bool [%d, %d], but got %v (%v)", features[0].Size(0), len(in.sizes), s, present.DType()))
	}
}

func invalid(op, format string, args ...any) *torch.Error {
	return &torch.Error{Op: op, Kind: torch.ValueError, Message: fmt.Sprintf(format, args...)}
}

// fill is x, [N, ...], with value in the place of samples that lack a modality. Where all are there it is x.
func fill(x, present *torch.Tensor, modality int, value float64) *torch.Tensor {
	if present == nil {
		return x
	}
	return x.MaskedFill(missing(present, modality, x.Dim()), value)
}

// missing says which samples lack a modality: a bool [N, 1, ...] of as many dimensions as asked for.
func missing(present *torch.Tensor, modality, dims int) *torch.Tensor {
	m := present.Select(1, modality).Not()
	for range dims - 1 {
		m = m.Unsqueeze(-1)
	}
	return m
}

// filled are the features with zeros for what is missing, so that not even a NaN there reaches a weight's gradient.
func filled(features []*torch.Tensor, present *torch.Tensor) []*torch.Tensor {
	if present == nil {
		return features
	}
	clean := make([]*torch.Tensor, len(features))
	for i, x := range features {
		clean[i] = fill(x, present, i, 0)
	}
	return clean
}

// linears are layers from each modality's width to output.
func linears(sizes []int, output int, opts ...nn.LinearOption) []*nn.Linear {
	ls := make([]*nn.Linear, len(sizes))
	for i, size := range sizes {
		ls[i] = nn.NewLinear(size, output, opts...)
	}
	return ls
}
