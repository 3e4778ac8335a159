package plot_test

import (
	"image"
	"image/color"
	imagedraw "image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/trainer/plot"
)

var (
	blue      = color.RGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff} // the first series
	vermilion = color.RGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff} // the second
)

const (
	pictureWidth, pictureHeight = 1600, 720
	headerHeight                = 130 // title and legend, when the legend has one row
)

func draw(t *testing.T, title string, series ...plot.Series) *image.RGBA {
	t.Helper()
	path := filepath.Join(t.TempDir(), "curves.png")
	require.NoError(t, plot.Curves(path, title, series...))
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	img, err := png.Decode(f)
	require.NoError(t, err)
	require.Equal(t, image.Pt(pictureWidth, pictureHeight), img.Bounds().Size())
	rgba := image.NewRGBA(img.Bounds())
	imagedraw.Draw(rgba, rgba.Bounds(), img, image.Point{}, imagedraw.Src)
	return rgba
}

// count returns the pixels of a colour in a part of the picture.
func count(img *image.RGBA, c color.RGBA, part image.Rectangle) int {
	n := 0
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			if img.RGBAAt(x, y) == c {
				n++
			}
		}
	}
	return n
}

// The panels below title and legend.
var (
	loss     = image.Rect(0, headerHeight, pictureWidth/2, pictureHeight)
	accuracy = image.Rect(pictureWidth/2, headerHeight, pictureWidth, pictureHeight)
)

func TestCurvesDrawsBothPanels(t *testing.T) {
	img := draw(
		t, "both",
		plot.Series{Name: "train", Loss: []float64{3, 2, 1}, Accuracy: []float64{0.1, 0.5, 0.9}},
		plot.Series{Name: "validation", Loss: []float64{3.5, 2.5, 2}, Accuracy: []float64{0, 0.4, 0.6}},
	)
	for _, part := range []image.Rectangle{loss, accuracy} {
		require.Greater(t, count(img, blue, part), 300)
		require.Greater(t, count(img, vermilion, part), 300)
	}
}

func TestCurvesLegendCoversNoData(t *testing.T) {
	values := []float64{0.9, 0.9, 0.9, 0.1, 0.9}
	a := draw(t, "same", plot.Series{Name: "i", Loss: values, Accuracy: values}, plot.Series{Name: "i", Loss: values})
	b := draw(t, "same", plot.Series{Name: "a name that is longer", Loss: values, Accuracy: values}, plot.Series{Name: "b", Loss: values})
	differences := 0
	for y := range pictureHeight {
		for x := range pictureWidth {
			if a.RGBAAt(x, y) != b.RGBAAt(x, y) {
				differences++
				require.Less(t, y, headerHeight, "names are written above the panels only")
			}
		}
	}
	require.Greater(t, differences, 100)
}

func TestCurvesGap(t *testing.T) {
	middle := image.Rect(pictureWidth*2/10, headerHeight, pictureWidth*3/10, pictureHeight)
	whole := draw(t, "", plot.Series{Loss: []float64{1, 1, 1, 2}})
	require.Positive(t, count(whole, blue, middle))
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300} {
		img := draw(t, "", plot.Series{Loss: []float64{1, bad, bad, 2}})
		require.Zero(t, count(img, blue, middle), "%v", bad)
		require.Positive(t, count(img, blue, loss), "the points beside it are dots")
	}
}

func TestCurvesOnePoint(t *testing.T) {
	img := draw(t, "one", plot.Series{Name: "train", Loss: []float64{2.3}, Accuracy: []float64{0.5}})
	for _, part := range []image.Rectangle{loss, accuracy} {
		n := count(img, blue, part)
		require.Greater(t, n, 20)
		require.Less(t, n, 200, "a dot")
	}
}

