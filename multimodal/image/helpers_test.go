package image_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/image"
	"multitorch/torch"
	"multitorch/twin"
)

// inPillow is in front of each script: pic(name) is one of the inputs as a PIL image, keep(name, image) hands one back.
const inPillow = `
import math, os, struct
import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

def pic(name):
    a = inputs[name].numpy()
    return Image.fromarray(a[..., 0] if a.shape[2] == 1 else a)

def keep(name, im):
    a = np.array(im)
    out[name] = torch.from_numpy(np.ascontiguousarray(a if a.ndim == 3 else a[..., None]))
`

// pillow runs a script with pictures, and returns those that it kept.
func pillow(t *testing.T, script string, pictures map[string]*image.Image, args ...string) map[string]*image.Image {
	t.Helper()
	inputs := map[string]*torch.Tensor{}
	for name, m := range pictures {
		inputs[name] = torch.FromSlice(m.Pix, m.Height, m.Width, m.Channels)
	}
	kept := map[string]*image.Image{}
	for name, k := range twin.Run(t, inPillow+script, inputs, args...) {
		kept[name] = fromHWC(k)
	}
	return kept
}

func fromHWC(t *torch.Tensor) *image.Image {
	return &image.Image{Pix: torch.ToSlice[uint8](t), Height: t.Size(0), Width: t.Size(1), Channels: t.Size(2)}
}

// synthetic is the picture of the measured figures: smooth ramps that wrap, edges and fine checks.
func synthetic(height, width int) *image.Image {
	m := image.New(height, width, 3)
	for y := range height {
		for x := range width {
			copy(m.At(y, x), []uint8{uint8(3*x + 5*y), uint8(x * y), uint8((x / 7) * (y / 5) * 13)})
		}
	}
	return m
}

// noise is random bytes.
func noise(height, width, channels int) *image.Image {
	m := image.New(height, width, channels)
	r := rand.New(rand.NewPCG(1, uint64(height*width)))
	for i := range m.Pix {
		m.Pix[i] = uint8(r.Uint32())
	}
	return m
}

// samples is a picture of each kind.
func samples() map[string]*image.Image {
	return map[string]*image.Image{"grey": synthetic(31, 47).Grey(), "rgb": synthetic(40, 61), "rgba": noise(29, 34, 4)}
}

// requireEqual holds a picture against the original's, with the largest difference that is allowed.
func requireEqual(t *testing.T, want, got *image.Image, within int, about ...any) {
	t.Helper()
	require.NotNil(t, want, "no original: %v", fmt.Sprint(about...))
	require.Equal(t, want.String(), got.String(), fmt.Sprint(about...))
	worst, count, at := 0, 0, 0
	for i, w := range want.Pix {
		d := int(w) - int(got.Pix[i])
		if d = max(d, -d); d > 0 {
			count++
		}
		if d > worst {
			worst, at = d, i
		}
	}
	require.LessOrEqual(t, worst, within, "%s: %d of %d bytes differ, most at row %d, column %d", fmt.Sprint(about...), count, len(want.Pix),
		at/want.Channels/want.Width, at/want.Channels%want.Width)
}

// requirePanics wants an error of tensor code with these words.
func requirePanics(t *testing.T, words string, f func()) {
	t.Helper()
	err := torch.Try(func() error { f(); return nil })
	require.ErrorIs(t, err, torch.ValueError)
	require.ErrorContains(t, err, words)
}
