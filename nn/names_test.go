package nn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
)

func parameter() *nn.Parameter { return nn.NewParameter(torch.Zeros(torch.Shape{1})) }

// TestNames: fields are named as PyTorch's authors would name them.
func TestNames(t *testing.T) {
	type names struct {
		nn.Base
		CNN, RNN, FC1, FusionLayer, ImageFeatureExtractor, TextFeatureExtractor *nn.Parameter
		WeightIHL0, WeightHHL0, BiasIHL1, BiasHHL1Reverse, WeightHRL0           *nn.Parameter
		ImageCNN, CNNEncoder, RNNCell, Conv1, Layer10, QKV, LSTM2, W, XProj     *nn.Parameter
		InProjWeight, NumBatchesTracked, BatchNorm2d, Snake_Case                *nn.Parameter
		Renamed                                                                 *nn.Parameter `nn:"output.layer"`
	}
	m := &names{}
	all := []**nn.Parameter{
		&m.CNN, &m.RNN, &m.FC1, &m.FusionLayer, &m.ImageFeatureExtractor, &m.TextFeatureExtractor, &m.WeightIHL0, &m.WeightHHL0, &m.BiasIHL1,
		&m.BiasHHL1Reverse, &m.WeightHRL0, &m.ImageCNN, &m.CNNEncoder, &m.RNNCell, &m.Conv1, &m.Layer10, &m.QKV, &m.LSTM2, &m.W, &m.XProj,
		&m.InProjWeight, &m.NumBatchesTracked, &m.BatchNorm2d, &m.Snake_Case, &m.Renamed,
	}
	for _, p := range all {
		*p = parameter()
	}
	require.Equal(t, []string{
		"cnn", "rnn", "fc1", "fusion_layer", "image_feature_extractor", "text_feature_extractor", "weight_ih_l0", "weight_hh_l0", "bias_ih_l1",
		"bias_hh_l1_reverse", "weight_hr_l0", "image_cnn", "cnn_encoder", "rnn_cell", "conv1", "layer10", "qkv", "lstm2", "w", "x_proj",
		"in_proj_weight", "num_batches_tracked", "batch_norm2d", "snake_case", "output.layer",
	}, parameterNames(m))
}

func parameterNames(m nn.Module) (names []string) {
	for _, p := range nn.NamedParameters(m) {
		names = append(names, p.Name)
	}
	return names
}

// TestWhatHoldsMembers: slices, arrays and maps count, to any depth; nil, hidden,
// unexported and other fields don't.
func TestWhatHoldsMembers(t *testing.T) {
	type inner struct{ Shared *nn.Parameter }
	type holder struct {
		nn.Base
		inner
		List    []nn.Layer
		Named   map[string]*nn.Linear
		Grid    [2][]*nn.Parameter
		Any     any
		Missing *nn.Linear
		Hidden  *nn.Linear `nn:"-"`
		Size    int
		Text    []string
		secret  *nn.Linear
	}
	linear := nn.NewLinear(1, 1, nn.Bias(false))
	m := &holder{
		inner: inner{parameter()}, List: []nn.Layer{nn.NewReLU(), nil, linear},
		Named: map[string]*nn.Linear{"b": linear, "a": nn.NewLinear(1, 1)},
		Grid:  [2][]*nn.Parameter{{parameter()}, {nil, parameter()}}, Any: nn.NewEmbedding(1, 1), Hidden: linear, secret: linear,
	}
	require.Equal(t, []string{
		"shared", "list.2.weight", "named.a.weight", "named.a.bias", "grid.0.0", "grid.1.1", "any.weight",
	}, parameterNames(m))
	require.Equal(t, 7, nn.NumParameters(m))
	require.NotNil(t, m.secret)
}
