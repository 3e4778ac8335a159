package image_test

import (
	"fmt"
	"hash/crc32"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/multimodal/image"
	"multitorch/torch"
	"multitorch/twin"
)

var filters = []image.Filter{image.Nearest, image.Box, image.Bilinear, image.Hamming, image.Bicubic, image.Lanczos}

func TestResizeIsPillows(t *testing.T) {
	pictures := samples()
	pictures["large"] = synthetic(200, 300)
	sizes := [][2]int{{20, 30}, {40, 61}, {61, 97}, {31, 10}, {1, 1}, {90, 47}, {29, 70}, {13, 34}}
	want := pillow(t, `
import PIL
if int(PIL.__version__.split(".")[0]) >= 13: keep("Pillow 13", Image.new("L", (1, 1)))
filters = dict(nearest=0, box=4, bilinear=2, hamming=5, bicubic=3, lanczos=1)
for name in inputs:
    for f in filters:
        for size in args:
            h, w = map(int, size.split("x"))
            keep(f"{name} {f} {size}", pic(name).resize((w, h), filters[f]))
        keep(f"{name} {f} thumb", pic(name).resize((64, 64), filters[f]))
`, pictures, func() (args []string) {
		for _, s := range sizes {
			args = append(args, fmt.Sprintf("%dx%d", s[0], s[1]))
		}
		return args
	}()...)
	order := image.RowsFirst
	if want["Pillow 13"] != nil {
		order = image.Pillow13
	}
	for name, m := range pictures {
		for _, f := range filters {
			for _, s := range append(sizes, [2]int{64, 64}) {
				key := fmt.Sprintf("%s %s %dx%d", name, f, s[0], s[1])
				if s[0] == 64 {
					key = fmt.Sprintf("%s %s thumb", name, f)
				}
				before := m.Clone()
				requireEqual(t, want[key], m.Resize(s[0], s[1], f, order), 0, key)
				require.True(t, before.Equal(m))
			}
		}
	}
}

// The checksums are Pillow 13.0's, of synthetic(50, 70).
func TestResizeInTheOrderOfPillow13(t *testing.T) {
	m := synthetic(50, 70)
	for size, want := range map[[2]int]uint32{
		{20, 60}: 798511176, {20, 90}: 3146966865, {40, 60}: 1075429639, {60, 20}: 4005572524, {39, 65}: 2618457730,
	} {
		require.Equal(t, want, crc32.ChecksumIEEE(m.Resize(size[0], size[1], image.Bicubic, image.Pillow13).Pix), "%v", size)
	}
	require.False(t, m.Resize(20, 60, image.Bicubic).Equal(m.Resize(20, 60, image.Bicubic, image.Pillow13)))
}

// What a picture of one colour becomes, whatever the sizes: the same colour.
func TestResizeKeepsOneColour(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(1, 80)
		colour := rapid.SliceOfN(rapid.Uint8(), 1, 3).Draw(t, "colour")
		m := image.Uniform(side.Draw(t, "h"), side.Draw(t, "w"), colour...)
		h, w := side.Draw(t, "to h"), side.Draw(t, "to w")
		got := m.Resize(h, w, rapid.SampledFrom(filters).Draw(t, "filter"))
		require.Equal(t, image.Uniform(h, w, colour...), got)
	})
}

func TestResizeShorter(t *testing.T) {
	m := synthetic(480, 641)
	require.Equal(t, "3 channels of 224 x 299", m.ResizeShorter(224, image.Bilinear).String())
	require.Equal(t, "3 channels of 299 x 224", m.Transpose().ResizeShorter(224, image.Bilinear).String())
	requirePanics(t, "expected at least 1 pixel, got 0", func() { m.ResizeShorter(0, image.Box) })
}

// On tensors it is libtorch's antialiased operator, gradients included.
func TestResizeTensorIsTorchvisions(t *testing.T) {
	x := torch.Rand(torch.Shape{2, 3, 19, 23}, torch.NewGenerator(1))
	bytes := synthetic(40, 61).Bytes()
	want := twin.Run(t, `
from torch.nn.functional import interpolate
for mode in "bilinear", "bicubic":
    x = inputs["x"].clone().requires_grad_()
    y = interpolate(x, [7, 31], mode=mode, align_corners=False, antialias=True)
    y.square().sum().backward()
    y8 = interpolate(inputs["bytes"][None].float(), [17, 13], mode=mode, align_corners=False, antialias=True)
    out[mode], out[mode + " grad"], out[mode + " bytes"] = y, x.grad, y8.round().clamp(0, 255).to(torch.uint8)[0]
`, map[string]*torch.Tensor{"x": x, "bytes": bytes})
	for _, f := range []image.Filter{image.Bilinear, image.Bicubic} {
		x := x.Clone().SetRequiresGrad(true)
		y := image.ResizeTensor(x, 7, 31, f)
		y.Square().Sum().Backward()
		twin.RequireEqual(t, want[f.String()], y, f)
		twin.RequireEqual(t, want[f.String()+" grad"], x.Grad(), f)
		twin.RequireEqual(t, want[f.String()+" bytes"], image.ResizeTensor(bytes, 17, 13, f), f)
	}
	require.Equal(t, torch.Shape{3, 5, 6}, image.ResizeTensor(x.Select(0, 0), 5, 6, image.Nearest).Shape())
	requirePanics(t, "expected Nearest, Bilinear or Bicubic, got lanczos", func() { image.ResizeTensor(x, 5, 5, image.Lanczos) })
	requirePanics(t, "expected [N, C, H, W] or [C, H, W]", func() { image.ResizeTensor(torch.Zeros(torch.Shape{3}), 5, 5, image.Box+1) })
}

func TestResizeRefuses(t *testing.T) {
	m := synthetic(5, 5)
	requirePanics(t, "got 0 x 5", func() { m.Resize(0, 5, image.Bilinear) })
	requirePanics(t, "expected 1 to 65536 pixels along each side, got 5 x 65537", func() { m.Resize(5, 65537, image.Nearest) })
	requirePanics(t, "at most 1 GiB", func() { m.Resize(60000, 60000, image.Bicubic) })
	requirePanics(t, "expected Nearest, Box, Bilinear, Hamming, Bicubic or Lanczos, got 9", func() { m.Resize(5, 5, 9) })
	requirePanics(t, "expected Nearest, Box, Bilinear, Hamming, Bicubic or Lanczos, got 0", func() { m.Resize(5, 5, 0) })
}
