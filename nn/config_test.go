package nn_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
)

// TestKeywordsOfSiblings: a keyword argument that only another module of the family has is an
// error that names those of this one.
func TestKeywordsOfSiblings(t *testing.T) {
	for want, make := range map[string]func(){
		"GRU: no keyword argument proj_size; it takes num_layers, bias, batch_first, dropout, bidirectional, device, dtype": func() {
			nn.NewGRU(2, 3, nn.ProjSize(2))
		},
		"GRU: no keyword argument nonlinearity":     func() { nn.NewGRU(2, 3, nn.Nonlinearity("relu")) },
		"GRUCell: no keyword argument nonlinearity": func() { nn.NewGRUCell(2, 3, nn.Nonlinearity("relu")) },
		"Embedding: no keyword argument mode":       func() { nn.NewEmbedding(2, 3, nn.Mode("sum")) },
		"Embedding: no keyword argument freeze":     func() { nn.NewEmbedding(2, 3, nn.Freeze(true)) },
		"EmbeddingBag: no keyword argument dtype":   func() { nn.EmbeddingBagFromPretrained(torch.Zeros(torch.Shape{1, 1}), nn.DType(torch.Float64)) },
		"Conv2d: no keyword argument output_padding; it takes stride, padding, dilation, groups, bias, padding_mode, device, dtype": func() {
			nn.NewConv2d(1, 2, 3, nn.OutputPadding(0))
		},
		"MaxPool2d: no keyword argument count_include_pad; it takes kernel_size, stride, padding, dilation, ceil_mode": func() {
			nn.NewMaxPool2d(2, nn.CountIncludePad(true))
		},
		"AvgPool2d: no keyword argument dilation": func() { nn.NewAvgPool2d(2, nn.Dilation(1)) },
		"LayerNorm: no keyword argument momentum; it takes eps, elementwise_affine, bias, device, dtype": func() {
			nn.NewLayerNorm(3, nn.Momentum(0.1))
		},
		"BatchNorm1d: no keyword argument elementwise_affine":                  func() { nn.NewBatchNorm1d(3, nn.ElementwiseAffine(true)) },
		"ReLU: no keyword argument approximate; it takes inplace":              func() { nn.NewReLU(nn.Approximate("tanh")) },
		"L1Loss: no keyword argument label_smoothing; it takes reduction":      func() { nn.NewL1Loss(nn.LabelSmoothing(0)) },
		"NLLLoss: no keyword argument pos_weight":                              func() { nn.NewNLLLoss(nn.PosWeight(torch.Ones(nil))) },
		"CrossEntropyLoss: option 0 is nil":                                    func() { nn.NewCrossEntropyLoss(nil) },
		"Linear: dtype must be a floating point or complex one, but got int64": func() { nn.NewLinear(1, 1, nn.DType(torch.Int64)) },
		"MaxPool2d: no keyword argument divisor_override": func() {
			nn.NewMaxPool2d(2, nn.NewAvgPool2d(2, nn.DivisorOverride(3)).Config())
		},
	} {
		t.Run(want, func(t *testing.T) {
			require.ErrorContains(t, torch.Try(func() error { make(); return nil }), want)
		})
	}
}

