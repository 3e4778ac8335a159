package nn_test

import (
	"bytes"
	"log/slog"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
)

// TestConstructorErrors: arguments that make no sense are refused at once, with
// what was expected and what came.
func TestConstructorErrors(t *testing.T) {
	for want, make := range map[string]func(){
		"Linear: in_features must be at least 0, but got -1":                func() { nn.NewLinear(-1, 2) },
		"Linear: out_features must be at least 0, but got -2":               func() { nn.NewLinear(1, -2) },
		"Conv2d: in_channels must be at least 1, but got 0":                 func() { nn.NewConv2d(0, 2, 3) },
		"Conv2d: out_channels must be at least 1, but got -1":               func() { nn.NewConv2d(1, -1, 3) },
		"Conv2d: kernel_size must be at least 1, but got 0":                 func() { nn.NewConv2d(1, 2, 0) },
		"Conv2d: kernel_size must be at least 1, but got (3, 0)":            func() { nn.NewConv2d(1, 2, nn.Pair{3, 0}) },
		"Conv2d: stride must be at least 1, but got 0":                      func() { nn.NewConv2d(1, 2, 3, nn.Stride(0)) },
		"Conv2d: padding must be at least 0, but got (1, -1)":               func() { nn.NewConv2d(1, 2, 3, nn.Padding(1, -1)) },
		"Conv2d: dilation must be at least 1, but got 0":                    func() { nn.NewConv2d(1, 2, 3, nn.Dilation(0)) },
		"Conv2d: groups must be a positive integer, but got 0":              func() { nn.NewConv2d(1, 2, 3, nn.Groups(0)) },
		"Conv2d: in_channels must be divisible by groups, but got 3 and 2":  func() { nn.NewConv2d(3, 2, 3, nn.Groups(2)) },
		"Conv2d: out_channels must be divisible by groups, but got 3 and 2": func() { nn.NewConv2d(2, 3, 3, nn.Groups(2)) },
		"padding='same' is not supported for strided convolutions":          func() { nn.NewConv2d(2, 3, 3, nn.SamePadding, nn.Stride(1, 2)) },
		`padding_mode must be one of zeros, reflect, replicate and circular, but got "mirror"`: func() {
			nn.NewConv2d(2, 3, 3, nn.PaddingMode("mirror"))
		},
		"Conv2d: stride: expected one number, or one for each of 2 dimensions, but got 3":  func() { nn.NewConv2d(1, 2, 3, nn.Stride(1, 2, 3)) },
		"Conv2d: padding: expected one number, or one for each of 2 dimensions, but got 0": func() { nn.NewConv2d(1, 2, 3, nn.Padding()) },
		"Conv1d: dilation: expected one number, but got 2":                                 func() { nn.NewConv1d(1, 2, 3, nn.Dilation(1, 2)) },
		"ConvTranspose2d: output_padding must be smaller than stride or dilation": func() {
			nn.NewConvTranspose2d(1, 2, 3, nn.Stride(2, 1), nn.OutputPadding(1))
		},
		`ConvTranspose2d: only "zeros" padding mode is supported, but got "reflect"`: func() {
			nn.NewConvTranspose2d(1, 2, 3,
				nn.PaddingMode("reflect"))
		},
		`ConvTranspose2d: padding must be numbers, but got "same"`:                      func() { nn.NewConvTranspose2d(1, 2, 3, nn.SamePadding) },
		"GRU: input_size must be at least 1, but got 0":                                 func() { nn.NewGRU(0, 2) },
		"MultiheadAttention: embed_dim must be divisible by num_heads, but got 6 and 4": func() { nn.NewMultiheadAttention(6, 4) },
		"MultiheadAttention: num_heads must be at least 1, but got 0":                   func() { nn.NewMultiheadAttention(6, 0) },
		"MultiheadAttention: kdim must be at least 0, but got -1":                       func() { nn.NewMultiheadAttention(6, 2, nn.Kdim(-1)) },
		`TransformerEncoderLayer: activation must be relu or gelu, but got "tanh"`:      func() { nn.NewTransformerEncoderLayer(4, 2, nn.Activation("tanh")) },
		"TransformerDecoderLayer: dim_feedforward must be at least 0, but got -1":       func() { nn.NewTransformerDecoderLayer(4, 2, nn.DimFeedforward(-1)) },
		"TransformerEncoder: num_layers must be at least 1, but got 0": func() {
			nn.NewTransformerEncoder(nn.NewTransformerEncoderLayer(4, 2, nn.DimFeedforward(4)), 0)
		},
		"TransformerDecoder: expected a layer, but got nil":                   func() { nn.NewTransformerDecoder(nil, 2) },
		"Transformer: num_decoder_layers must be at least 1, but got 0":       func() { nn.NewTransformer(4, 2, nn.NumDecoderLayers(0)) },
		"GenerateSquareSubsequentMask: sz must be at least 0, but got -1":     func() { nn.GenerateSquareSubsequentMask(-1) },
		"LSTM: proj_size has to be smaller than hidden_size, but got 3 and 3": func() { nn.NewLSTM(2, 3, nn.ProjSize(3)) },
		"LSTM: proj_size must be at least 0, but got -1":                      func() { nn.NewLSTM(2, 3, nn.ProjSize(-1)) },
		`RNN: nonlinearity must be tanh or relu, but got "sin"`:               func() { nn.NewRNN(2, 3, nn.Nonlinearity("sin")) },
		`RNNCell: nonlinearity must be tanh or relu, but got ""`:              func() { nn.NewRNNCell(2, 3, nn.Nonlinearity("")) },
		"LSTMCell: input_size must be at least 0, but got -1":                 func() { nn.NewLSTMCell(-1, 3) },
		`EmbeddingBag: mode must be sum, mean or max, but got "min"`:          func() { nn.NewEmbeddingBag(2, 3, nn.Mode("min")) },
		"EmbeddingBag: mode max does not take scale_grad_by_freq":             func() { nn.NewEmbeddingBag(2, 3, nn.Mode("max"), nn.ScaleGradByFreq(true)) },
		"EmbeddingBag: mode max does not take sparse":                         func() { nn.NewEmbeddingBag(2, 3, nn.Mode("max"), nn.Sparse(true)) },
		"Embedding: expected vectors [num_embeddings, embedding_dim], but got the shape [3]": func() {
			nn.EmbeddingFromPretrained(torch.Zeros(torch.Shape{3}))
		},
		"GRU: hidden_size must be at least 1, but got -1":                         func() { nn.NewGRU(1, -1) },
		"GRU: num_layers must be at least 1, but got 0":                           func() { nn.NewGRU(1, 2, nn.NumLayers(0)) },
		"Dropout: p has to be between 0 and 1, but got 1.1":                       func() { nn.NewGRU(1, 2, nn.NewDropout(1.1)) },
		"Embedding: num_embeddings must be at least 0, but got -1":                func() { nn.NewEmbedding(-1, 2) },
		"Embedding: embedding_dim must be at least 0, but got -1":                 func() { nn.NewEmbedding(1, -1) },
		"Embedding: padding_idx must be within num_embeddings, 5, but got 5":      func() { nn.NewEmbedding(5, 2, nn.PaddingIdx(5)) },
		"Embedding: padding_idx must be within num_embeddings, 5, but got -6":     func() { nn.NewEmbedding(5, 2, nn.PaddingIdx(-6)) },
		"Dropout: p has to be between 0 and 1, but got -0.5":                      func() { nn.NewDropout(-0.5) },
		"Dropout: p has to be between 0 and 1, but got NaN":                       func() { nn.NewDropout(math.NaN()) },
		"MaxPool2d: kernel_size must be at least 1, but got 0":                    func() { nn.NewMaxPool2d(0) },
		"MaxPool2d: stride must be at least 1, but got -1":                        func() { nn.NewMaxPool2d(2, nn.Stride(-1)) },
		"MaxPool2d: padding must be at most half of kernel_size, but got 2 and 3": func() { nn.NewMaxPool2d(3, nn.Padding(2)) },
		"MaxPool2d: dilation must be at least 1, but got 0":                       func() { nn.NewMaxPool2d(3, nn.Dilation(0)) },
		"AvgPool2d: padding must be at most half of kernel_size":                  func() { nn.NewAvgPool2d(nn.Pair{4, 1}, nn.Padding(1)) },
		"AvgPool2d: divisor_override must not be zero":                            func() { nn.NewAvgPool2d(2, nn.DivisorOverride(0)) },
		"AdaptiveAvgPool2d: output_size must be at least 0, or Same, but got -2":  func() { nn.NewAdaptiveAvgPool2d(-2) },
		"BatchNorm2d: num_features must be at least 0, but got -1":                func() { nn.NewBatchNorm2d(-1) },
		"BatchNorm1d: num_features must be at least 0, but got -1":                func() { nn.NewBatchNorm1d(-1) },
		"LayerNorm: normalized_shape must be at least 0, but got -1":              func() { nn.NewLayerNorm(torch.Shape{2, -1}) },
		"LayerNorm: normalized_shape must have at least one dimension":            func() { nn.NewLayerNorm(torch.Shape{}) },
		`GELU: approximate must be none or tanh, but got "sin"`:                   func() { nn.NewGELU(nn.Approximate("sin")) },
		"Sequential: layer 1 is nil":                                              func() { nn.NewSequential(nn.NewReLU(), nil) },
	} {
		t.Run(want, func(t *testing.T) {
			err := torch.Try(func() error { make(); return nil })
			require.ErrorContains(t, err, want)
			require.Equal(t, torch.ValueError, err.(*torch.Error).Kind)
		})
	}
}

