package image_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
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
		before := leak.CollectorOff(t)
		image.FromTensor(x)
		image.FromTensor(m.Bytes())
		require.Equal(t, before+1, torch.LiveTensors())
	})
}

// A batch is its pictures' tensors side by side; what doesn't fit together is an error, since pictures come from files.
func TestStack(t *testing.T) {
	for _, channels := range []int{1, 3, 4} {
		var pictures []*image.Image
		var tensors []*torch.Tensor
		for i := range 3 {
			m := image.New(4, 5, channels)
			for k := range m.Pix {
				m.Pix[k] = uint8(7*k + 50*i)
			}
			pictures, tensors = append(pictures, m), append(tensors, m.Tensor())
		}
		batch, err := image.Stack(pictures)
		require.NoError(t, err)
		twin.RequireEqual(t, torch.Stack(tensors, 0), batch)
	}
	for name, pictures := range map[string][]*image.Image{
		"at least one picture":                               nil,
		"of one size, got 3 channels of 4 x 5 and, as pictu": {image.New(4, 5, 3), image.New(5, 4, 3)},
		"picture 1, 1 channels of 4 x 5":                     {image.New(4, 5, 3), image.New(4, 5, 1)},
		"picture 1, <nil>":                                   {image.New(4, 5, 3), nil},
	} {
		_, err := image.Stack(pictures)
		require.ErrorContains(t, err, name)
	}
}
