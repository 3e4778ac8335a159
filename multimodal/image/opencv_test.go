package image_test

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"multitorch/multimodal/image"
)

// masked is discs, rings and noise.
func masked() *image.Image {
	m := image.New(80, 120, 1)
	within := func(y, x, cy, cx, r int) bool { return (y-cy)*(y-cy)+(x-cx)*(x-cx) <= r*r }
	for y := range 80 {
		for x := range 120 {
			in := within(y, x, 20, 25, 18) || within(y, x, 50, 80, 27) || within(y, x, 60, 20, 9) || within(y, x, 5, 115, 12)
			in = in && !within(y, x, 20, 25, 11) && !within(y, x, 50, 80, 20)
			if in || within(y, x, 50, 78, 7) || (x*7919+y*104729+x*y*31)%17 == 0 {
				m.At(y, x)[0] = 255
			}
		}
	}
	return m
}

// soft is OpenCV's GaussianBlur of 5 pixels on bytes: a kernel of 1, 4, 6, 4, 1.
func soft(m *image.Image) *image.Image {
	p := m.Pad(2, 2, 2, 2, image.Reflect)
	out := m.Clone()
	for y := range m.Height {
		for x := range m.Width {
			sum := 0
			for i, a := range []int{1, 4, 6, 4, 1} {
				for k, b := range []int{1, 4, 6, 4, 1} {
					sum += a * b * int(p.At(y+i, x+k)[0])
				}
			}
			out.At(y, x)[0] = uint8((sum + 128) >> 8)
		}
	}
	return out
}

// golden is what scripts/golden/image_opencv.py got.
type golden map[string]json.RawMessage

func opencv(t *testing.T) golden {
	content, err := os.ReadFile("testdata/opencv.json")
	require.NoError(t, err)
	var g golden
	require.NoError(t, json.Unmarshal(content, &g))
	return g
}

func read[T any](t *testing.T, g golden, key string) (v T) {
	require.Contains(t, g, key)
	require.NoError(t, json.Unmarshal(g[key], &v))
	return v
}

func (g golden) same(t *testing.T, key string, m *image.Image) {
	t.Helper()
	assert.Equal(t, read[uint32](t, g, key), crc32.ChecksumIEEE(m.Pix), key)
}

func TestLabIsOpenCVs(t *testing.T) {
	g := opencv(t)
	m := image.New(208, 676, 3)
	for i := range 208 * 676 {
		copy(m.Pix[3*i:], []uint8{uint8(5 * (i / 52 / 52)), uint8(5 * (i / 52 % 52)), uint8(5 * (i % 52))})
	}
	g.same(t, "lab", m.Lab())
	want := read[[]int](t, g, "from lab")
	got := m.FromLab()
	i := 0
	for y := range 208 {
		for x := 0; x < 676; x += 97 {
			for c := range 3 {
				require.InDelta(t, want[i], got.At(y, x)[c], 1, "%v", m.At(y, x))
				i++
			}
		}
	}
}

func TestMorphologyIsOpenCVs(t *testing.T) {
	g, m := opencv(t), synthetic(40, 61)
	for _, shape := range []image.Shape{image.Rect, image.Cross, image.Ellipse} {
		for _, s := range [][2]int{{1, 1}, {3, 3}, {5, 7}, {4, 6}, {9, 2}} {
			k := image.Kernel{Shape: shape, Height: s[0], Width: s[1]}
			g.same(t, fmt.Sprintf("erode %s %dx%d", shape, s[0], s[1]), m.Erode(k))
			g.same(t, fmt.Sprintf("dilate %s %dx%d", shape, s[0], s[1]), m.Dilate(k))
		}
		k := image.Kernel{Shape: shape, Height: 5, Width: 3}
		for op, got := range map[string]func(image.Kernel) *image.Image{
			"open": m.Grey().MorphOpen, "close": m.Grey().MorphClose, "gradient": m.Grey().MorphGradient,
			"tophat": m.Grey().TopHat, "blackhat": m.Grey().BlackHat,
		} {
			g.same(t, op+" "+string(shape), got(k))
		}
	}
	requirePanics(t, "expected a kernel of 1 to 255 pixels, got 0 x 3", func() { m.Erode(image.Kernel{Width: 3}) })
	requirePanics(t, "expected Rect, Cross or Ellipse", func() { m.Erode(image.Kernel{Shape: "star", Height: 3, Width: 3}) })
}

