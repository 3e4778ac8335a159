package nn_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/twin"
)

// imagesPython trains a small net of convolutions.
const imagesPython = `
import torch.nn as nn
torch.manual_seed(3)
m = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(8, 4, 3, groups=2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
optimizer = torch.optim.SGD(m.parameters(), lr=0.1, momentum=0.9, weight_decay=0.01)
m.to(memory_format=torch.channels_last)
for step in range(4):
    y = m(inputs["x"].to(memory_format=torch.channels_last))
    out["y%d" % step] = y
    optimizer.zero_grad(set_to_none=True)
    nn.functional.cross_entropy(y, inputs["labels"]).backward()
    optimizer.step()
for k, v in m.state_dict().items():
    out[k] = v
    out[k + " strides"] = torch.tensor(v.stride(), dtype=torch.int64)
for k, v in m.named_parameters():
    out[k + " grad"] = v.grad
    out[k + " grad strides"] = torch.tensor(v.grad.stride(), dtype=torch.int64)
`

func TestTrainingInChannelsLastAsInPython(t *testing.T) {
	torch.ManualSeed(1)
	x, labels := torch.Randn(torch.Shape{5, 3, 12, 10}), torch.Randint(0, 2, torch.Shape{5})
	want := twin.Run(t, imagesPython, map[string]*torch.Tensor{"x": x, "labels": labels})
	torch.ManualSeed(3)
	m := nn.NewSequential(nn.NewConv2d(3, 8, 3, nn.Padding(1)), nn.NewBatchNorm2d(8), nn.NewReLU(), nn.NewMaxPool2d(2),
		nn.NewConv2d(8, 4, 3, nn.Groups(2)), nn.NewReLU(), nn.NewAdaptiveAvgPool2d(1), nn.NewFlatten(), nn.NewLinear(4, 2))
	optimizer := optim.NewSGD(nn.Parameters(m), optim.LR(0.1), optim.Momentum(0.9), optim.WeightDecay(0.01))
	criterion := nn.NewCrossEntropyLoss()
	nn.To(m, torch.ChannelsLast)
	for step := range 4 {
		y := m.Forward(x.To(torch.ChannelsLast))
		twin.RequireEqual(t, want[fmt.Sprintf("y%d", step)], y, step)
		optimizer.ZeroGrad()
		criterion.Forward(y, labels).Backward()
		optimizer.Step()
	}
	compare := func(name string, v *torch.Tensor) {
		twin.RequireEqual(t, want[name], v, name)
		require.Equal(t, want[name+" strides"].Tolist(), torch.New(v.Strides()).Tolist(), name)
	}
	for _, s := range nn.StateDict(m) {
		compare(s.Name, s.Tensor)
	}
	for _, p := range nn.NamedParameters(m) {
		compare(p.Name+" grad", p.Parameter.Grad())
	}
}

// formats has tensors of each number of dimensions.
type formats struct {
	nn.Base
	Image, Matrix *nn.Parameter
	Seen, Count   *nn.Buffer
}

func newFormats(shape torch.Shape) *formats {
	return &formats{
		Image: nn.NewParameter(torch.Ones(shape)), Matrix: nn.NewParameter(torch.Ones(torch.Shape{2, 3})),
		Seen: nn.NewBuffer(torch.Ones(shape, torch.Int64)), Count: nn.NewBuffer(torch.Ones(torch.Shape{})),
	}
}

func TestToAMemoryFormatConvertsImagesAlone(t *testing.T) {
	for format, shape := range map[torch.MemoryFormat]torch.Shape{
		torch.ChannelsLast: {2, 3, 4, 5}, torch.ChannelsLast3d: {2, 3, 4, 5, 6},
	} {
		m := newFormats(shape)
		image := m.Image.Tensor
		image.SetGrad(torch.Ones(shape))
		nn.To(m, torch.Float64, format)
		require.Same(t, image, m.Image.Tensor)
		require.True(t, image.IsLeaf() && image.RequiresGrad())
		for _, x := range []*torch.Tensor{image, image.Grad(), m.Seen.Tensor} {
			require.True(t, x.IsContiguous(format) && !x.IsContiguous())
		}
		require.True(t, m.Matrix.IsContiguous() && m.Count.IsContiguous())
		require.Equal(t, []torch.DType{torch.Float64, torch.Int64, torch.Float64}, []torch.DType{image.DType(), m.Seen.DType(), m.Count.DType()})
		nn.To(m, torch.PreserveFormat)
		require.True(t, image.IsContiguous(format))
		nn.To(m, torch.ContiguousFormat)
		require.True(t, image.IsContiguous() && image.Grad().IsContiguous())
	}
}

func TestToAMemoryFormatOfAnotherDimension(t *testing.T) {
	err := torch.Try(func() error { nn.To(newFormats(torch.Shape{2, 3, 4, 5}), torch.ChannelsLast3d); return nil })
	require.ErrorContains(t, err, "required rank 5 tensor to use channels_last_3d format")
	err = torch.Try(func() error { nn.To(newFormats(torch.Shape{1, 2, 3, 4, 5}), torch.ChannelsLast); return nil })
	require.ErrorContains(t, err, "required rank 4 tensor to use channels_last format")
	nn.To(nn.NewLinear(2, 3), torch.ChannelsLast) // has none of those
}
