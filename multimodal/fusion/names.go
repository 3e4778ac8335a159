package fusion

import (
	"fmt"

	"multitorch/torch"
)

// kinds are the fusions by name, in the order of [Names].
var kinds = []struct {
	name  string
	reads func(modality int) bool // which sequences; nil: none
	make  func(sizes []int, output int, opts ...Option) Fusion
}{
	{"concat", nil, func(sizes []int, _ int, _ ...Option) Fusion { return NewConcat(sizes) }},
	{"early-concat", everyOne, func(s []int, n int, o ...Option) Fusion { return NewEarlyConcat(s, n, o...) }},
	{"sum", nil, func(s []int, n int, _ ...Option) Fusion { return NewSum(s, n) }},
	{"product", nil, func(s []int, n int, _ ...Option) Fusion { return NewProduct(s, n) }},
	{"attention", nil, func(s []int, n int, _ ...Option) Fusion { return NewAttention(s, n) }},
	{"gated", nil, func(s []int, n int, _ ...Option) Fusion { return NewGated(s, n) }},
	{"film", nil, func(s []int, n int, _ ...Option) Fusion { return NewFiLM(s, n) }},
	{"bilinear", nil, func(s []int, n int, o ...Option) Fusion { return NewBilinear(s, n, o...) }},
	{"tensor", nil, func(sizes []int, _ int, _ ...Option) Fusion { return NewTensor(sizes) }},
	{"low-rank", nil, func(s []int, n int, o ...Option) Fusion { return NewLowRank(s, n, o...) }},
	{"cross-attention", everyOne, func(s []int, n int, o ...Option) Fusion { return NewCrossAttention(s, n, o...) }},
	{"relation", theFirst, func(s []int, n int, o ...Option) Fusion { return NewRelation(s, n, o...) }},
}

func everyOne(int) bool { return true }

func theFirst(modality int) bool { return modality == 0 }

// Reads is [ReadsSequence] of the fusion of a name, before it is made.
func Reads(name string, modality int) bool {
	for _, k := range kinds {
		if k.name == name {
			return k.reads != nil && k.reads(modality)
		}
	}
	return false
}

// Names lists the names that [New] knows.
func Names() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	return names
}

// New makes the fusion of a name for features of the given widths, one for each modality. Its result has the width
// output, but for concat and tensor, whose width follows from the sizes. A name that is none, and sizes or settings that
// don't fit, are errors.
func New(name string, sizes []int, output int, opts ...Option) (f Fusion, err error) {
	for _, k := range kinds {
		if k.name == name {
			err = torch.Try(func() error { f = k.make(sizes, output, opts...); return nil })
			return f, err
		}
	}
	return nil, fmt.Errorf("fusion %.40q: expected one of %q", name, Names())
}
