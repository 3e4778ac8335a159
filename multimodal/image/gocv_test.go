//go:build gocv

package image_test

import (
	"bytes"
	"cmp"
	stdimage "image"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gocv.io/x/gocv"

	"multitorch/multimodal/image"
)

// toMat is a picture as OpenCV's, of one channel, or blue, green and red.
func toMat(t *testing.T, m *image.Image) gocv.Mat {
	kind := gocv.MatTypeCV8UC1
	if m.Channels == 3 {
		kind = gocv.MatTypeCV8UC3
	}
	mat, err := gocv.NewMatFromBytes(m.Height, m.Width, kind, swapped(m).Pix)
	require.NoError(t, err)
	t.Cleanup(func() { mat.Close() })
	return mat
}

func fromMat(mat gocv.Mat) *image.Image {
	return swapped(&image.Image{Pix: mat.ToBytes(), Height: mat.Rows(), Width: mat.Cols(), Channels: mat.Channels()})
}

// swapped exchanges red and blue.
func swapped(m *image.Image) *image.Image {
	out := m.Clone()
	if m.Channels == 3 {
		for i := 0; i < len(out.Pix); i += 3 {
			out.Pix[i], out.Pix[i+2] = out.Pix[i+2], out.Pix[i]
		}
	}
	return out
}

// TestBesideOpenCV holds operations against OpenCV itself, on whichever version is installed. It needs OpenCV 4.6 (Debian's
// libopencv-dev) and runs with: go test -tags gocv ./multimodal/image
func TestBesideOpenCV(t *testing.T) {
	rgb := synthetic(200, 301)
	for name, grey := range map[string]*image.Image{
		"grey": rgb.Grey(), "smooth": rgb.Grey().BoxBlur(2), "mask": masked(), "noise": noise(64, 90, 1),
	} {
		in, out := toMat(t, grey), gocv.NewMat()
		defer out.Close()
		for _, levels := range [][2]float64{{50, 150}, {20, 20}, {0, 400}} {
			gocv.Canny(in, &out, float32(levels[0]), float32(levels[1]))
			requireEqual(t, fromMat(out), grey.Canny(levels[0], levels[1]), 0, name, " Canny ", levels)
		}
		level := gocv.Threshold(in, &out, 0, 255, gocv.ThresholdBinary|gocv.ThresholdOtsu)
		require.EqualValues(t, level, grey.Otsu(), name)
		requireEqual(t, fromMat(out), grey.Threshold(grey.Otsu()), 0, name, " Otsu")
		gocv.AdaptiveThreshold(in, &out, 255, gocv.AdaptiveThresholdMean, gocv.ThresholdBinary, 15, 3)
		requireEqual(t, fromMat(out), grey.AdaptiveMean(15, 3), 0, name, " adaptive")
		gocv.EqualizeHist(in, &out)
		requireEqual(t, fromMat(out), grey.EqualizeHist(), 0, name, " equalized")
		gocv.MedianBlur(in, &out, 7)
		requireEqual(t, fromMat(out), grey.Median(7), 0, name, " median")
		for shape, kind := range map[image.Shape]gocv.MorphShape{
			image.Rect: gocv.MorphRect, image.Cross: gocv.MorphCross, image.Ellipse: gocv.MorphEllipse,
		} {
			kernel := gocv.GetStructuringElement(kind, stdimage.Pt(5, 7))
			gocv.MorphologyEx(in, &out, gocv.MorphClose, kernel)
			requireEqual(t, fromMat(out), grey.MorphClose(image.Kernel{Shape: shape, Height: 7, Width: 5}), 0, name, shape)
			kernel.Close()
		}
		mask := grey.Threshold(128)
		contours := gocv.FindContours(toMat(t, mask), gocv.RetrievalList, gocv.ChainApproxNone)
		var want, got [][]image.Pixel
		for i := range contours.Size() {
			var c []image.Pixel
			for _, p := range contours.At(i).ToPoints() {
				c = append(c, image.Pixel{Y: p.Y, X: p.X})
			}
			want = append(want, c)
		}
		contours.Close()
		for _, c := range mask.Contours() {
			got = append(got, c.Points)
		}
		require.Len(t, got, len(want), name)
		sortContours(want)
		sortContours(got)
		require.Equal(t, want, got, name)
	}
	in, out := toMat(t, rgb), gocv.NewMat()
	defer out.Close()
	gocv.CvtColor(in, &out, gocv.ColorBGRToLab)
	requireEqual(t, swapped(fromMat(out)), rgb.Lab(), 0, "Lab")

	var jpeg bytes.Buffer
	require.NoError(t, rgb.WriteJPEG(&jpeg, 85))
	read, err := gocv.IMDecode(jpeg.Bytes(), gocv.IMReadColor)
	require.NoError(t, err)
	defer read.Close()
	m, err := image.Decode(t.Context(), &jpeg)
	require.NoError(t, err)
	requireEqual(t, fromMat(read), m, 0, "JPEG")
}

func sortContours(contours [][]image.Pixel) {
	slices.SortFunc(contours, func(a, b []image.Pixel) int {
		return slices.CompareFunc(a, b, func(p, q image.Pixel) int {
			return cmp.Or(cmp.Compare(p.Y, q.Y), cmp.Compare(p.X, q.X))
		})
	})
}
