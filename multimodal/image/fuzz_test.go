package image_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/image"
	"multitorch/torch"
)

// FuzzDecode reads any bytes: the result is a picture whose size fits, or an error.
func FuzzDecode(f *testing.F) {
	m := synthetic(9, 13)
	var png, jpeg bytes.Buffer
	require.NoError(f, m.WritePNG(&png))
	require.NoError(f, m.WriteJPEG(&jpeg, 50))
	f.Add(png.Bytes())
	f.Add(jpeg.Bytes())
	// A JPEG with an orientation in EXIF, one byte of which at a time will be wrong.
	exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	f.Add(append(append([]byte("\xff\xd8\xff\xe1\x00"), append([]byte{byte(len(exif) + 2)}, exif...)...), jpeg.Bytes()[2:]...))
	f.Add([]byte("II*\x00\x08\x00\x00\x00\x01\x00\x00\x01\x03\x00\x01\x00\x00\x00\xff\xff\x00\x00"))
	seeds, err := filepath.Glob("../../internal/picture/testdata/*")
	require.NoError(f, err)
	for _, path := range seeds {
		if content, err := os.ReadFile(path); err == nil && len(content) < 8<<10 {
			f.Add(content)
		}
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		m, err := image.Decode(t.Context(), bytes.NewReader(content), image.Orient(true))
		if err != nil {
			require.Nil(t, m)
			return
		}
		require.Len(t, m.Pix, m.Height*m.Width*m.Channels)
		if len(m.Pix) < 1<<16 {
			m.Resize(3, 2, image.Bicubic)
		}
	})
}

// FuzzOperations runs an operation with any numbers: it returns a picture, or panics with an error of tensor code.
func FuzzOperations(f *testing.F) {
	f.Add(uint8(3), uint8(5), 1.5, -0.5, 3, 4)
	f.Fuzz(func(t *testing.T, height, width uint8, a, b float64, i, k int) {
		m := noise(int(height%20)+1, int(width%20)+1, 1+int(height/20)%4)
		small := func(v int) int { return v % 40 }
		for _, op := range []func() *image.Image{
			func() *image.Image { return m.Resize(small(i), small(k), image.Filter(i&7)) },
			func() *image.Image { return m.Crop(i, k, small(i), small(k)) },
			func() *image.Image { return m.Pad(small(i), small(k), small(k), small(i), image.Reflect) },
			func() *image.Image { return m.Rotate(a, image.Filter(i&3), false) },
			func() *image.Image { return m.Warp(5, 5, a, b, a, b, a, b, image.Filter(i&3)) },
			func() *image.Image {
				return m.Affine(image.AffineConfig{Angle: a, Scale: b, ShearX: a}, image.Bilinear)
			},
			func() *image.Image { return m.Contrast(a).Brightness(b) },
			func() *image.Image { return m.Hue(a) },
			func() *image.Image { return m.BoxBlur(a) },
			func() *image.Image { return m.GaussianBlur(small(i), b) },
			func() *image.Image { return m.Median(small(i)) },
			func() *image.Image { return m.Canny(a, b) },
			func() *image.Image { return m.AdaptiveMean(small(i), a) },
			func() *image.Image { return m.Dilate(image.Kernel{Height: small(i), Width: small(k)}) },
			func() *image.Image { return m.DrawKeypoints(small(i), []image.Pixel{{Y: i, X: k}}) },
			func() *image.Image {
				return m.DrawBoxes(1, image.BoundingBox{Top: i, Left: k, Bottom: i + 5, Right: k + 5})
			},
		} {
			_ = torch.Try(func() error { op(); return nil })
		}
		if m.Channels == 1 {
			m.Contours()
			m.Components(i&1 == 0)
		}
	})
}
