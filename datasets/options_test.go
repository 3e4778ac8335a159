package datasets_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/torch"
)

func TestBadOptions(t *testing.T) {
	for _, c := range []struct {
		opts []datasets.Option
		err  string
	}{
		{[]datasets.Option{datasets.BatchSize(0)}, "BatchSize: expected at least 1, but got 0"},
		{[]datasets.Option{datasets.Workers(-1)}, "Workers: expected 0 or more, but got -1"},
		{[]datasets.Option{datasets.Workers(1), datasets.Prefetch(0)}, "Prefetch: expected at least 1, but got 0"},
		{[]datasets.Option{datasets.Prefetch(2)}, "give Workers too"},
		{[]datasets.Option{datasets.Shuffle(true), datasets.WithSampler(reversed(3))}, "exclude each other"},
		{[]datasets.Option{datasets.WithSampler(nil)}, "the sampler is nil"},
		{[]datasets.Option{nil}, "an option is nil"},
	} {
		_, err := datasets.NewLoaderFunc(indices(3), asInts, c.opts...)
		require.ErrorContains(t, err, c.err)
		_, err = datasets.NewLoader(newTutorial(3), c.opts...)
		require.ErrorContains(t, err, c.err)
		_, err = datasets.NewBatchLoader(batchFunc(nil), c.opts...)
		require.ErrorContains(t, err, c.err)
	}
	_, err := datasets.NewLoader[sample](nil)
	require.ErrorContains(t, err, "but got nil")
	_, err = datasets.NewLoaderFunc[int, []int](nil, asInts)
	require.ErrorContains(t, err, "but got nil")
	_, err = datasets.NewBatchLoader[int](nil)
	require.ErrorContains(t, err, "but got nil")
	_, err = datasets.NewLoaderFunc[int, []int](indices(3), nil)
	require.ErrorContains(t, err, "collate function is nil")
	_, err = datasets.NewLoaderFunc(indices(0), asInts, datasets.Shuffle(true))
	require.ErrorContains(t, err, "empty data set")
}

func TestConfigCanBeReadBack(t *testing.T) {
	g := torch.NewGenerator(1)
	loader := load2(datasets.NewLoader(newTutorial(3), datasets.BatchSize(2), datasets.Shuffle(true), datasets.DropLast(true),
		datasets.Workers(3), datasets.FreeSamples(true), datasets.Generator(g)))(t)
	require.Equal(t, datasets.LoaderConfig{
		BatchSize: 2, Shuffle: true, DropLast: true, Workers: 3, Prefetch: 2, FreeSamples: true, Generator: g,
	}, loader.Config())
	require.Equal(t, datasets.LoaderConfig{BatchSize: 1}, load2(datasets.NewLoader(newTutorial(3)))(t).Config())
	require.Equal(t, reversed(3), load2(datasets.NewLoader(newTutorial(3), datasets.WithSampler(reversed(3))))(t).Config().Sampler)
}

type sampler struct {
	length  int
	indices []int
}

func (s sampler) Len() int       { return s.length }
func (s sampler) Indices() []int { return s.indices }

func TestSampler(t *testing.T) {
	for _, workers := range []int{0, 2} {
		loader := load2(datasets.NewLoaderFunc(indices(5), asInts, datasets.BatchSize(2), datasets.Workers(workers),
			datasets.WithSampler(sampler{3, []int{4, 0, 4}})))(t)
		require.Equal(t, 2, loader.Len())
		require.Equal(t, [][]int{{4, 0}, {4}}, collect(t, loader, func(b []int) []int { return b }))
		for _, c := range []struct {
			sampler datasets.Sampler
			err     string
		}{
			{sampler{2, []int{4, 5}}, "expected indices from 0 to 4, but number 1 is 5"},
			{sampler{1, []int{-1}}, "number 0 is -1"},
			{sampler{3, []int{1}}, "the sampler's Len is 3, but it gave 1 indices"},
		} {
			loader := load2(datasets.NewLoaderFunc(indices(5), asInts, datasets.Workers(workers), datasets.WithSampler(c.sampler)))(t)
			it := loader.Iterator(context.Background())
			require.False(t, it.Next())
			require.ErrorContains(t, it.Err(), c.err)
		}
		none := load2(datasets.NewLoaderFunc(indices(5), asInts, datasets.Workers(workers), datasets.WithSampler(sampler{})))(t)
		require.Zero(t, none.Len())
		require.Empty(t, collect(t, none, func(b []int) []int { return b }))
	}
}

