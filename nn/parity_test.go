package nn_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/twin"
)

// layerCase is a layer and its Python twin. Both are made from one seed and get
// the same inputs.
type layerCase struct {
	python string
	make   func() nn.Layer
	shape  torch.Shape
}

// options is a table of options of one type.
type options[O any] = map[string][]O

func layers[O any](cases []layerCase, python string, table options[O], shape torch.Shape, make func(opts ...O) nn.Layer) []layerCase {
	for arguments, opts := range table {
		code := strings.TrimSuffix(strings.TrimSuffix(python, ")")+", "+arguments, ", ") + ")"
		code = strings.Replace(code, "(, ", "(", 1)
		cases = append(cases, layerCase{code, func() nn.Layer { return make(opts...) }, shape})
	}
	return cases
}

func layerCases() (cases []layerCase) {
	picture, tall := torch.Shape{2, 4, 9, 8}, torch.Shape{3, 4, 5}
	cases = layers(cases, "nn.Linear(5, 7)", options[nn.LinearOption]{
		"": nil, "bias=False": {nn.Bias(false)},
	}, torch.Shape{2, 3, 5}, func(o ...nn.LinearOption) nn.Layer { return nn.NewLinear(5, 7, o...) })
	cases = layers(cases, "nn.Conv2d(4, 6, 3)", options[nn.ConvOption]{
		"":                                                        nil,
		"stride=1, padding=1":                                     {nn.Stride(1), nn.Padding(1)},
		"stride=(2, 1), padding=(0, 2)":                           {nn.Stride(2, 1), nn.Padding(0, 2)},
		"dilation=2, bias=False":                                  {nn.Dilation(2), nn.Bias(false)},
		"dilation=(1, 2), groups=2":                               {nn.Dilation(1, 2), nn.Groups(2)},
		"padding='same'":                                          {nn.SamePadding},
		"padding='valid', stride=2":                               {nn.ValidPadding, nn.Stride(2)},
		"padding=1, padding_mode='zeros'":                         {nn.Padding(1), nn.PaddingMode("zeros")},
		"padding=2, padding_mode='reflect'":                       {nn.Padding(2), nn.PaddingMode("reflect")},
		"padding=(1, 2), padding_mode='replicate'":                {nn.Padding(1, 2), nn.PaddingMode("replicate")},
		"padding=2, padding_mode='circular', stride=2":            {nn.Padding(2), nn.PaddingMode("circular"), nn.Stride(2)},
		"padding='same', padding_mode='circular'":                 {nn.SamePadding, nn.PaddingMode("circular")},
		"padding='valid', padding_mode='reflect'":                 {nn.ValidPadding, nn.PaddingMode("reflect")},
		"padding='same', dilation=(2, 1), padding_mode='reflect'": {nn.SamePadding, nn.Dilation(2, 1), nn.PaddingMode("reflect")},
	}, picture, func(o ...nn.ConvOption) nn.Layer { return nn.NewConv2d(4, 6, 3, o...) })
	cases = append(cases,
		layerCase{"nn.Conv2d(4, 8, (2, 4), padding='same', padding_mode='replicate')", func() nn.Layer {
			return nn.NewConv2d(4, 8, nn.Pair{2, 4}, nn.SamePadding, nn.PaddingMode("replicate"))
		}, picture},
		layerCase{"nn.Conv2d(4, 8, (1, 3), groups=4)", func() nn.Layer { return nn.NewConv2d(4, 8, nn.Pair{1, 3}, nn.Groups(4)) }, torch.Shape{4, 5, 5}},
		layerCase{"nn.Conv2d(4, 4, 3, padding=1, padding_mode='replicate')", func() nn.Layer {
			return nn.NewConv2d(4, 4, 3, nn.Padding(1), nn.PaddingMode("replicate"))
		}, torch.Shape{4, 5, 5}},
		layerCase{"nn.Linear(5, 7)", func() nn.Layer { return nn.NewLinear(5, 7) }, torch.Shape{5}},
		layerCase{"nn.Tanh()", func() nn.Layer { return nn.NewTanh() }, tall},
		layerCase{"nn.Sigmoid()", func() nn.Layer { return nn.NewSigmoid() }, tall},
		layerCase{"nn.Identity()", func() nn.Layer { return nn.NewIdentity() }, tall},
		layerCase{"nn.Softmax(dim=1)", func() nn.Layer { return nn.NewSoftmax(1) }, tall},
		layerCase{"nn.LogSoftmax(dim=-1)", func() nn.Layer { return nn.NewLogSoftmax(-1) }, tall},
		layerCase{"nn.Dropout(0.5)", func() nn.Layer { return nn.NewDropout(0.5) }, tall},
		layerCase{"nn.Dropout(0.0)", func() nn.Layer { return nn.NewDropout(0) }, tall},
		layerCase{"nn.Dropout(1.0)", func() nn.Layer { return nn.NewDropout(1) }, tall},
		layerCase{"nn.Dropout(p=0.2, inplace=True)", func() nn.Layer { return nn.NewDropout(0.2, nn.Inplace(true)) }, tall},
		layerCase{"nn.AdaptiveAvgPool2d(1)", func() nn.Layer { return nn.NewAdaptiveAvgPool2d(1) }, picture},
		layerCase{"nn.AdaptiveAvgPool2d((3, 2))", func() nn.Layer { return nn.NewAdaptiveAvgPool2d(nn.Pair{3, 2}) }, picture},
		layerCase{"nn.AdaptiveAvgPool2d((None, 2))", func() nn.Layer { return nn.NewAdaptiveAvgPool2d(nn.Pair{nn.Same, 2}) }, picture},
		layerCase{"nn.AdaptiveAvgPool2d(2)", func() nn.Layer { return nn.NewAdaptiveAvgPool2d(2) }, torch.Shape{4, 5, 5}},
		layerCase{"nn.MaxPool2d((3, 2), stride=(1, 2), padding=(1, 0))", func() nn.Layer {
			return nn.NewMaxPool2d(nn.Pair{3, 2}, nn.Stride(1, 2), nn.Padding(1, 0))
		}, picture},
		layerCase{"nn.LayerNorm((4, 5))", func() nn.Layer { return nn.NewLayerNorm(torch.Shape{4, 5}) }, tall},
		layerCase{"nn.BatchNorm1d(4)", func() nn.Layer { return nn.NewBatchNorm1d(4) }, torch.Shape{6, 4}},
		layerCase{"nn.BatchNorm1d(4, momentum=0.3)", func() nn.Layer { return nn.NewBatchNorm1d(4, nn.Momentum(0.3)) }, tall},
	)
	cases = layers(cases, "nn.ReLU()", options[nn.ActivationOption]{"": nil, "inplace=True": {nn.Inplace(true)}},
		tall, func(o ...nn.ActivationOption) nn.Layer { return nn.NewReLU(o...) })
	cases = layers(cases, "nn.GELU()", options[nn.ActivationOption]{"": nil, "approximate='tanh'": {nn.Approximate("tanh")}},
		tall, func(o ...nn.ActivationOption) nn.Layer { return nn.NewGELU(o...) })
	cases = layers(cases, "nn.Flatten()", options[nn.FlattenOption]{
		"": nil, "start_dim=0": {nn.StartDim(0)}, "start_dim=1, end_dim=2": {nn.StartDim(1), nn.EndDim(2)},
	}, picture, func(o ...nn.FlattenOption) nn.Layer { return nn.NewFlatten(o...) })
	cases = layers(cases, "nn.MaxPool2d(3)", options[nn.PoolOption]{
		"": nil, "stride=2, padding=1": {nn.Stride(2), nn.Padding(1)}, "dilation=2, stride=(1, 2)": {nn.Dilation(2), nn.Stride(1, 2)},
		"stride=2, ceil_mode=True": {nn.Stride(2), nn.CeilMode(true)},
	}, picture, func(o ...nn.PoolOption) nn.Layer { return nn.NewMaxPool2d(3, o...) })
	cases = layers(cases, "nn.AvgPool2d(3)", options[nn.PoolOption]{
		"": nil, "stride=2, padding=1": {nn.Stride(2), nn.Padding(1)}, "padding=1, count_include_pad=False": {nn.Padding(1), nn.CountIncludePad(false)},
		"stride=2, ceil_mode=True, divisor_override=4": {nn.Stride(2), nn.CeilMode(true), nn.DivisorOverride(4)},
	}, picture, func(o ...nn.PoolOption) nn.Layer { return nn.NewAvgPool2d(3, o...) })
	cases = layers(cases, "nn.BatchNorm2d(4)", options[nn.NormOption]{
		"": nil, "eps=0.001, momentum=0.4": {nn.Eps(1e-3), nn.Momentum(0.4)}, "momentum=None": {nn.CumulativeAverage(true)},
		"affine=False": {nn.Affine(false)}, "track_running_stats=False": {nn.TrackRunningStats(false)},
	}, picture, func(o ...nn.NormOption) nn.Layer { return nn.NewBatchNorm2d(4, o...) })
	cases = layers(cases, "nn.LayerNorm(5)", options[nn.NormOption]{
		"": nil, "eps=0.1": {nn.Eps(0.1)}, "elementwise_affine=False": {nn.ElementwiseAffine(false)},
	}, tall, func(o ...nn.NormOption) nn.Layer { return nn.NewLayerNorm(5, o...) })
	cases = layers(cases, "nn.Embedding(6, 3)", options[nn.EmbeddingOption]{
		"": nil, "padding_idx=0": {nn.PaddingIdx(0)}, "padding_idx=-2": {nn.PaddingIdx(-2)}, "scale_grad_by_freq=True": {nn.ScaleGradByFreq(true)},
		"max_norm=1.0": {nn.MaxNorm(1)}, "max_norm=0.5, norm_type=1.0": {nn.MaxNorm(0.5), nn.NormType(1)},
	}, nil, func(o ...nn.EmbeddingOption) nn.Layer { return nn.NewEmbedding(6, 3, o...) })
	cases = append(cases, layerCase{`nn.Sequential(nn.Conv2d(4, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(inplace=True), nn.Dropout(0.3), nn.MaxPool2d(2),
		nn.Sequential(nn.Identity(), nn.Flatten(), nn.Linear(96, 5)), nn.Sequential(), nn.LogSoftmax(dim=1))`, func() nn.Layer {
		return nn.NewSequential(nn.NewConv2d(4, 6, 3, nn.Padding(1)), nn.NewBatchNorm2d(6), nn.NewReLU(nn.Inplace(true)), nn.NewDropout(0.3), nn.NewMaxPool2d(2),
			nn.NewSequential(nn.NewIdentity(), nn.NewFlatten(), nn.NewLinear(96, 5)), nn.NewSequential(), nn.NewLogSoftmax(1))
	}, picture})
	slices.SortFunc(cases, func(a, b layerCase) int { return strings.Compare(a.python, b.python) })
	return cases
}