// TestForwardErrors: a module that gets what it can't take says what it wanted,
// with the shapes.
func TestForwardErrors(t *testing.T) {
	zeros := func(shape ...int) *torch.Tensor { return torch.Zeros(shape) }
	gru := nn.NewGRU(5, 6, nn.NumLayers(2), nn.BatchFirst(true))
	gru2 := func(x, h0 *torch.Tensor) func() { return func() { gru.Forward(x, h0) } }
	packed := nn.PackPaddedSequence(zeros(3, 4, 5), torch.New([]int{4, 3, 2}), nn.BatchFirst(true))
	mixed := nn.PackPaddedSequence(zeros(3, 4, 5), torch.New([]int{2, 3, 4}), nn.BatchFirst(true), nn.EnforceSorted(false))
	narrow := nn.PackPaddedSequence(zeros(3, 4, 7), torch.New([]int{4, 3, 2}), nn.BatchFirst(true))
	flat := nn.PackPaddedSequence(zeros(3, 4), torch.New([]int{4, 3, 2}), nn.BatchFirst(true))
	embedding, bag := nn.NewEmbedding(5, 2, nn.MaxNorm(0.1)), nn.NewEmbeddingBag(5, 2)
	lstm, five := nn.NewLSTM(5, 6, nn.ProjSize(4)), zeros(5, 2, 4)
	attention := nn.NewMultiheadAttention(4, 2)
	attend := func(q, k, v *torch.Tensor, args ...nn.AttentionArgument) func() {
		return func() { attention.Forward(q, k, v, args...) }
	}
	transformer := nn.NewTransformer(4, 2, nn.NumEncoderLayers(1), nn.NumDecoderLayers(1), nn.DimFeedforward(3))
	for name, c := range map[string]struct {
		call func()
		want string
	}{
		"linear": {
			func() { nn.NewLinear(4, 3).Forward(zeros(2, 5)) },
			"Linear: linear: expected an input whose last dimension has 4 elements (in_features), but got the shape [2, 5]; the weight is [3, 4]",
		},
		"linear, scalar": {func() { nn.NewLinear(4, 3).Forward(torch.New(1.0)) }, "but got the shape []"},
		"linear, nil":    {func() { nn.NewLinear(4, 3).Forward(nil) }, "Linear: "},
		"linear, dtype":  {func() { nn.NewLinear(4, 3).Forward(zeros(2, 4).To(torch.Float64)) }, "float64[2, 4]"},
		"conv channels": {
			func() { nn.NewConv2d(4, 6, 3, nn.Groups(2)).Forward(zeros(2, 3, 8, 8)) },
			"Conv2d: conv2d: expected an input with 4 channels (in_channels; the weight is [6, 2, 3, 3]), but got 3 in the shape [2, 3, 8, 8]",
		},
		"conv, one": {func() { nn.NewConv2d(4, 6, 3).Forward(zeros(3, 8, 8)) }, "but got 3 in the shape [3, 8, 8]"},
		"conv dimensions": {
			func() { nn.NewConv2d(4, 6, 3).Forward(zeros(8, 8)) },
			"expected an input [N, C, H, W] or [C, H, W], but got the shape [8, 8]",
		},
		"conv reflect": {
			func() { nn.NewConv2d(4, 6, 3, nn.Padding(1), nn.PaddingMode("reflect")).Forward(zeros(2, 3, 8, 8)) },
			"expected an input with 4 channels",
		},
		"conv too small": {func() { nn.NewConv2d(4, 6, 3).Forward(zeros(2, 4, 2, 8)) }, "Kernel size can't be greater than actual input size"},
		"gru input": {
			gru2(zeros(2, 3, 4), nil),
			"GRU: gru: expected an input whose last dimension has 5 elements (input_size), but got the shape [2, 3, 4]",
		},
		"gru one":        {gru2(zeros(3, 4), nil), "expected an input whose last dimension has 5 elements (input_size), but got the shape"},
		"gru dimensions": {gru2(zeros(5), nil), "expected an input of 3 dimensions, or 2 for a single sequence, but got the shape [5]"},
		"gru state": {
			gru2(zeros(2, 3, 5), zeros(2, 3, 6)),
			"expected a hidden state of the shape [2, 2, 6] (layers·directions, batch, hidden_size), but got [2, 3, 6]",
		},
		"gru flat state": {
			gru2(zeros(2, 3, 5), zeros(2, 6)),
			"expected a hidden state of the shape [2, 2, 6] (layers·directions, batch, hidden_size), but got [2, 6]",
		},
		"gru one state": {
			gru2(zeros(3, 5), zeros(2, 1, 6)),
			"expected an h0 of 2 dimensions for a single sequence, but got the shape [2, 1, 6]",
		},
		"attention dimensions": {
			attend(zeros(4), zeros(4), zeros(4)),
			"MultiheadAttention: multi_head_attention: expected a query of 3 dimensions, or 2 for a single sequence, but got the shape [4]",
		},
		"attention one and many": {attend(zeros(5, 2, 4), zeros(5, 4), zeros(5, 4)), "expected a key and a value of 3 dimensions, as the query"},
		"attention features": {
			attend(zeros(5, 2, 4), zeros(5, 2, 3), zeros(5, 2, 4)),
			"whose last dimensions have 4, 4 and 4 elements (embed_dim, kdim and vdim), but got the shapes [5, 2, 4], [5, 2, 3] and [5, 2, 4]",
		},
		"attention values":  {attend(zeros(5, 2, 4), zeros(3, 2, 4), zeros(4, 2, 4)), "expected as many values as keys, but got the shapes [4, 2, 4]"},
		"attention batches": {attend(zeros(5, 2, 4), zeros(3, 1, 4), zeros(3, 1, 4)), "expected as many sequences of keys as of queries"},
		"attention nil":     {attend(zeros(5, 2, 4), nil, zeros(3, 1, 4)), "expected a query, a key and a value, but got nil for one"},
		"attention mask": {
			attend(five, five, five, nn.AttnMask(zeros(5, 4))),
			"expected attn_mask of the shape [5, 5] or [4, 5, 5], but got [5, 4]",
		},
		"attention mask dtype": {
			attend(five, five, five, nn.AttnMask(torch.Ones(torch.Shape{5, 5}, torch.Uint8))),
			"expected attn_mask to be Bool or floating-point, but got uint8",
		},
		"attention padding":      {attend(five, five, five, nn.KeyPaddingMask(zeros(5, 2))), "expected key_padding_mask of the shape [2, 5], but got [5, 2]"},
		"attention is_causal":    {attend(five, five, five, nn.IsCausal(true)), "is_causal needs the mask, too"},
		"attention nil argument": {attend(five, five, five, nil), "argument 0 is nil"},
		"transformer features": {
			func() { transformer.Forward(zeros(5, 2, 3), zeros(5, 2, 4)) },
			"Transformer: expected a sequence whose last dimension has 4 elements (d_model), but got the shape [5, 2, 3]",
		},
		"transformer batches": {
			func() { transformer.Forward(zeros(5, 2, 4), zeros(5, 3, 4)) },
			"expected as many sequences in src as in tgt, but got the shapes [5, 2, 4] and [5, 3, 4]",
		},
		"encoder masks": {
			func() { transformer.Encoder.ForwardMasked(five, nn.TransformerMasks{TgtMask: zeros(5, 5)}) },
			"TransformerEncoder: expected masks that begin with Src, but got one that begins with Tgt",
		},
		"decoder masks": {
			func() { transformer.Decoder.ForwardMasked(five, five, nn.TransformerMasks{SrcMask: zeros(5, 5)}) },
			"expected masks that begin with Tgt and Memory, but got one that begins with Src",
		},
		"encoder dimensions": {
			func() { transformer.Encoder.Layers[0].Forward(zeros(4)) },
			"expected a sequence of 3 dimensions, or 2 for a single one, but got the shape [4]",
		},
		"lstm state": {
			func() { lstm.Forward(zeros(3, 2, 5), zeros(1, 2, 6), zeros(1, 2, 6)) },
			"LSTM: lstm: expected a hidden state of the shape [1, 2, 4] (layers·directions, batch, proj_size), but got [1, 2, 6]",
		},
		"lstm cell": {
			func() { lstm.Forward(zeros(3, 2, 5), zeros(1, 2, 4), zeros(1, 2, 4)) },
			"expected a hidden state of the shape [1, 2, 6] (layers·directions, batch, hidden_size), but got [1, 2, 4]",
		},
		"lstm half": {
			func() { lstm.Forward(zeros(3, 2, 5), zeros(1, 2, 4), nil) },
			"expected a hidden state and a cell, or nil for both, but got one of them",
		},
		"cell input": {
			func() { nn.NewGRUCell(5, 6).Forward(zeros(2, 4), nil) },
			"GRUCell: GRUCell: expected an input whose last dimension has 5 elements (input_size), but got the shape [2, 4]",
		},
		"cell dimensions": {
			func() { nn.NewRNNCell(5, 6).Forward(zeros(2, 3, 5), nil) },
			"expected an input [N, input_size] or [input_size], but got the shape [2, 3, 5]",
		},
		"cell state": {
			func() { nn.NewLSTMCell(5, 6).Forward(zeros(2, 5), zeros(3, 6), zeros(3, 6)) },
			"expected a state of the shape [2, 6] beside the input [2, 5], but got [3, 6]",
		},
		"bag without offsets": {func() { bag.Forward(torch.New([]int{1}), nil, nil) }, "expected offsets of the bags beside ids of the shape [1]"},
		"bag with offsets": {
			func() { bag.Forward(torch.New([][]int{{1}}), torch.New([]int{0}), nil) },
			"expected nil for the offsets beside ids of 2 dimensions",
		},
		"bag of one id":    {func() { bag.Forward(torch.New(1), nil, nil) }, "expected ids of 1 or 2 dimensions, but got the shape []"},
		"bag with weights": {func() { bag.Forward(torch.New([][]int{{1}}), nil, zeros(1, 1)) }, `weights are for mode "sum" only, but the mode is "mean"`},
		"bag of strange":   {func() { bag.Forward(torch.New([][]int{{1, 5}}), nil, nil) }, "expected ids from 0 to 4, but got 5 at [0, 1]"},
		"bag of few weights": {
			func() { bag.Forward(torch.New([][]int{{1}}), nil, zeros(1, 2)) },
			"expected a weight for each id, [1, 1], but got the shape [1, 2]",
		},
		"gru empty": {gru2(zeros(2, 0, 5), nil), "GRU: gru: Expected sequence length to be larger than 0"},
		"packed input": {
			func() { gru.ForwardPacked(narrow, nil) },
			"expected an input whose last dimension has 5 elements (input_size), but got the shape [9, 7]",
		},
		"packed flat":    {func() { gru.ForwardPacked(flat, nil) }, "expected packed data of 2 dimensions, but got the shape [9]"},
		"packed state":   {func() { gru.ForwardPacked(packed, zeros(2, 2, 6)) }, "expected a hidden state of the shape [2, 3, 6]"},
		"unsorted state": {func() { gru.ForwardPacked(mixed, zeros(2, 2, 6)) }, "expected a hidden state of the shape [2, 3, 6]"},
		"embedding": {
			func() { nn.NewEmbedding(5, 2).Forward(torch.New([][]int{{1, 2}, {5, 0}})) },
			"Embedding: embedding: expected ids from 0 to 4, but got 5 at [1, 0]",
		},
		"negative id": {func() { nn.NewEmbedding(5, 2).Forward(torch.New([]int32{0, -1})) }, "expected ids from 0 to 4, but got -1 at [1]"},
		"max norm":    {func() { embedding.Forward(torch.New([]int{0, -1})) }, "expected ids from 0 to 4, but got -1 at [1]"},
		"float ids":   {func() { nn.NewEmbedding(5, 2).Forward(zeros(2)) }, "Embedding: embedding: "},
		"batch norm": {
			func() { nn.NewBatchNorm2d(4).Forward(zeros(2, 3, 5, 5)) },
			"BatchNorm2d: batch_norm: expected an input with 4 channels (num_features), but got 3 in the shape [2, 3, 5, 5]",
		},
		"batch norm 2d": {
			func() { nn.NewBatchNorm2d(4).Forward(zeros(2, 4)) },
			"expected an input of 4 dimensions [N, C, H, W], but got the shape [2, 4]",
		},
		"batch norm 1d": {
			func() { nn.NewBatchNorm1d(4).Forward(zeros(2, 4, 5, 5)) },
			"BatchNorm1d: batch_norm: expected an input of 2 or 3 dimensions [N, C] or [N, C, L], but got the shape [2, 4, 5, 5]",
		},
		"batch of one": {
			func() { nn.NewBatchNorm1d(4).Forward(zeros(1, 4)) },
			"expected more than 1 value per channel when training, but got the shape [1, 4]",
		},
		"layer norm": {func() { nn.NewLayerNorm(4).Forward(zeros(2, 3)) }, "LayerNorm: layer_norm: "},
		"adaptive pool": {
			func() { nn.NewAdaptiveAvgPool2d(nn.Pair{nn.Same, 1}).Forward(zeros(3)) },
			"expected an input [N, C, H, W] or [C, H, W], but got the shape [3]",
		},
		"max pool": {func() { nn.NewMaxPool2d(2).Forward(zeros(3)) }, "MaxPool2d: max_pool2d: "},
		"relu in place": {func() {
			nn.NewReLU(nn.Inplace(true)).Forward(zeros(3).SetRequiresGrad(true))
		}, "ReLU: relu_: a leaf Variable that requires grad is being used in an in-place operation"},
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorContains(t, torch.Try(func() error { c.call(); return nil }), c.want)
		})
	}
}