func TestCurvesLeavesOutSeriesWithoutPoints(t *testing.T) {
	tests := map[string][]plot.Series{
		"no series":    nil,
		"empty series": {{Name: "train"}, {Name: "validation"}},
		"only NaN":     {{Name: "train", Loss: []float64{math.NaN()}, Accuracy: []float64{math.NaN()}}},
	}
	want := draw(t, "title")
	for name, series := range tests {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, want, draw(t, "title", series...))
		})
	}
	img := draw(t, "", plot.Series{Name: "empty"}, plot.Series{Name: "validation", Loss: []float64{1, 2}})
	require.Positive(t, count(img, vermilion, loss), "a series keeps its colour beside one that is left out")
	require.Zero(t, count(img, vermilion, accuracy))
	require.Zero(t, count(img, blue, img.Bounds()))
}

func TestCurvesEpochs(t *testing.T) {
	values := []float64{1, 3, 2}
	counted := draw(t, "", plot.Series{Loss: values})
	require.Equal(t, counted, draw(t, "", plot.Series{Loss: values, Epochs: []int{1, 2, 3}}))
	require.NotEqual(t, counted, draw(t, "", plot.Series{Loss: values, Epochs: []int{2, 3, 4}}))
	require.NotEqual(t, counted, draw(t, "", plot.Series{Loss: values, Epochs: []int{1, 2, 4}}))
}

func TestCurvesExtremeValues(t *testing.T) {
	const tiny = math.SmallestNonzeroFloat64
	tests := map[string][]float64{
		"zeros":           {0, 0},
		"equal":           {0.7, 0.7, 0.7},
		"nearly equal":    {1, math.Nextafter(1, 2)},
		"tiny":            {tiny, 2 * tiny},
		"small and large": {1e-30, 1e30},
		"largest":         {-math.MaxFloat32, math.MaxFloat32},
		"negative":        {-5, -4.5},
		"around zero":     {-1e-12, 1e-12},
	}
	for name, values := range tests {
		t.Run(name, func(t *testing.T) {
			require.Greater(t, count(draw(t, "", plot.Series{Loss: values}), blue, loss), 40)
		})
	}
}

func TestCurvesLongTitleAndManySeries(t *testing.T) {
	var series []plot.Series
	for range 8 {
		series = append(series, plot.Series{Name: strings.Repeat("long name ", 4), Loss: make([]float64, 100)})
	}
	img := draw(t, strings.Repeat("a long title ", 12), series...)
	white := color.RGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}
	for _, edge := range []image.Rectangle{
		image.Rect(0, 0, 10, pictureHeight), image.Rect(pictureWidth-10, 0, pictureWidth, pictureHeight),
	} {
		require.Equal(t, edge.Dx()*edge.Dy(), count(img, white, edge), "nothing runs over the edge")
	}
}

func TestCurvesErrors(t *testing.T) {
	two, three := []float64{0.1, 0.2}, []float64{0.1, 0.2, 0.3}
	tests := []struct {
		name   string
		series plot.Series
		want   string
	}{
		{"lengths", plot.Series{Loss: two, Accuracy: three}, "got 2 and 3"},
		{"too few epochs", plot.Series{Loss: two, Epochs: []int{1}}, "each of its 2 points, got 1 epochs"},
		{"epochs for nothing", plot.Series{Epochs: []int{1}}, "got 1 epochs"},
		{"epochs repeat", plot.Series{Loss: two, Epochs: []int{4, 4}}, "got 4 after 4"},
		{"percentages", plot.Series{Accuracy: []float64{0.5, 71.6}}, "got 71.6 at point 1; divide"},
		{"negative accuracy", plot.Series{Accuracy: []float64{-0.1, 0}}, "got -0.1 at point 0"},
		{"infinite accuracy", plot.Series{Accuracy: []float64{math.Inf(1)}}, "got +Inf at point 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "curves.png")
			tt.series.Name = "validation"
			err := plot.Curves(path, "", plot.Series{Name: "train"}, tt.series)
			require.ErrorContains(t, err, tt.want)
			require.ErrorContains(t, err, path)
			require.ErrorContains(t, err, `series 1 ("validation")`)
			require.NoFileExists(t, path)
		})
	}
	missing := filepath.Join(t.TempDir(), "missing", "curves.png")
	require.ErrorContains(t, plot.Curves(missing, ""), missing)
}
