package datasets_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/torch"
)

type label int

type inner struct{ X float64 }

type row struct {
	Image   *torch.Tensor
	Pixels  []float32
	Grid    [][]uint8
	Triple  [3]int32
	Label   label
	Weight  float32
	Score   float64
	Flag    bool
	Phase   complex64
	Name    string
	Inner   inner
	Pointer *inner
	Views   []*torch.Tensor
	Named   map[string]int
	Missing *torch.Tensor
	Extra   func()
	hidden  int
}

type innerBatch struct{ X *torch.Tensor }

type rowBatch struct {
	Image, Pixels, Grid, Triple, Label, Weight, Score, Flag, Phase *torch.Tensor

	Name    []string
	Inner   innerBatch
	Pointer *innerBatch
	Views   []*torch.Tensor
	Named   map[string]*torch.Tensor
	Missing *torch.Tensor
	hidden  int
}

func newRow(i int) row {
	return row{
		Image: torch.Full(torch.Shape{2}, float64(i)), Pixels: []float32{float32(i), 0.5}, Grid: [][]uint8{{1}, {uint8(i)}},
		Triple: [3]int32{1, 2, int32(i)}, Label: label(i), Weight: float32(i), Score: float64(i), Flag: i > 0, Phase: complex(0, float32(i)),
		Name: string(rune('a' + i)), Inner: inner{float64(i)}, Pointer: &inner{float64(-i)},
		Views: []*torch.Tensor{torch.New(i), torch.New([]int{i, i})}, Named: map[string]int{"n": i}, hidden: 5,
	}
}

func TestCollate(t *testing.T) {
	b, err := datasets.Collate[row, rowBatch]([]row{newRow(0), newRow(1), newRow(2)})
	require.NoError(t, err)
	for _, c := range []struct {
		name  string
		got   *torch.Tensor
		dtype torch.DType
		shape torch.Shape
		value []float64
	}{
		{"Image", b.Image, torch.Float32, torch.Shape{3, 2}, []float64{0, 0, 1, 1, 2, 2}},
		{"Pixels", b.Pixels, torch.Float32, torch.Shape{3, 2}, []float64{0, 0.5, 1, 0.5, 2, 0.5}},
		{"Grid", b.Grid, torch.Uint8, torch.Shape{3, 2, 1}, []float64{1, 0, 1, 1, 1, 2}},
		{"Triple", b.Triple, torch.Int32, torch.Shape{3, 3}, []float64{1, 2, 0, 1, 2, 1, 1, 2, 2}},
		{"Label", b.Label, torch.Int64, torch.Shape{3}, []float64{0, 1, 2}},
		{"Weight", b.Weight, torch.Float32, torch.Shape{3}, []float64{0, 1, 2}},
		{"Score", b.Score, torch.Float64, torch.Shape{3}, []float64{0, 1, 2}},
		{"Flag", b.Flag, torch.Bool, torch.Shape{3}, []float64{0, 1, 1}},
		{"Inner", b.Inner.X, torch.Float64, torch.Shape{3}, []float64{0, 1, 2}},
		{"Pointer", b.Pointer.X, torch.Float64, torch.Shape{3}, []float64{0, -1, -2}},
		{"Views[0]", b.Views[0], torch.Int64, torch.Shape{3}, []float64{0, 1, 2}},
		{"Views[1]", b.Views[1], torch.Int64, torch.Shape{3, 2}, []float64{0, 0, 1, 1, 2, 2}},
		{"Named", b.Named["n"], torch.Int64, torch.Shape{3}, []float64{0, 1, 2}},
	} {
		require.Equal(t, c.dtype, c.got.DType(), c.name)
		require.Equal(t, c.shape, c.got.Shape(), c.name)
		require.Equal(t, c.value, torch.ToSlice[float64](c.got.To(torch.Float64)), c.name)
	}
	require.Equal(t, []complex64{0, 1i, 2i}, torch.ToSlice[complex64](b.Phase))
	require.Equal(t, []string{"a", "b", "c"}, b.Name)
	require.Nil(t, b.Missing)
	require.Zero(t, b.hidden)
}

func TestCollateSamplesThatDoNotFit(t *testing.T) {
	for _, c := range []struct {
		change func(r *row)
		err    string
	}{
		{func(r *row) { r.Image = torch.Ones(torch.Shape{3}) }, "field Image: stack:"},
		{func(r *row) { r.Image = nil }, "field Image: the tensor is nil in 1 of 2 samples"},
		{func(r *row) { r.Pixels = nil }, "field Pixels: sample 0 of the batch has 2 elements, but sample 1 has 0: bring them to one length"},
		{func(r *row) { r.Grid = [][]uint8{{1, 2}, {3, 4}} }, "field Grid: New: the rows differ in shape"},
		{func(r *row) { r.Pointer = nil }, "field Pointer: sample 1 of the batch is a nil *datasets_test.inner"},
		{func(r *row) { r.Views = r.Views[:1] }, "field Views: sample 0 of the batch has 2 elements, but sample 1 has 1"},
		{func(r *row) { r.Views[1] = r.Views[0] }, "field Views: element 1: stack:"},
		{func(r *row) { r.Named = map[string]int{"other": 1} }, "field Named: sample 1 of the batch has no key n"},
		{func(r *row) { r.Named = nil }, "field Named: sample 0 of the batch has 1 elements, but sample 1 has 0"},
	} {
		other := newRow(1)
		c.change(&other)
		_, err := datasets.Collate[row, rowBatch]([]row{newRow(0), other})
		require.ErrorContains(t, err, c.err)
	}
	_, err := datasets.Collate[row, rowBatch](nil)
	require.ErrorContains(t, err, "no samples")
}

func TestCollateTypesThatDoNotFit(t *testing.T) {
	type missing struct{ Other *torch.Tensor }
	_, err := datasets.Collate[row, missing]([]row{{}})
	require.ErrorContains(t, err, "has a field Other, but datasets_test.row has none")
	type kept struct{ Label int }
	_, err = datasets.Collate[row, kept]([]row{{}})
	require.ErrorContains(t, err, "field Label: samples of type datasets_test.label can't become a batch of type int")
	_, err = datasets.Collate[uint, *torch.Tensor]([]uint{1})
	require.ErrorContains(t, err, "a uint can't become a tensor")
	_, err = datasets.Collate[[]label, *torch.Tensor]([][]label{{1}})
	require.ErrorContains(t, err, "can't become a tensor")
	_, err = datasets.Collate[[]int, []int]([][]int{{1}})
	require.ErrorContains(t, err, "elements: samples of type int")
	_, err = datasets.Collate[map[string]int, map[string]int]([]map[string]int{{}})
	require.ErrorContains(t, err, "map values: samples of type int")
	type node struct{ Next *node }
	_, err = datasets.Collate[node, node]([]node{{}})
	require.ErrorContains(t, err, "nested too deep")

	_, err = datasets.NewLoader(function[row]{n: 1})
	require.ErrorContains(t, err, "need a batch type of their own: field Pixels: ")
	require.ErrorContains(t, err, "use NewLoaderFunc")
}

func TestCollateInALoader(t *testing.T) {
	data := function[row]{5, func(i int) (row, error) { return newRow(i), nil }}
	for _, workers := range []int{0, 2} {
		loader := load2(datasets.NewLoaderFunc(data, datasets.Collate[row, rowBatch], datasets.BatchSize(2), datasets.Workers(workers)))(t)
		labels := collect(t, loader, func(b rowBatch) []int { return torch.ToSlice[int](b.Label) })
		require.Equal(t, [][]int{{0, 1}, {2, 3}, {4}}, labels)
	}
}