// TestFailedLookupChangesNothing: MaxNorm shortens vectors only for ids that are
// all in the table.
func TestFailedLookupChangesNothing(t *testing.T) {
	m := nn.NewEmbedding(5, 8, nn.MaxNorm(0.1))
	before := torch.ToSlice[float32](m.Weight.Tensor)
	require.Error(t, torch.Try(func() error { m.Forward(torch.New([]int{0, 1, 5})); return nil }))
	require.Equal(t, before, torch.ToSlice[float32](m.Weight.Tensor))
	m.Forward(torch.New([]int{0, 1}))
	require.NotEqual(t, before, torch.ToSlice[float32](m.Weight.Tensor))
}

func TestDropoutOfOneLayerWarns(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	nn.NewGRU(2, 3, nn.NumLayers(2), nn.NewDropout(0.5))
	require.Empty(t, log.String())
	nn.NewGRU(2, 3, nn.NewDropout(0.5))
	require.Contains(t, log.String(), "no effect with num_layers 1")
}

// TestEmptySizes: a size of zero is allowed where PyTorch allows it.
func TestEmptySizes(t *testing.T) {
	require.Equal(t, torch.Shape{2, 3}, nn.NewLinear(0, 3).Forward(torch.Zeros(torch.Shape{2, 0})).Shape())
	require.Equal(t, torch.Shape{2, 0}, nn.NewLinear(3, 0).Forward(torch.Zeros(torch.Shape{2, 3})).Shape())
	require.Equal(t, torch.Shape{0, 4}, nn.NewEmbedding(5, 4).Forward(torch.Zeros(torch.Shape{0}, torch.Int64)).Shape())
	require.Equal(t, torch.Shape{0, 6, 2, 2}, nn.NewConv2d(3, 6, 3).Forward(torch.Zeros(torch.Shape{0, 3, 4, 4})).Shape())
}

