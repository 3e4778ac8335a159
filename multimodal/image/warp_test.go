package image_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/image"
)

var transforming = []image.Filter{image.Nearest, image.Bilinear, image.Bicubic}

func TestRotateIsPillows(t *testing.T) {
	angles := []float64{0, 1, 30, 45, 90, 180, 270, 359.5, -17, 400}
	want := pillow(t, `
filters = dict(nearest=0, bilinear=2, bicubic=3)
for name in inputs:
    for f in filters:
        for angle in args:
            for expand in False, True:
                im = pic(name)
                fill = {"L": 7, "RGB": (7, 8, 9), "RGBA": (7, 8, 9, 200)}[im.mode]
                keep(f"{name} {f} {angle} {expand}", im.rotate(float(angle), filters[f], expand, fillcolor=fill))
`, samples(), func() (s []string) {
		for _, a := range angles {
			s = append(s, fmt.Sprint(a))
		}
		return s
	}()...)
	for name, m := range samples() {
		for _, f := range transforming {
			for _, a := range angles {
				for expand, word := range map[bool]string{false: "False", true: "True"} {
					key := fmt.Sprintf("%s %s %v %s", name, f, a, word)
					requireEqual(t, want[key], m.Rotate(a, f, expand, []uint8{7, 8, 9, 200}[:m.Channels]...), 0, key)
				}
			}
		}
	}
	requirePanics(t, "expected a finite angle, got NaN", func() { synthetic(4, 4).Rotate(math.NaN(), image.Nearest, false) })
	requirePanics(t, "expected Nearest, Bilinear or Bicubic, got lanczos", func() { synthetic(4, 4).Rotate(1, image.Lanczos, false) })
}

func TestAffineAndPerspectiveAreTorchvisions(t *testing.T) {
	affines := []image.AffineConfig{
		{},
		{Angle: 30, TranslateX: 3, TranslateY: -2, Scale: 1.3, ShearX: 5, ShearY: -8},
		{Scale: 0.5},
		{TranslateX: 100},
		{Angle: -170, Scale: 3},
		{ShearX: 45},
		{Angle: 90},
	}
	from := [4]image.Point{{0, 0}, {0, 60}, {39, 60}, {39, 0}}
	to := [4]image.Point{{4, 3}, {1, 55}, {36, 58}, {30, 2}}
	// Pillow is given what torchvision computes: _get_inverse_affine_matrix, and _get_perspective_coeffs.
	want := pillow(t, `
filters = dict(nearest=0, bilinear=2, bicubic=3)
def matrix(center, angle, translate, scale, shear):
    rot, sx, sy = math.radians(angle), math.radians(shear[0]), math.radians(shear[1])
    (cx, cy), (tx, ty) = center, translate
    a = math.cos(rot - sy) / math.cos(sy)
    b = -math.cos(rot - sy) * math.tan(sx) / math.cos(sy) - math.sin(rot)
    c = math.sin(rot - sy) / math.cos(sy)
    d = -math.sin(rot - sy) * math.tan(sx) / math.cos(sy) + math.cos(rot)
    m = [x / scale for x in [d, -b, 0.0, -c, a, 0.0]]
    m[2] += m[0] * (-cx - tx) + m[1] * (-cy - ty)
    m[5] += m[3] * (-cx - tx) + m[4] * (-cy - ty)
    m[2] += cx
    m[5] += cy
    return m
def coefficients(startpoints, endpoints):
    a = torch.zeros(8, 8, dtype=torch.float64)
    for i, (p1, p2) in enumerate(zip(endpoints, startpoints)):
        a[2 * i] = torch.tensor([p1[0], p1[1], 1, 0, 0, 0, -p2[0] * p1[0], -p2[0] * p1[1]])
        a[2 * i + 1] = torch.tensor([0, 0, 0, p1[0], p1[1], 1, -p2[1] * p1[0], -p2[1] * p1[1]])
    return torch.linalg.lstsq(a, torch.tensor(startpoints, dtype=torch.float64).view(8), driver="gels").solution.to(torch.float32).tolist()
for name in inputs:
    for f in filters:
        im = pic(name)
        for i, a in enumerate(args):
            angle, tx, ty, scale, sx, sy = map(float, a.split())
            m = matrix([im.width * 0.5, im.height * 0.5], angle, (tx, ty), scale, (sx, sy))
            keep(f"{name} {f} {i}", im.transform(im.size, Image.AFFINE, m, filters[f]))
        m = coefficients([[0, 0], [60, 0], [60, 39], [0, 39]], [[3, 4], [55, 1], [58, 36], [2, 30]])
        keep(f"{name} {f} perspective", im.transform(im.size, Image.PERSPECTIVE, m, filters[f]))
`, samples(), func() (s []string) {
		for _, a := range affines {
			if a.Scale == 0 {
				a.Scale = 1
			}
			s = append(s, fmt.Sprint(a.Angle, a.TranslateX, a.TranslateY, a.Scale, a.ShearX, a.ShearY))
		}
		return s
	}()...)
	for name, m := range samples() {
		for _, f := range transforming {
			for i, a := range affines {
				key := fmt.Sprintf("%s %s %d", name, f, i)
				requireEqual(t, want[key], m.Affine(a, f), 0, key)
			}
			key := fmt.Sprintf("%s %s perspective", name, f)
			requireEqual(t, want[key], m.Perspective(from, to, f), 0, key)
		}
	}
	m := synthetic(9, 9)
	requireEqual(t, m, m.Perspective(from, from, image.Bilinear), 1)
	requirePanics(t, "no three lie on a line", func() { m.Perspective(from, [4]image.Point{{0, 0}, {1, 1}, {2, 2}, {0, 5}}, image.Nearest) })
	requirePanics(t, "expected a scale above 0, got -1", func() { m.Affine(image.AffineConfig{Scale: -1}, image.Nearest) })
	requirePanics(t, "expected finite numbers", func() { m.Warp(5, 5, math.Inf(1), 0, 0, 0, 1, 0, image.Nearest) })
	// A map far beyond the picture is no trap.
	require.True(t, image.New(5, 5, 3).Equal(m.Warp(5, 5, 1e300, 1, 1e300, 1, 1e300, 1e300, image.Nearest)))
	require.True(t, image.New(5, 5, 3).Equal(m.Warp(5, 5, 1e300, 1, 1e300, 1, 1e300, 1e300, image.Bicubic)))
}

