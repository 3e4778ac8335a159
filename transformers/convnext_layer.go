package transformers

import (
	"multitorch/nn"
	"multitorch/torch"
)

// ConvNextEncoder is the stages, one after the other.
type ConvNextEncoder struct {
	nn.Base
	Stages []*ConvNextStage
}

func newConvNextEncoder(c *ConvNextConfig) *ConvNextEncoder {
	m := &ConvNextEncoder{}
	blocks := 0
	for _, d := range c.Depths {
		blocks += d
	}
	rates := torch.Linspace(0, c.DropPathRate, blocks)
	defer rates.Free()
	drops := torch.ToSlice[float32](rates)
	in := c.HiddenSizes[0]
	for i, out := range c.HiddenSizes {
		stage := &ConvNextStage{}
		if i > 0 {
			stage.DownsamplingLayer = []nn.Layer{nn.NewLayerNorm(in, nn.Eps(normEps)), nn.NewConv2d(in, out, 2, nn.Stride(2))}
		}
		for range c.Depths[i] {
			stage.Layers = append(stage.Layers, newConvNextLayer(c, out, float64(drops[0])))
			drops = drops[1:]
		}
		m.Stages, in = append(m.Stages, stage), out
	}
	return m
}

// ConvNextStage is blocks of the same size, behind a convolution that halves it in all stages but the first.
type ConvNextStage struct {
	nn.Base
	DownsamplingLayer []nn.Layer // a layer norm over the channels, and a convolution
	Layers            []*ConvNextLayer
}

// Forward maps [N, in, height, width] to [N, out, height/2, width/2], or in the first stage to the same.
func (m *ConvNextStage) Forward(x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	if len(m.DownsamplingLayer) > 0 {
		x = on.way(overChannels(m.DownsamplingLayer[0].(*nn.LayerNorm), x))
		x = on.way(m.DownsamplingLayer[1].Forward(x))
	}
	for i, layer := range m.Layers {
		if x = layer.Forward(x); i < len(m.Layers)-1 {
			on.way(x)
		}
	}
	return x
}

// ConvNextLayer is a convolution of each channel for itself, a layer norm and two matrices, whose output is added to the input.
type ConvNextLayer struct {
	nn.Base
	LayerScaleParameter *nn.Parameter // [channels]; nil for none
	Dwconv              *nn.Conv2d
	Layernorm           *nn.LayerNorm
	Pwconv1             *nn.Linear
	Pwconv2             *nn.Linear

	act         Activation
	drop, scale float64
}

// normEps is the eps of all norms but the last.
const normEps = 1e-6

func newConvNextLayer(c *ConvNextConfig, dim int, drop float64) *ConvNextLayer {
	m := &ConvNextLayer{
		Dwconv:    nn.NewConv2d(dim, dim, 7, nn.Padding(3), nn.Groups(dim)),
		Layernorm: nn.NewLayerNorm(dim, nn.Eps(normEps)),
		Pwconv1:   nn.NewLinear(dim, 4*dim), Pwconv2: nn.NewLinear(4*dim, dim),
		act: NewActivation(c.HiddenAct), drop: drop, scale: c.LayerScaleInitValue,
	}
	if m.scale > 0 {
		ones := torch.Ones(torch.Shape{dim})
		defer ones.Free()
		m.LayerScaleParameter = nn.NewParameter(ones.Mul(m.scale))
	}
	return m
}

func (m *ConvNextLayer) draw(_ float64, wanted func(*nn.Parameter) bool) {
	drawConstant(m.LayerScaleParameter, m.scale, wanted)
}

// Forward maps [N, channels, height, width] to the same.
func (m *ConvNextLayer) Forward(x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	y := on.way(on.way(m.Dwconv.Forward(x)).Permute(0, 2, 3, 1))
	y = on.way(activate(m.act, m.Pwconv1.Forward(on.way(m.Layernorm.Forward(y)))))
	y = on.way(m.Pwconv2.Forward(y))
	if m.LayerScaleParameter != nil {
		y = on.way(m.LayerScaleParameter.Value().Mul(y))
	}
	return x.Add(on.way(dropPath(on.way(y.Permute(0, 3, 1, 2)), m.drop, m.Training())))
}

// overChannels normalises the channels of pictures [N, channels, height, width].
func overChannels(norm *nn.LayerNorm, x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	return on.way(norm.Forward(on.way(x.Permute(0, 2, 3, 1)))).Permute(0, 3, 1, 2)
}