// TestConfigurations: the settings of a module can be read, printed and saved, and make another
// one of the same settings. They are a copy.
func TestConfigurations(t *testing.T) {
	m := nn.NewConv2d(4, 6, 3, nn.Stride(2), nn.Padding(1, 0), nn.Groups(2), nn.Bias(false))
	require.Equal(t, "stride=2, padding=(1, 0), padding_word='', dilation=1, output_padding=0, groups=2, bias=False, padding_mode='zeros'",
		m.Config().String())
	text, err := json.Marshal(m.Config())
	require.NoError(t, err)
	var c nn.ConvConfig
	require.NoError(t, json.Unmarshal(text, &c))
	require.Equal(t, nn.Describe(m), nn.Describe(nn.NewConv2d(4, 6, 3, c)))
	require.Equal(t, nn.Size{1}, nn.NewConv2d(4, 6, 3, c, nn.Stride(1)).Config().Stride)
	m.Config().Stride[0] = 7
	require.Equal(t, nn.Size{2}, m.Config().Stride)

	three, half := 3, 0.5
	for _, c := range []struct{ config, text any }{
		{nn.NewLinear(2, 3).Config(), "bias=True"},
		{
			nn.NewAvgPool2d(nn.Pair{3, 1}, nn.DivisorOverride(3)).Config(),
			"kernel_size=(3, 1), stride=(3, 1), padding=0, dilation=1, ceil_mode=False, " +
				"count_include_pad=True, divisor_override=3",
		},
		{nn.NewBatchNorm2d(3, nn.CumulativeAverage(true)).Config(), "eps=1e-05, momentum=0.1, cumulative_average=True, affine=True, " +
			"track_running_stats=True, elementwise_affine=True, bias=True"},
		{
			nn.NewGRU(2, 3, nn.NumLayers(2), nn.NewDropout(0.5)).Config(),
			"num_layers=2, nonlinearity='tanh', bias=True, batch_first=False, dropout=0.5, bidirectional=False, proj_size=0",
		},
		{
			nn.NewMultiheadAttention(4, 2, nn.Kdim(3), nn.NewDropout(0.1)).Config(),
			"dropout=0.1, bias=True, add_bias_kv=False, add_zero_attn=False, kdim=3, vdim=0, batch_first=False",
		},
		{
			nn.NewTransformerEncoderLayer(4, 2, nn.NormFirst(true)).Config(),
			"dim_feedforward=2048, dropout=0.1, activation='relu', layer_norm_eps=1e-05, batch_first=False, norm_first=True, bias=True, " +
				"num_encoder_layers=6, num_decoder_layers=6",
		},
		{nn.NewRNNCell(2, 3, nn.Bias(false)).Config(), "bias=False, nonlinearity='tanh'"},
		{nn.NewGELU(nn.Approximate("tanh")).Config(), "inplace=False, approximate='tanh'"},
		{nn.NewDropout(0.5).Config(), "p=0.5, inplace=False"},
		{nn.NewFlatten(nn.StartDim(2)).Config(), "start_dim=2, end_dim=-1"},
		{
			nn.NewEmbedding(5, 2, nn.PaddingIdx(-2), nn.MaxNorm(0.5)).Config(),
			"padding_idx=3, max_norm=0.5, norm_type=2.0, scale_grad_by_freq=False, sparse=False, mode='mean', include_last_offset=False",
		},
		{
			nn.NewNLLLoss(nn.Weight(torch.Ones(torch.Shape{4}))).Config(),
			"weight=tensor([4]), ignore_index=-100, reduction='mean', label_smoothing=0.0",
		},
		{nn.NewPairwiseDistance(nn.P(1)).Config(), "p=1.0, eps=1e-06, keepdim=False, dim=1"},
		{
			nn.NewTripletMarginWithDistanceLoss(nn.Swap(true)).Config(),
			"ignore_index=-100, reduction='mean', label_smoothing=0.0, margin=1.0, swap=True, distance_function=PairwiseDistance()",
		},
	} {
		require.Equal(t, c.text, c.config.(interface{ String() string }).String())
		_, err := json.Marshal(c.config)
		require.NoError(t, err)
	}
	require.Equal(t, &three, nn.NewEmbedding(5, 2, nn.PaddingIdx(-2), nn.MaxNorm(0.5)).Config().PaddingIdx)
	require.Equal(t, &half, nn.NewEmbedding(5, 2, nn.PaddingIdx(-2), nn.MaxNorm(0.5)).Config().MaxNorm)
	require.Equal(t, nn.Size{1, nn.Same}, nn.NewAdaptiveAvgPool2d(nn.Pair{1, nn.Same}).OutputSize())
}

// TestDTypeOfModules: every module with parameters or buffers can be made in another dtype.
func TestDTypeOfModules(t *testing.T) {
	for _, m := range []nn.Module{
		nn.NewLinear(2, 3, nn.DType(torch.Float64), nn.Device(torch.CPU)), nn.NewConv1d(2, 3, 2, nn.DType(torch.Float64)),
		nn.NewConvTranspose2d(2, 3, 2, nn.DType(torch.Float64)), nn.NewGRU(2, 3, nn.DType(torch.Float64)),
		nn.NewEmbedding(2, 3, nn.DType(torch.Float64)), nn.NewEmbeddingBag(2, 3, nn.DType(torch.Float64)),
		nn.NewLSTM(2, 3, nn.DType(torch.Float64)), nn.NewRNNCell(2, 3, nn.DType(torch.Float64)),
		nn.NewMultiheadAttention(4, 2, nn.AddBiasKV(true), nn.DType(torch.Float64)),
		nn.NewTransformer(4, 2, nn.DimFeedforward(3), nn.NumEncoderLayers(1), nn.NumDecoderLayers(1), nn.DType(torch.Float64)),
		nn.NewBatchNorm1d(3, nn.DType(torch.Float64)), nn.NewLayerNorm(3, nn.DType(torch.Float64)),
	} {
		for _, s := range nn.StateDict(m) {
			want := torch.Float64
			if s.Name == "num_batches_tracked" {
				want = torch.Int64
			}
			require.Equal(t, want, s.Tensor.DType(), s.Name)
		}
	}
}