func TestThresholdsAndEdgesAreOpenCVs(t *testing.T) {
	g := opencv(t)
	g.same(t, "threshold", synthetic(40, 61).Threshold(100))
	grey := synthetic(40, 61).Grey()
	for name, m := range map[string]*image.Image{"grey": grey, "soft": soft(grey), "mask": masked()} {
		assert.Equal(t, read[int](t, g, "otsu "+name), m.Otsu(), name)
		g.same(t, "equalize "+name, m.EqualizeHist())
		for size, c := range map[int]float64{3: 2, 11: -3.5, 25: 0} {
			g.same(t, fmt.Sprintf("mean %s %d", name, size), m.AdaptiveMean(size, c))
			bits, err := hex.DecodeString(read[string](t, g, fmt.Sprintf("gaussian %s %d", name, size)))
			require.NoError(t, err)
			others := 0
			for i, v := range m.AdaptiveGaussian(size, c).Pix {
				if (v == 255) != (bits[i/8]>>(7-i%8)&1 == 1) {
					others++
				}
			}
			assert.LessOrEqual(t, others, len(m.Pix)/100, "%s %d", name, size)
		}
		want := read[[2]uint32](t, g, "sobel "+name)
		dx, dy := m.Sobel()
		for i, d := range [][]int16{dx, dy} {
			var b []byte
			for _, v := range d {
				b = binary.LittleEndian.AppendUint16(b, uint16(v))
			}
			assert.Equal(t, want[i], crc32.ChecksumIEEE(b), "%s %d", name, i)
		}
		for _, l := range [][2]float64{{50, 150}, {100, 100}, {300, 20.5}, {0, 700}} {
			g.same(t, fmt.Sprintf("canny %s %v %v", name, l[0], l[1]), m.Canny(l[0], l[1]))
		}
		g.same(t, "median "+name, m.Median(5))
	}
	requirePanics(t, "expected a picture of [1] channels", func() { synthetic(5, 5).Otsu() })
	requirePanics(t, "expected two levels of 0 or more", func() { grey.Canny(-1, 5) })
	requirePanics(t, "expected an odd size of 3", func() { grey.AdaptiveMean(4, 5) })
}

func TestContoursAndComponentsAreOpenCVs(t *testing.T) {
	g, m := opencv(t), masked()
	for _, diagonal := range []bool{false, true} {
		want := read[[][]int](t, g, fmt.Sprintf("components %v", diagonal))
		labels, regions := m.Components(diagonal)
		var got [][]int
		for _, c := range regions {
			got = append(got, []int{c.Left, c.Top, c.Width, c.Height, c.Area})
		}
		slices.SortFunc(got, slices.Compare)
		require.Equal(t, want, got)
		for i, v := range labels {
			require.Equal(t, m.Pix[i] != 0, v != 0)
		}
	}
	crc := func(points []image.Pixel) uint32 {
		var b []byte
		for _, p := range points {
			b = binary.LittleEndian.AppendUint32(b, uint32(p.X))
			b = binary.LittleEndian.AppendUint32(b, uint32(p.Y))
		}
		return crc32.ChecksumIEEE(b)
	}
	contours := m.Contours()
	var got []string
	for _, c := range contours {
		parent := any(-1)
		if c.Parent >= 0 {
			p := contours[c.Parent].Points[0]
			parent = []int{p.X, p.Y}
		}
		row, err := json.Marshal([]any{c.Points[0].X, c.Points[0].Y, len(c.Points), crc(c.Points), crc(c.Simplified()), c.Area(), parent})
		require.NoError(t, err)
		got = append(got, string(row))
	}
	var want []string
	for _, c := range read[[][]any](t, g, "contours") {
		row, err := json.Marshal(c)
		require.NoError(t, err)
		want = append(want, string(row))
	}
	require.ElementsMatch(t, want, got)
	require.Empty(t, image.New(3, 3, 1).Contours())
}