type twins struct {
	nn.Base
	A *nn.Linear `nn:"x"`
	B *nn.Linear `nn:"x"`
}

func TestArgumentsThatAreNotThere(t *testing.T) {
	for want, f := range map[string]func(){
		`twins: its fields A and B are both named "x"`:  func() { nn.StateDict(&twins{A: nn.NewLinear(1, 1), B: nn.NewLinear(1, 1)}) },
		"ClipGradNorm: parameter 0 is nil":              func() { nn.ClipGradNorm([]*nn.Parameter{nil}, 1) },
		"PadPackedSequence: expected a packed sequence": func() { nn.PadPackedSequence(nil) },
		"Apply: expected a function, but got nil":       func() { nn.Apply(nn.NewLinear(1, 1), nil) },
		"Sequential: layer 1 is nil":                    func() { nn.NewSequential(nn.NewReLU(), (*nn.Linear)(nil)) },
		"loss: it has no settings":                      func() { (&nn.CrossEntropyLoss{}).Forward(torch.Ones(torch.Shape{1, 2}), torch.New([]int{0})) },
		"no module \"zz\"; there are none":              func() { nn.NewModuleDict[*nn.Linear]().Get("zz") },
	} {
		err := torch.Try(func() error { f(); return nil })
		require.ErrorContains(t, err, want)
		require.ErrorAs(t, err, new(*torch.Error))
	}
}

// What a module consists of outlives the step that it was made in.
func TestModulesMadeInAStep(t *testing.T) {
	model := nn.NewSequential()
	var dropped *torch.Tensor
	torch.Step(func() {
		x := torch.Ones(torch.Shape{1, 2})
		model.Append(nn.NewLinear(2, 2))
		model.Append(nn.NewBatchNorm1d(2))
		p := nn.NewParameter(x)
		model.Layers[0].(*nn.Linear).Bias = nn.NewParameter(torch.Zeros(torch.Shape{2}))
		dropped = x.Add(p.Tensor)
	})
	nn.Eval(model)
	require.Equal(t, torch.Shape{1, 2}, model.Forward(torch.Ones(torch.Shape{1, 2})).Shape())
	require.ErrorContains(t, torch.Try(func() error { dropped.Add(1); return nil }), "freed with its scope")
}
