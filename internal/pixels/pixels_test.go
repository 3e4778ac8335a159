package pixels_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/internal/pixels"
)

// The scales are what their weights say, for every number of channels and odd sizes. Package picture holds the other loops
// against Pillow.
func TestResize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width, rows := rapid.IntRange(1, 40).Draw(t, "width"), rapid.IntRange(1, 5).Draw(t, "rows")
		channels, n := rapid.IntRange(1, 4).Draw(t, "channels"), rapid.IntRange(1, 20).Draw(t, "n")
		in := rapid.SliceOfN(rapid.Uint8(), width*channels*rows, -1).Draw(t, "in")[:width*channels*rows]
		taps := pixels.Taps{Size: rapid.IntRange(1, min(9, width)).Draw(t, "size")}
		for range n {
			count := rapid.IntRange(0, taps.Size).Draw(t, "count")
			taps.First = append(taps.First, int32(rapid.IntRange(0, width-count).Draw(t, "first")))
			taps.Count = append(taps.Count, int32(count))
			for range taps.Size {
				taps.Weights = append(taps.Weights, int32(rapid.IntRange(-1<<19, 1<<20).Draw(t, "weight")))
			}
		}
		pixel := func(i int, at func(k int) uint8) uint8 {
			sum := 1 << 21
			for k := range int(taps.Count[i]) {
				sum += int(taps.Weights[i*taps.Size+k]) * int(at(int(taps.First[i])+k))
			}
			return uint8(min(max(sum>>22, 0), 255))
		}
		got, want := make([]uint8, n*channels*rows), make([]uint8, n*channels*rows)
		pixels.ResizeRows(in, width, channels, rows, got, taps)
		for y := range rows {
			for i := range n {
				for c := range channels {
					want[(y*n+i)*channels+c] = pixel(i, func(k int) uint8 { return in[(y*width+k)*channels+c] })
				}
			}
		}
		require.Equal(t, want, got)
		// The same numbers as columns: width of them, each of channels x rows bytes.
		pixels.ResizeColumns(in, channels*rows, got, taps)
		for i := range n {
			for x := range channels * rows {
				want[i*channels*rows+x] = pixel(i, func(k int) uint8 { return in[k*channels*rows+x] })
			}
		}
		require.Equal(t, want, got)
	})
}

func TestLengthsAreChecked(t *testing.T) {
	taps := pixels.Taps{First: []int32{3}, Count: []int32{2}, Weights: make([]int32, 2), Size: 2}
	plane := pixels.Plane{Pix: make([]uint8, 16), Stride: 4, Width: 4, Height: 4}
	for name, f := range map[string]func(){
		"ResizeRows":    func() { pixels.ResizeRows(make([]uint8, 4), 4, 1, 1, make([]uint8, 1), taps) },
		"ResizeColumns": func() { pixels.ResizeColumns(make([]uint8, 4), 1, make([]uint8, 1), taps) },
		"InverseDCT":    func() { pixels.InverseDCT(make([]int16, 64), new([64]int32), 1, make([]uint8, 63), 8) },
		"Unfilter":      func() { pixels.Unfilter(make([]uint8, 14), 2, 3, make([]uint8, 11), 0) },
		"YCCToRGB":      func() { pixels.YCCToRGB(plane, plane, plane, 2, 2, make([]uint8, 48)) },
	} {
		require.PanicsWithValue(t, "pixels: "+name+": lengths do not fit", f)
	}
}
