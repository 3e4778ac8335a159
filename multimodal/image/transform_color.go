package image

import (
	"math"

	"multitorch/libm"
)

// ColorJitter changes brightness, contrast, saturation and hue, in a random order. A number b draws a factor from 1 - b,
// but at least 0, to 1 + b; Hue draws from -Hue to Hue. 0 leaves one out.
type ColorJitter struct{ Brightness, Contrast, Saturation, Hue float64 }

// Transform changes the colours.
func (t ColorJitter) Transform(m *Image, r *Rand) *Image {
	order := r.Perm(4)
	steps := [4]func(*Image) *Image{}
	for i, c := range []struct {
		by     float64
		adjust func(m *Image, factor float64) *Image
	}{{t.Brightness, (*Image).Brightness}, {t.Contrast, (*Image).Contrast}, {t.Saturation, (*Image).Saturation}} {
		if !(c.by >= 0) {
			panic(invalid("ColorJitter", "expected 0 or more, got %v", c.by))
		}
		if c.by > 0 {
			factor := r.Uniform(max(0, 1-c.by), 1+c.by)
			steps[i] = func(m *Image) *Image { return c.adjust(m, factor) }
		}
	}
	if t.Hue != 0 {
		if !(t.Hue > 0 && t.Hue <= 0.5) {
			panic(invalid("ColorJitter", "expected a hue of 0 to 0.5, got %v", t.Hue))
		}
		by := r.Uniform(-t.Hue, t.Hue)
		steps[3] = func(m *Image) *Image { return m.Hue(by) }
	}
	for _, i := range order {
		if steps[i] != nil {
			m = steps[i](m)
		}
	}
	return m
}

// RandAugment does a few of fourteen things, each with the same strength (Cubuk et al. 2019, arXiv 1909.13719).
type RandAugment struct {
	Ops       int     // how many: 2
	Magnitude int     // of 0 to 30: 9
	Filter    Filter  // Nearest
	Fill      []uint8 // zeros
}

// Transform does them.
func (t RandAugment) Transform(m *Image, r *Rand) *Image {
	magnitude := orElse(t.Magnitude, 9)
	if magnitude < 0 || magnitude > 30 {
		panic(invalid("RandAugment", "expected a magnitude of 0 to 30, got %d", magnitude))
	}
	t.Filter = orElse(t.Filter, Nearest)
	for range orElse(t.Ops, 2) {
		m = t.one(m, r, magnitude)
	}
	return m
}

// one draws what to do and does it. The numbers are torchvision's float32 ones.
func (t RandAugment) one(m *Image, r *Rand, magnitude int) *Image {
	const identity, shearX, shearY, translateX, translateY, rotate, brightness, color, contrast, sharpness, posterize, solarize,
		autoContrast = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
	op := r.Int(0, 14)
	most := map[int]float64{
		shearX: 0.3, shearY: 0.3, translateX: 150.0 / 331 * float64(m.Width), translateY: 150.0 / 331 * float64(m.Height), rotate: 30,
		brightness: 0.9, color: 0.9, contrast: 0.9, sharpness: 0.9,
	}[op]
	by := linspace31(0, float32(most), magnitude)
	if op >= shearX && op <= sharpness && r.Int(0, 2) == 1 {
		by = -by
	}
	switch op {
	case identity:
		return m
	case shearX:
		return t.shear(m, by, 0)
	case shearY:
		return t.shear(m, 0, by)
	case translateX:
		return m.Affine(AffineConfig{TranslateX: math.Trunc(by)}, t.Filter, t.Fill...)
	case translateY:
		return m.Affine(AffineConfig{TranslateY: math.Trunc(by)}, t.Filter, t.Fill...)
	case rotate:
		return m.Rotate(by, t.Filter, false, t.Fill...)
	case brightness:
		return m.Brightness(1 + by)
	case color:
		return m.Saturation(1 + by)
	case contrast:
		return m.Contrast(1 + by)
	case sharpness:
		return m.Sharpness(1 + by)
	case posterize:
		return m.Posterize(8 - int(math.RoundToEven(float64(magnitude)/7.5)))
	case solarize:
		return m.Solarize(int(math.Ceil(linspace31(255, 0, magnitude))))
	case autoContrast:
		return m.AutoContrast()
	}
	return m.Equalize()
}

// shear shears around the upper left corner.
func (t RandAugment) shear(m *Image, x, y float64) *Image {
	degrees := func(v float64) float64 { return libm.Atan(v) * (180 / math.Pi) }
	a := AffineConfig{ShearX: degrees(x), ShearY: degrees(y), Scale: 1}.inverse(0, 0)
	return m.Warp(m.Height, m.Width, a[0], a[1], a[2], a[3], a[4], a[5], t.Filter, t.Fill...)
}

// linspace31 is torch.linspace(from, to, 31)[i].
func linspace31(from, to float32, i int) float64 {
	step := (to - from) / 30
	if i < 15 {
		return float64(from + step*float32(i))
	}
	return float64(to - step*float32(30-i))
}