func (c layerCase) input() *torch.Tensor {
	if c.shape == nil {
		return torch.New([][]int{{0, 3, 3}, {5, 4, 3}})
	}
	return torch.Randn(c.shape)
}

// TestLayersMatchPython: the same seed gives the same weights, names and printed
// form, and the same input the same outputs, gradients and buffers, in bits, over
// three steps in training and one in evaluation.
func TestLayersMatchPython(t *testing.T) {
	cases := layerCases()
	inputs := map[string]*torch.Tensor{}
	var codes []string
	for i, c := range cases {
		codes = append(codes, c.python)
		for step := range 4 {
			inputs[fmt.Sprintf("%d.%d", i, step)] = c.input()
		}
	}
	want := twin.Run(t, `
		import torch.nn as nn
		def text(s): return torch.tensor(list(s.encode()), dtype=torch.uint8)
		for i, code in enumerate(args):
			torch.manual_seed(7)
			m = eval(code)
			out["%d.text" % i] = text("\n".join([repr(m), *m.state_dict()]))
			for k, v in m.state_dict().items():
				out["%d.init.%s" % (i, k)] = v.clone()
			for step in range(4):
				m.train(step < 3)
				x = inputs["%d.%d" % (i, step)].clone()
				if x.is_floating_point(): x.requires_grad_()
				y = m(x.clone())
				out["%d.%d.y" % (i, step)] = y
				if y.requires_grad:
					y.backward(torch.randn_like(y))
				if x.grad is not None:
					out["%d.%d.x" % (i, step)] = x.grad
			for k, p in m.named_parameters():
				out["%d.grad.%s" % (i, k)] = p.grad
			for k, v in m.state_dict().items():
				out["%d.last.%s" % (i, k)] = v
	`, inputs, codes...)
	for i, c := range cases {
		t.Run(c.python, func(t *testing.T) {
			key := func(format string, args ...any) string { return fmt.Sprintf("%d.", i) + fmt.Sprintf(format, args...) }
			torch.ManualSeed(7)
			m := c.make()
			var names strings.Builder
			for _, s := range nn.StateDict(m) {
				names.WriteString("\n" + s.Name)
				twin.RequireEqual(t, want[key("init.%s", s.Name)], s.Tensor, "initial ", s.Name)
			}
			require.Equal(t, string(want[key("text")].Bytes()), nn.Describe(m)+names.String())
			for step := range 4 {
				if step == 3 {
					nn.Eval(m)
				}
				x := inputs[fmt.Sprintf("%d.%d", i, step)].Clone()
				x.SetRequiresGrad(x.DType().IsFloatingPoint())
				y := m.Forward(x.Clone())
				twin.RequireEqual(t, want[key("%d.y", step)], y, "output ", step)
				if y.RequiresGrad() {
					y.Backward(torch.Gradient(torch.RandnLike(y)))
				}
				if x.RequiresGrad() {
					twin.RequireEqual(t, want[key("%d.x", step)], x.Grad(), "gradient of the input ", step)
				}
			}
			for _, p := range nn.NamedParameters(m) {
				twin.RequireEqual(t, want[key("grad.%s", p.Name)], p.Grad(), "gradient of ", p.Name)
			}
			for _, s := range nn.StateDict(m) {
				twin.RequireEqual(t, want[key("last.%s", s.Name)], s.Tensor, "in the end, ", s.Name)
			}
		})
	}
}