// TestConfigurationsOfLayers: each family's settings make the same module again.
func TestConfigurationsOfLayers(t *testing.T) {
	conv := nn.NewConvTranspose3d(2, 4, 3, nn.Stride(2), nn.OutputPadding(1))
	pool := nn.NewAvgPool3d(nn.Triple{1, 2, 3}, nn.Stride(2), nn.CeilMode(true))
	lp, lp2 := nn.NewLPPool1d(2, 3), nn.NewLPPool2d(1.5, 3, nn.Stride(3, 2))
	fractional := nn.NewFractionalMaxPool2d(2, nn.OutputRatio(0.5))
	elu, rrelu := nn.NewELU(nn.Alpha(0.3), nn.Inplace(true)), nn.NewRReLU(nn.Lower(0.1))
	norm, rms := nn.NewInstanceNorm2d(3, nn.Affine(true), nn.Momentum(0.2)), nn.NewRMSNorm(4)
	lrn := nn.NewLocalResponseNorm(3, nn.K(2))
	up, fold := nn.NewUpsample(nn.Size{3, 4}, nn.Mode("bilinear"), nn.AlignCorners(false)), nn.NewUnfold(2, nn.Dilation(2, 1))
	soft := nn.NewAdaptiveLogSoftmaxWithLoss(8, 9, []int{3}, nn.DivValue(2), nn.HeadBias(true))
	for _, c := range []struct {
		was, again nn.Module
		text       any
	}{
		{conv, nn.NewConvTranspose3d(2, 4, 3, conv.Config()), nil},
		{pool, nn.NewAvgPool3d(nn.Triple{1, 2, 3}, pool.Config()), nil},
		{lp, nn.NewLPPool1d(2, 3, lp.Config()), nil},
		{lp2, nn.NewLPPool2d(1.5, 3, lp2.Config()), nil},
		{fractional, nn.NewFractionalMaxPool2d(2, fractional.Config()), nil},
		{elu, nn.NewELU(elu.Config()), elu.Config()},
		{rrelu, nn.NewRReLU(rrelu.Config()), rrelu.Config()},
		{norm, nn.NewInstanceNorm2d(3, norm.Config()), norm.Config()},
		{rms, nn.NewRMSNorm(4, rms.Config()), rms.Config()},
		{lrn, nn.NewLocalResponseNorm(3, lrn.Config()), lrn.Config()},
		{up, nn.NewUpsample(up.Config()), up.Config()},
		{fold, nn.NewUnfold(2, fold.Config()), fold.Config()},
		{soft, nn.NewAdaptiveLogSoftmaxWithLoss(8, 9, []int{3}, soft.Config()), soft.Config()},
	} {
		require.Equal(t, nn.Describe(c.was), nn.Describe(c.again))
		if c.text != nil {
			require.Equal(t, c.text, configOf(c.again))
		}
	}
	require.Equal(t, "inplace=True, alpha=0.3", elu.Config().String())
	require.Equal(t, "size=(3, 4), mode='bilinear', align_corners=False, recompute_scale_factor=False", up.Config().String())
	require.Equal(t, "kernel_size=2, dilation=(2, 1), padding=0, stride=1", fold.Config().String())
	require.Equal(t, "div_value=2.0, head_bias=True", soft.Config().String())
	up.Config().Size[0] = 9
	require.Equal(t, nn.Size{3, 4}, up.Config().Size)
}

// configOf is what a module's Config returns.
func configOf(m nn.Module) any {
	return reflect.ValueOf(m).MethodByName("Config").Call(nil)[0].Interface()
}
