package image_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/image"
	"multitorch/torch"
	"multitorch/twin"
)

func TestTensorsAreTorchvisions(t *testing.T) {
	m := synthetic(20, 31)
	want := twin.Run(t, `
x = inputs["x"].permute(2, 0, 1).contiguous()
f = x.to(torch.float32).div(255)
mean, std = [torch.tensor(v).view(-1, 1, 1) for v in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]
save(bytes=x, unit=f, normalized=f.clone().sub_(mean).div_(std))
`, map[string]*torch.Tensor{"x": torch.FromSlice(m.Pix, 20, 31, 3)})
	twin.RequireEqual(t, want["bytes"], m.Bytes())
	twin.RequireEqual(t, want["unit"], m.Tensor())
	mean, std := []float64{0.485, 0.456, 0.406}, []float64{0.229, 0.224, 0.225}
	twin.RequireEqual(t, want["normalized"], image.Normalize(m.Tensor(), mean, std))

	for name, m := range samples() {
		require.True(t, m.Equal(image.FromTensor(m.Bytes())), name)
		require.True(t, m.Equal(image.FromTensor(m.Tensor())), name)
		require.True(t, m.RGBA().Equal(image.FromGo(m.Go()).RGBA()), name)
	}
	row := torch.New([][]float64{{-1, 0.5, 2, math.NaN(), math.Inf(1), math.Inf(-1)}})
	require.Equal(t, []uint8{0, 128, 255, 0, 255, 0}, image.FromTensor(row).Pix)
	requirePanics(t, "expected a tensor [C, H, W] of 1 to 4 channels", func() { image.FromTensor(torch.Zeros(torch.Shape{5, 2, 2})) })
	requirePanics(t, "expected bytes, bools or floats", func() { image.FromTensor(torch.Zeros(torch.Shape{1, 2, 2}, torch.Int64)) })
	requirePanics(t, "got 0 x 2", func() { image.FromTensor(torch.Zeros(torch.Shape{1, 0, 2})) })
	requirePanics(t, "expected 3 means and spreads", func() { image.Normalize(m.Tensor(), mean[:2], std) })
	requirePanics(t, "expected spreads above 0, got 0", func() { image.Normalize(m.Tensor(), mean, make([]float64, 3)) })
}

// Pictures leave no tensors behind but the one that was asked for.
func TestTensorsAreFreed(t *testing.T) {
	m := synthetic(8, 8)
	torch.Step(func() {
		x := m.Tensor()
		before := torch.LiveTensors()
		image.FromTensor(x)
		image.FromTensor(m.Bytes())
		require.Equal(t, before+1, torch.LiveTensors())
	})
}
