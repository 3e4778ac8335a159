package image_test

import (
	"bytes"
	"os"
	"testing"

	"multitorch/multimodal/image"
	"multitorch/torch"
)

// The work of a sample of a data set: a file becomes a tensor of one size. scripts/bench compares it with Pillow in a
// DataLoader.
func BenchmarkSample(b *testing.B) {
	photo, icon := synthetic(480, 640).Resize(120, 160, image.Box).Resize(480, 640, image.Bicubic), synthetic(64, 64)
	jpeg, png := new(bytes.Buffer), new(bytes.Buffer)
	if err := photo.WriteJPEG(jpeg, 90); err != nil {
		b.Fatal(err)
	}
	if err := icon.WritePNG(png); err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		encoded []byte
		side    int
	}{{"JPEG640x480to224", jpeg.Bytes(), 224}, {"PNG64to32", png.Bytes(), 32}} {
		b.Run(c.name, func(b *testing.B) {
			encoded := c.encoded
			if path := os.Getenv("BENCH_FILE"); path != "" {
				encoded, _ = os.ReadFile(path)
			}
			for b.Loop() {
				m, err := image.Decode(b.Context(), bytes.NewReader(encoded), image.ModeRGB)
				if err != nil {
					b.Fatal(err)
				}
				torch.Step(func() { m.Resize(c.side, c.side, image.Bilinear).Tensor() })
			}
		})
	}
	b.Run("Decode", func(b *testing.B) {
		encoded := jpeg.Bytes()
		if path := os.Getenv("BENCH_FILE"); path != "" {
			encoded, _ = os.ReadFile(path)
		}
		for b.Loop() {
			if _, err := image.Decode(b.Context(), bytes.NewReader(encoded)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Resize", func(b *testing.B) {
		for b.Loop() {
			photo.Resize(224, 224, image.Bilinear)
		}
	})
}
