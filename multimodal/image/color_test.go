package image_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/image"
)

// everyColour is a picture of all colours whose channels are multiples of 5, and some between.
func everyColour() *image.Image {
	m := image.New(208, 676, 3)
	i := 0
	for r := range 52 {
		for g := range 52 {
			for b := range 52 {
				copy(m.Pix[i:], []uint8{uint8(5 * r), uint8(5 * g), uint8(5*b + (r+g)%3)})
				i += 3
			}
		}
	}
	return m
}

func TestColoursArePillows(t *testing.T) {
	m := everyColour()
	pictures := samples()
	pictures["all"] = m
	want := pillow(t, `
rgb = pic("all")
for mode in "L", "HSV", "YCbCr":
    keep(mode, rgb.convert(mode))
for mode in "HSV", "YCbCr":
    keep("from " + mode, Image.fromarray(np.array(rgb), mode).convert("RGB"))
for name in inputs:
    im = pic(name)
    for f in 0.0, 0.3, 1.0, 1.7, 3.3:
        keep(f"{name} brightness {f:g}", ImageEnhance.Brightness(im).enhance(f))
        keep(f"{name} contrast {f:g}", ImageEnhance.Contrast(im).enhance(f))
        keep(f"{name} saturation {f:g}", ImageEnhance.Color(im).enhance(f))
        keep(f"{name} sharpness {f:g}", ImageEnhance.Sharpness(im).enhance(f))
    if im.mode == "RGBA": continue
    keep(name + " invert", ImageOps.invert(im)); keep(name + " solarize", ImageOps.solarize(im, 100))
    keep(name + " posterize", ImageOps.posterize(im, 3)); keep(name + " equalize", ImageOps.equalize(im))
    keep(name + " autocontrast", ImageOps.autocontrast(im))
for by in -0.5, -0.13, 0.0, 0.2, 0.5: # torchvision's adjust_hue
    h, s, v = rgb.convert("HSV").split()
    h = np.array(h, dtype=np.uint8)
    with np.errstate(over="ignore"):
        h += np.array(by * 255).astype(np.int32).astype(np.uint8)
    keep(f"hue {by:g}", Image.merge("HSV", (Image.fromarray(h, "L"), s, v)).convert("RGB"))
white = Image.new("RGB", (34, 29), (255, 255, 255)); rgba = pic("rgba"); white.paste(rgba, mask=rgba.getchannel("A"))
keep("over", white)
`, pictures)
	requireEqual(t, want["L"], m.Grey(), 0, "grey")
	requireEqual(t, want["HSV"], m.HSV(), 0, "HSV")
	requireEqual(t, want["YCbCr"], m.YCbCr(), 0, "YCbCr")
	requireEqual(t, want["from HSV"], m.FromHSV(), 0, "from HSV")
	requireEqual(t, want["from YCbCr"], m.FromYCbCr(), 0, "from YCbCr")
	requireEqual(t, want["over"], pictures["rgba"].Over(255, 255, 255), 0, "over")
	for _, by := range []float64{-0.5, -0.13, 0, 0.2, 0.5} {
		requireEqual(t, want[fmt.Sprintf("hue %g", by)], m.Hue(by), 0, "hue", by)
	}
	for name, m := range pictures {
		for _, f := range []float64{0, 0.3, 1, 1.7, 3.3} {
			requireEqual(t, want[fmt.Sprintf("%s brightness %g", name, f)], m.Brightness(f), 0, name, " brightness ", f)
			requireEqual(t, want[fmt.Sprintf("%s contrast %g", name, f)], m.Contrast(f), 0, name, " contrast ", f)
			requireEqual(t, want[fmt.Sprintf("%s saturation %g", name, f)], m.Saturation(f), 0, name, " saturation ", f)
			requireEqual(t, want[fmt.Sprintf("%s sharpness %g", name, f)], m.Sharpness(f), 0, name, " sharpness ", f)
		}
		if m.Channels == 4 {
			continue
		}
		for what, got := range map[string]*image.Image{
			"invert": m.Invert(), "solarize": m.Solarize(100), "posterize": m.Posterize(3), "equalize": m.Equalize(),
			"autocontrast": m.AutoContrast(),
		} {
			requireEqual(t, want[name+" "+what], got, 0, name, what)
		}
	}
	requirePanics(t, "expected a factor of 0 or more, got -1", func() { m.Brightness(-1) })
	requirePanics(t, "expected a factor of 0 or more, got NaN", func() { m.Contrast(math.NaN()) })
	requirePanics(t, "expected -0.5 to 0.5, got 0.6", func() { m.Hue(0.6) })
	requirePanics(t, "expected 0 to 8 bits, got 9", func() { m.Posterize(9) })
	requirePanics(t, "expected a picture of [3 4] channels, got 1 channels", func() { m.Grey().HSV() })
	requirePanics(t, "there is no channel 3", func() { m.Histogram(3) })
}

func TestOneColourHasNoContrast(t *testing.T) {
	for _, channels := range []int{1, 3} {
		m := image.Uniform(5, 4, []uint8{7, 8, 9}[:channels]...)
		for _, got := range []*image.Image{m.Equalize(), m.EqualizeHist(), m.AutoContrast(), m.Contrast(1), m.Hue(0)} {
			require.Equal(t, m.String(), got.String())
		}
		require.True(t, m.Equal(m.Equalize()))
	}
}
