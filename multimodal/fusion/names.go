package fusion

import (
	"fmt"

	"multitorch/torch"
)

// kinds are the fusions by name, in the order of [Names].
var kinds = []struct {
	name string
	make func(sizes []int, output int, opts ...Option) Fusion
}{
	{"concat", func(sizes []int, _ int, _ ...Option) Fusion { return NewConcat(sizes) }},
	{"early-concat", func(s []int, n int, o ...Option) Fusion { return NewEarlyConcat(s, n, o...) }},
	{"sum", func(s []int, n int, _ ...Option) Fusion { return NewSum(s, n) }},
	{"product", func(s []int, n int, _ ...Option) Fusion { return NewProduct(s, n) }},
	{"attention", func(s []int, n int, _ ...Option) Fusion { return NewAttention(s, n) }},
	{"gated", func(s []int, n int, _ ...Option) Fusion { return NewGated(s, n) }},
	{"film", func(s []int, n int, _ ...Option) Fusion { return NewFiLM(s, n) }},
	{"bilinear", func(s []int, n int, o ...Option) Fusion { return NewBilinear(s, n, o...) }},
	{"tensor", func(sizes []int, _ int, _ ...Option) Fusion { return NewTensor(sizes) }},
	{"low-rank", func(s []int, n int, o ...Option) Fusion { return NewLowRank(s, n, o...) }},
	{"cross-attention", func(s []int, n int, o ...Option) Fusion { return NewCrossAttention(s, n, o...) }},
	{"relation", func(s []int, n int, o ...Option) Fusion { return NewRelation(s, n, o...) }},
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
