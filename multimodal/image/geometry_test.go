package image_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/image"
	"multitorch/twin"

	"multitorch/torch"
)

func TestPadIsTorchs(t *testing.T) {
	m := synthetic(5, 6)
	want := twin.Run(t, `
import numpy as np
x = inputs["x"]
for mode, name in dict(constant="constant", edge="edge", reflect="reflect", symmetric="symmetric").items():
    out[name] = torch.from_numpy(np.pad(x.numpy(), ((0, 0), (1, 4), (2, 3)), mode))
`, map[string]*torch.Tensor{"x": m.Bytes()})
	for _, p := range []image.Padding{image.Constant, image.Edge, image.Reflect, image.Symmetric} {
		twin.RequireEqual(t, want[string(p)], m.Pad(1, 2, 4, 3, p).Bytes(), p)
	}
	got := m.Pad(1, 1, 0, 0, image.Constant, 1, 2, 3)
	require.Equal(t, []uint8{1, 2, 3}, got.At(0, 3))
	require.Equal(t, m.At(0, 0), got.At(1, 1))
	requirePanics(t, "reflect: expected at most 4 pixels beside 5, got 5 and 0", func() { m.Pad(5, 0, 0, 0, image.Reflect) })
	requirePanics(t, "expected one number or 3", func() { m.Pad(5, 0, 0, 0, image.Constant, 1, 2) })
	requirePanics(t, "expected Constant, Edge, Reflect or Symmetric", func() { m.Pad(5, 0, 0, 0, "wrap") })
	requirePanics(t, "got -1, 0, 0, 0", func() { m.Pad(-1, 0, 0, 0, image.Edge) })
}

func TestFlipsAndTurnsArePillows(t *testing.T) {
	turns := map[string]func(*image.Image) *image.Image{
		"FLIP_LEFT_RIGHT": (*image.Image).FlipHorizontal, "FLIP_TOP_BOTTOM": (*image.Image).FlipVertical,
		"TRANSPOSE":  (*image.Image).Transpose,
		"TRANSVERSE": func(m *image.Image) *image.Image { return m.Oriented(7) },
		"ROTATE_90":  func(m *image.Image) *image.Image { return m.Rotate90(1) },
		"ROTATE_180": func(m *image.Image) *image.Image { return m.Rotate90(-2) },
		"ROTATE_270": func(m *image.Image) *image.Image { return m.Rotate90(3) },
	}
	want := pillow(t, `
for name in inputs:
    for t in args:
        keep(name + t, pic(name).transpose(getattr(Image, t)))
`, samples(), "FLIP_LEFT_RIGHT", "FLIP_TOP_BOTTOM", "TRANSPOSE", "TRANSVERSE", "ROTATE_90", "ROTATE_180", "ROTATE_270")
	for name, m := range samples() {
		for turn, f := range turns {
			requireEqual(t, want[name+turn], f(m), 0, name, turn)
		}
		require.True(t, m.Equal(m.Rotate90(4)))
	}
}

func TestCrops(t *testing.T) {
	m := synthetic(7, 10)
	require.Equal(t, m.At(2, 3), m.Crop(2, 3, 1, 1).Pix)
	// torchvision: round(margin / 2), halves to the even number. The margins are 3 and 5, so 2 and 2.
	require.True(t, m.Crop(2, 2, 4, 5).Equal(m.CenterCrop(4, 5)))
	require.True(t, m.Crop(0, 4, 6, 1).Equal(m.CenterCrop(6, 1)))
	// Larger than the picture: zeros around, (size - side) / 2 before and (size - side + 1) / 2 after.
	require.True(t, m.Pad(1, 0, 1, 0, image.Constant).Crop(0, 2, 9, 5).Equal(m.CenterCrop(9, 5)))
	five := m.FiveCrop(2, 3)
	require.True(t, m.Crop(5, 7, 2, 3).Equal(five[3]))
	for _, bad := range [][4]int{{-1, 0, 1, 1}, {0, 0, 8, 1}, {0, 8, 1, 3}, {0, 0, 0, 1}, {1 << 62, 0, 1 << 62, 1}} {
		requirePanics(t, "pad it first", func() { m.Crop(bad[0], bad[1], bad[2], bad[3]) })
	}
	requirePanics(t, "expected at least 1 x 1", func() { m.CenterCrop(0, 3) })
}
