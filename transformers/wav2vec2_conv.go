package transformers

import (
	"multitorch/libm"
	"multitorch/nn"
	"multitorch/nn/functional"
	"multitorch/torch"
)

var opWeightNorm = torch.NewOperator("aten::_weight_norm", "v", "g", "dim")

// Wav2Vec2FeatureEncoder is convolutions over samples, which make a step every 20 ms.
type Wav2Vec2FeatureEncoder struct {
	nn.Base
	ConvLayers []*Wav2Vec2ConvLayer
}

func newWav2Vec2FeatureEncoder(c *Wav2Vec2Config) *Wav2Vec2FeatureEncoder {
	m := &Wav2Vec2FeatureEncoder{}
	for i := range c.ConvDim {
		m.ConvLayers = append(m.ConvLayers, newWav2Vec2ConvLayer(c, i))
	}
	return m
}

// Forward maps samples [N, samples] to [N, channels, steps].
func (m *Wav2Vec2FeatureEncoder) Forward(values *torch.Tensor) *torch.Tensor {
	x := values.Unsqueeze(1)
	for _, layer := range m.ConvLayers {
		y := layer.Forward(x)
		x.Free()
		x = y
	}
	return x
}

// Wav2Vec2ConvLayer is a convolution, a norm or none, and a function.
type Wav2Vec2ConvLayer struct {
	nn.Base
	Conv      *nn.Conv1d
	LayerNorm nn.Module // *nn.GroupNorm, *nn.LayerNorm or nil

	act Activation
}

func newWav2Vec2ConvLayer(c *Wav2Vec2Config, i int) *Wav2Vec2ConvLayer {
	in := 1
	if i > 0 {
		in = c.ConvDim[i-1]
	}
	m := &Wav2Vec2ConvLayer{
		Conv: nn.NewConv1d(in, c.ConvDim[i], c.ConvKernel[i], nn.Stride(c.ConvStride[i]), nn.Bias(c.ConvBias)),
		act:  NewActivation(c.FeatExtractActivation),
	}
	switch {
	case c.FeatExtractNorm == "layer":
		m.LayerNorm = nn.NewLayerNorm(c.ConvDim[i])
	case i == 0:
		m.LayerNorm = nn.NewGroupNorm(c.ConvDim[i], c.ConvDim[i])
	}
	return m
}

// draw draws the convolution as Kaiming He's paper has it.
func (m *Wav2Vec2ConvLayer) draw(_ float64, wanted func(*nn.Parameter) bool) {
	fan := float64(m.Conv.Weight.Size(1) * m.Conv.Weight.Size(2))
	if wanted(m.Conv.Weight) {
		m.Conv.Weight.NormalInplace(0, libm.Sqrt(2)/libm.Sqrt(fan))
	}
	if m.Conv.Bias != nil && wanted(m.Conv.Bias) {
		k := libm.Sqrt(1 / fan)
		m.Conv.Bias.UniformInplace(-k, k)
	}
}

// Forward maps [N, in, time] to [N, out, fewer].
func (m *Wav2Vec2ConvLayer) Forward(x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	y := m.Conv.Forward(x)
	switch norm := m.LayerNorm.(type) {
	case *nn.GroupNorm:
		y = norm.Forward(on.way(y))
	case *nn.LayerNorm:
		y = on.way(norm.Forward(on.way(on.way(y).Transpose(-2, -1))))
		y = y.Transpose(-2, -1)
	}
	return activate(m.act, y)
}

// Wav2Vec2PositionalConvEmbedding is a wide convolution over steps, which says where in a clip each is.
type Wav2Vec2PositionalConvEmbedding struct {
	nn.Base
	Conv *Wav2Vec2WeightNormConv

	config *Wav2Vec2Config
	act    Activation
}

// Wav2Vec2WeightNormConv is the convolution, whose weight is stored as its direction and its length at each place of the kernel.
type Wav2Vec2WeightNormConv struct {
	nn.Base
	Bias             *nn.Parameter
	Parametrizations *Wav2Vec2Parametrizations
}

// Wav2Vec2Parametrizations names the weight's two parts as PyTorch does.
type Wav2Vec2Parametrizations struct {
	nn.Base
	Weight *Wav2Vec2WeightNorm
}

// Wav2Vec2WeightNorm is the parts: lengths [1, 1, kernel] and directions [out, in/groups, kernel].
type Wav2Vec2WeightNorm struct {
	nn.Base
	Original0 *nn.Parameter `nn:"original0"`
	Original1 *nn.Parameter `nn:"original1"`
}

func newWav2Vec2PositionalConvEmbedding(c *Wav2Vec2Config) *Wav2Vec2PositionalConvEmbedding {
	size, kernel := c.HiddenSize, c.NumConvPosEmbeddings
	return &Wav2Vec2PositionalConvEmbedding{
		Conv: &Wav2Vec2WeightNormConv{
			Bias: nn.NewParameter(torch.Zeros(torch.Shape{size})),
			Parametrizations: &Wav2Vec2Parametrizations{Weight: &Wav2Vec2WeightNorm{
				Original0: nn.NewParameter(torch.Zeros(torch.Shape{1, 1, kernel})),
				Original1: nn.NewParameter(torch.Zeros(torch.Shape{size, size / c.NumConvPosGroups, kernel})),
			}},
		},
		config: c, act: NewActivation(c.FeatExtractActivation),
	}
}

// draw draws the weight, and takes its lengths from it.
func (m *Wav2Vec2PositionalConvEmbedding) draw(_ float64, wanted func(*nn.Parameter) bool) {
	w := m.Conv.Parametrizations.Weight
	if !wanted(w.Original0) && !wanted(w.Original1) {
		return
	}
	c := m.config
	w.Original1.NormalInplace(0, 2*libm.Sqrt(1/float64(c.NumConvPosEmbeddings*c.HiddenSize)))
	w.Original0.CopyInplace(w.Original1.Square().Sum(0, 1, torch.KeepDim).Sqrt())
	m.Conv.Bias.ZeroInplace()
}

// Forward maps [N, steps, hidden_size] to the same.
func (m *Wav2Vec2PositionalConvEmbedding) Forward(x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	w, kernel := m.Conv.Parametrizations.Weight, m.config.NumConvPosEmbeddings
	weight := on.way(opWeightNorm.Call(w.Original1.Tensor, w.Original0.Tensor, 2))
	y := on.way(functional.Conv1d(on.way(x.Transpose(1, 2)), weight, m.Conv.Bias.Tensor,
		nn.Padding(kernel/2), nn.Groups(m.config.NumConvPosGroups)))
	if kernel%2 == 0 { // one more than there were
		y = on.way(y.Narrow(2, 0, y.Size(2)-1))
	}
	return on.way(m.act(y)).Transpose(1, 2)
}
