package transformers

import (
	"multitorch/nn"
	"multitorch/torch"
)

// reduction is how many times fewer channels the middle of a bottleneck has.
const reduction = 4

// ResNetLayer is a block of convolutions whose input is added to its output: Python's ResNetBasicLayer of two, or its
// ResNetBottleNeckLayer of three.
type ResNetLayer struct {
	nn.Base
	Shortcut *ResNetShortCut // nil where the block keeps the size
	Layer    []*ResNetConvLayer

	act Activation
}

func newResNetLayer(c *ResNetConfig, in, out, stride int) *ResNetLayer {
	m := &ResNetLayer{act: NewActivation(c.HiddenAct)}
	if in != out || stride != 1 {
		m.Shortcut = &ResNetShortCut{
			Convolution:   nn.NewConv2d(in, out, 1, nn.Stride(stride), nn.Bias(false)),
			Normalization: nn.NewBatchNorm2d(out),
		}
	}
	if c.LayerType == "basic" {
		m.Layer = []*ResNetConvLayer{newResNetConvLayer(in, out, 3, stride, "relu"), newResNetConvLayer(out, out, 3, 1, "linear")}
		return m
	}
	first, second := 1, stride
	if c.DownsampleInBottleneck {
		first, second = stride, 1
	}
	middle := out / reduction
	m.Layer = []*ResNetConvLayer{
		newResNetConvLayer(in, middle, 1, first, "relu"), // whatever hidden_act is
		newResNetConvLayer(middle, middle, 3, second, "relu"),
		newResNetConvLayer(middle, out, 1, 1, "linear"),
	}
	return m
}

// Forward maps [N, in, height, width] to [N, out, height/stride, width/stride].
func (m *ResNetLayer) Forward(x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	y := x
	for _, layer := range m.Layer {
		y = on.way(layer.Forward(y))
	}
	if m.Shortcut != nil {
		x = on.way(m.Shortcut.Forward(x))
	}
	return activate(m.act, y.Add(x))
}

// ResNetShortCut makes of a block's input what can be added to its output.
type ResNetShortCut struct {
	nn.Base
	Convolution   *nn.Conv2d
	Normalization *nn.BatchNorm2d
}

// Forward maps [N, in, height, width] to [N, out, height/stride, width/stride].
func (m *ResNetShortCut) Forward(x *torch.Tensor) *torch.Tensor {
	x = m.Convolution.Forward(x)
	defer x.Free()
	return m.Normalization.Forward(x)
}

// ResNetConvLayer is a convolution that keeps the size but for its stride, a batch norm and a function.
type ResNetConvLayer struct {
	nn.Base
	Convolution   *nn.Conv2d // without bias
	Normalization *nn.BatchNorm2d

	act Activation
}

func newResNetConvLayer(in, out, kernel, stride int, act string) *ResNetConvLayer {
	return &ResNetConvLayer{
		Convolution:   nn.NewConv2d(in, out, kernel, nn.Stride(stride), nn.Padding(kernel/2), nn.Bias(false)),
		Normalization: nn.NewBatchNorm2d(out), act: NewActivation(act),
	}
}

// Forward maps [N, in, height, width] to [N, out, height/stride, width/stride].
func (m *ResNetConvLayer) Forward(x *torch.Tensor) *torch.Tensor {
	x = m.Convolution.Forward(x)
	defer x.Free()
	return activate(m.act, m.Normalization.Forward(x))
}
