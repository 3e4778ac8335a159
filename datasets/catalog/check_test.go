package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/catalog"
)

func dot(v uint8) image.Image {
	m := image.NewGray(image.Rect(0, 0, 1, 1))
	m.SetGray(0, 0, color.Gray{v})
	return m
}

func set(classes []string, samples ...catalog.Sample) *catalog.Samples {
	return &catalog.Samples{Classes: classes, N: len(samples), At: func(_ context.Context, i int) (catalog.Sample, error) {
		if samples[i].Text == "unreadable" {
			return catalog.Sample{Name: samples[i].Name}, errors.New("can't be read")
		}
		return samples[i], nil
	}}
}

func TestCheckFinds(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		name string
		s    *catalog.Samples
		want []string
	}{
		{"nothing", set(nil, catalog.Sample{Text: "a", Class: -1}, catalog.Sample{Text: "b", Class: -1}), nil},
		{"no samples", set(nil), []string{"there are no samples"}},
		{"an unreadable one", set(nil, catalog.Sample{Name: "a.png", Text: "unreadable"}), []string{"a.png: can't be read"}},
		{"an empty one", set(nil, catalog.Sample{Class: -1}), []string{"sample 0: it holds nothing: no picture, no text, no sound"}},
		{
			"a wrong class", set([]string{"x"}, catalog.Sample{Text: "a", Class: 0}, catalog.Sample{Text: "b", Class: 1}),
			[]string{
				"sample 1: its class is 1: expected 0 to 0",
				"class x: all samples are of this class, so there is nothing to tell apart",
			},
		},
		{
			"a slip of the hand", set([]string{"x y", "x  y "}, catalog.Sample{Text: "a"}, catalog.Sample{Text: "b", Class: 1}),
			[]string{`class "x  y ": it differs from "x y" in white space alone`},
		},
		{"an empty class", set([]string{"x", "y"}, catalog.Sample{Text: "a"}), []string{"class y: no sample is of this class"}},
		{
			"a class of the test side only",
			set([]string{"x", "y"}, catalog.Sample{Text: "a", Side: "train"}, catalog.Sample{Text: "b", Side: "test", Class: 1}),
			[]string{"class y: no training sample is of this class"},
		},
		{
			"two labels", set([]string{"x", "y"}, catalog.Sample{Image: dot(1), Name: "a"}, catalog.Sample{Image: dot(1), Name: "b", Class: 1}),
			[]string{"b: is of the class y, and the same content of the class x (a)"},
		},
		{
			"two of nothing", set([]string{"x", "y"}, catalog.Sample{Name: "a"}, catalog.Sample{Name: "b", Class: 1}),
			[]string{"a: it holds nothing: no picture, no text, no sound", "b: it holds nothing: no picture, no text, no sound"},
		},
		{
			"all together", &catalog.Samples{N: 1, Problem: "too many", At: func(context.Context, int) (catalog.Sample, error) {
				return catalog.Sample{Text: "a", Class: -1}, nil
			}},
			[]string{"too many"},
		},
		{
			"a leak", set(nil, catalog.Sample{Name: "a", Image: dot(1), Class: -1, Side: "train"},
				catalog.Sample{Name: "b", Image: dot(1), Class: -1, Side: "test"}),
			[]string{"b: is on the side test, and the same content is on the side train (a)"},
		},
		{
			"on no side", set([]string{"x", "y"}, catalog.Sample{Text: "a", Side: "train"}, catalog.Sample{Text: "a"},
				catalog.Sample{Text: "b", Class: 1}, catalog.Sample{Text: "c", Side: "test", Class: 1}),
			[]string{"class y: no training sample is of this class"},
		},
		{
			"sounds", set(nil, catalog.Sample{Audio: []float32{0, 0}, Rate: 8, Class: -1}, catalog.Sample{Audio: []float32{1}, Class: -1},
				catalog.Sample{Audio: []float32{1, nan}, Rate: 8, Class: -1}),
			[]string{"sample 0: its sound is silent", "sample 1: its sound has a rate of 0 Hz", "sample 2: number 1 of its sound is NaN"},
		},
	} {
		calls := 0
		r, err := catalog.Check(t.Context(), c.s, func(done int) { calls++; require.Equal(t, calls, done) })
		require.NoError(t, err)
		require.Equal(t, c.s.N, calls)
		var got []string
		for _, p := range r.Problems {
			got = append(got, p.String())
		}
		require.Equal(t, c.want, got, c.name)
		require.Equal(t, len(c.want), r.Found)
	}
}

func TestCheckCountsDuplicatesAndClasses(t *testing.T) {
	r, err := catalog.Check(t.Context(), set([]string{"x", "y"},
		catalog.Sample{Image: dot(1)}, catalog.Sample{Image: dot(2), Class: 1}, catalog.Sample{Image: dot(1)}), nil)
	require.NoError(t, err)
	require.Equal(t, &catalog.Report{Samples: 3, PerClass: []int{2, 1}, Duplicates: 1}, r)
}

// What is named is bounded, what is counted is not; and the order is the samples'.
func TestCheckOfManyProblems(t *testing.T) {
	samples := make([]catalog.Sample, 3000)
	for i := range samples {
		samples[i] = catalog.Sample{Name: fmt.Sprint(i), Text: "unreadable"}
	}
	r, err := catalog.Check(t.Context(), set(nil, samples...), nil)
	require.NoError(t, err)
	require.Equal(t, 3000, r.Found)
	require.Len(t, r.Problems, catalog.MaxProblems)
	for i, p := range r.Problems {
		require.Equal(t, i, p.Sample)
	}
}

func TestCheckStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := &catalog.Samples{N: math.MaxInt, At: func(context.Context, int) (catalog.Sample, error) { return catalog.Sample{Text: "a"}, nil }}
	_, err := catalog.Check(ctx, s, func(done int) {
		if done == 100 {
			cancel()
		}
	})
	require.ErrorIs(t, err, context.Canceled)
}

func ExampleCheck() {
	samples := &catalog.Samples{Classes: []string{"cat", "dog"}, N: 1, At: func(context.Context, int) (catalog.Sample, error) {
		return catalog.Sample{Name: "tom.png", Text: "a cat", Class: 0}, nil
	}}
	report, err := catalog.Check(context.Background(), samples, nil)
	fmt.Println(report.Problems, err)
	// Output: [class dog: no sample is of this class] <nil>
}