func TestBlursArePillowsAndTorchvisions(t *testing.T) {
	want := pillow(t, `
from torch.nn.functional import conv2d, pad
for name in inputs:
    im = pic(name)
    for r in 0, 1, 2.5, 7, 60:
        box = ImageFilter.BoxBlur(r)
        keep(f"{name} box {r}", im.convert("RGBa").filter(box).convert("RGBA") if im.mode == "RGBA" else im.filter(box))
    for size in 3, 5, 9:
        keep(f"{name} median {size}", im.filter(ImageFilter.MedianFilter(size)))
    x = inputs[name].permute(2, 0, 1)[None].float()
    for size, sigma in (3, 0.8), (5, 1.1), (9, 4.0), (1, 1.0):
        half = (size - 1) * 0.5
        k = torch.exp(-0.5 * (torch.linspace(-half, half, size) / sigma) ** 2)
        k = k / k.sum()
        k = torch.mm(k[:, None], k[None, :]).expand(x.shape[1], 1, size, size)
        p = size // 2
        y = conv2d(pad(x, [p, p, p, p], mode="reflect"), k, groups=x.shape[1])
        out[f"{name} gauss {size}"] = y.round()[0].to(torch.uint8).permute(1, 2, 0).contiguous()
`, samples())
	for name, m := range samples() {
		for _, r := range []float64{0, 1, 2.5, 7, 60} {
			key := fmt.Sprintf("%s box %v", name, r)
			requireEqual(t, want[key], m.BoxBlur(r), 0, key)
		}
		require.True(t, m.Equal(m.Median(1)), "one pixel's median is the pixel: Pillow 12.3 dies of it")
		for _, size := range []int{3, 5, 9} {
			key := fmt.Sprintf("%s median %d", name, size)
			requireEqual(t, want[key], m.Median(size), 0, key)
		}
		for size, sigma := range map[int]float64{3: 0.8, 5: 0, 9: 4, 1: 1} {
			key := fmt.Sprintf("%s gauss %d", name, size)
			requireEqual(t, want[key], m.GaussianBlur(size, sigma), 1, key)
		}
	}
	m := synthetic(9, 9)
	requirePanics(t, "expected an odd size", func() { m.GaussianBlur(4, 1) })
	requirePanics(t, "half is smaller", func() { m.GaussianBlur(19, 1) })
	requirePanics(t, "expected an odd size of 1 to 255", func() { m.Median(2) })
	requirePanics(t, "expected a radius of 0", func() { m.BoxBlur(-1) })
}