func TestTensorDataset(t *testing.T) {
	x, y := torch.New([][]float32{{1, 2}, {3, 4}, {5, 6}}), torch.New([]int{7, 8, 9})
	data, err := datasets.NewTensorDataset(x, y)
	require.NoError(t, err)
	require.Equal(t, 3, data.Len())
	row, err := data.Get(1)
	require.NoError(t, err)
	require.Equal(t, []float32{3, 4}, torch.ToSlice[float32](row[0]))
	require.True(t, row[0].SharesMemory(x))
	require.Equal(t, int64(8), row[1].ItemInt())

	loader := load2(datasets.NewLoader(data, datasets.BatchSize(2), datasets.WithSampler(reversed(3))))(t)
	want := [][]any{{[]float32{5, 6, 3, 4}, []int{9, 8}}, {[]float32{1, 2}, []int{7}}}
	got := collect(t, loader, func(b []*torch.Tensor) []any {
		values := []any{torch.ToSlice[float32](b[0]), torch.ToSlice[int](b[1])}
		b[0].ZeroInplace() // a batch is a copy
		return values
	})
	require.Equal(t, want, got)
	require.Equal(t, []float32{1, 2, 3, 4, 5, 6}, torch.ToSlice[float32](x))

	for _, c := range []struct {
		tensors []*torch.Tensor
		err     string
	}{
		{nil, "at least one tensor"},
		{[]*torch.Tensor{x, nil}, "tensor 1 of a TensorDataset is nil"},
		{[]*torch.Tensor{torch.New(1.5)}, "tensor 0 of a TensorDataset has no dimensions"},
		{[]*torch.Tensor{x, x, torch.New([]int{1})}, "tensor 0 has 3 rows and tensor 2 has 1"},
	} {
		_, err := datasets.NewTensorDataset(c.tensors...)
		require.ErrorContains(t, err, c.err)
	}
}

func TestSubset(t *testing.T) {
	tensors, err := datasets.NewTensorDataset(torch.New([]int{10, 11, 12, 13}))
	require.NoError(t, err)
	order := []int{3, 1, 1}
	whole, err := datasets.NewSubset[[]*torch.Tensor](tensors, order)
	require.NoError(t, err)
	order[0] = 0 // the subset has its own copy
	whole.Indices()[0] = 0
	require.Equal(t, []int{3, 1, 1}, whole.Indices())
	half, err := datasets.NewSubset[[]*torch.Tensor](whole, []int{0, 2})
	require.NoError(t, err)
	values := func(b []*torch.Tensor) []int { return torch.ToSlice[int](b[0]) }
	require.Equal(t, [][]int{{13, 11}, {11}}, collect(t, load2(datasets.NewLoader(whole, datasets.BatchSize(2)))(t), values))
	require.Equal(t, [][]int{{13, 11}}, collect(t, load2(datasets.NewLoader(half, datasets.BatchSize(2)))(t), values))
	row, err := half.Get(0)
	require.NoError(t, err)
	require.Equal(t, int64(13), row[0].ItemInt())

	plain, err := datasets.NewSubset[int](indices(5), []int{4, 2})
	require.NoError(t, err)
	require.Equal(t, 2, plain.Len())
	require.Equal(t, [][]int{{4, 2}},
		collect(t, load2(datasets.NewLoaderFunc(plain, asInts, datasets.BatchSize(2)))(t), func(b []int) []int { return b }))

	_, err = datasets.NewSubset[int](indices(5), []int{0, 5})
	require.ErrorContains(t, err, "expected indices from 0 to 4, but number 1 is 5")
	_, err = datasets.NewSubset[int](nil, nil)
	require.ErrorContains(t, err, "nil")
}
