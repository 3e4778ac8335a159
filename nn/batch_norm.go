package nn

import (
	"fmt"

	"multitorch/torch"
)

var batchNorm = torch.NewOperator("aten::batch_norm",
	"input", "weight", "bias", "running_mean", "running_var", "training", "momentum", "eps", "cudnn_enabled")

// BatchNorm2d normalises each channel of pictures to mean 0 and variance 1 over
// the batch, as torch.nn.BatchNorm2d (Ioffe and Szegedy, "Batch Normalization",
// 2015). In evaluation it uses running averages instead of the batch's own.
type BatchNorm2d struct{ BatchNorm }

// NewBatchNorm2d makes a layer for pictures of a number of channels.
func NewBatchNorm2d(channels int, opts ...NormOption) *BatchNorm2d {
	m := &BatchNorm2d{}
	m.init("BatchNorm2d", channels, opts)
	return m
}

// Forward maps [N, C, H, W] to [N, C, H, W].
func (m *BatchNorm2d) Forward(x *torch.Tensor) *torch.Tensor {
	defer m.guard("BatchNorm2d")
	return m.normalise(x, "4 dimensions [N, C, H, W]", 4, 4)
}

// BatchNorm1d is [BatchNorm2d] for features or sequences, as torch.nn.BatchNorm1d.
type BatchNorm1d struct{ BatchNorm }

// NewBatchNorm1d makes a layer for a number of features.
func NewBatchNorm1d(features int, opts ...NormOption) *BatchNorm1d {
	m := &BatchNorm1d{}
	m.init("BatchNorm1d", features, opts)
	return m
}

// Forward maps [N, C] to [N, C], or [N, C, L] to [N, C, L].
func (m *BatchNorm1d) Forward(x *torch.Tensor) *torch.Tensor {
	defer m.guard("BatchNorm1d")
	return m.normalise(x, "2 or 3 dimensions [N, C] or [N, C, L]", 2, 3)
}

// BatchNorm is what [BatchNorm1d] and [BatchNorm2d] have in common. Weight, ones
// at first, and Bias, zeros at first, are nil with Affine(false); the buffers are
// nil with TrackRunningStats(false). All are [C], but for NumBatchesTracked, an
// int64 scalar.
type BatchNorm struct {
	Base
	Weight, Bias            *Parameter
	RunningMean, RunningVar *Buffer
	NumBatchesTracked       *Buffer
	features                int
	config                  NormConfig
}

func (m *BatchNorm) init(kind string, features int, opts []NormOption) {
	c := configureNorm(kind, "eps momentum cumulative_average affine track_running_stats", opts)
	atLeast(0, features, kind, "num_features")
	m.features, m.config = features, c
	if c.Affine {
		m.Weight, m.Bias = newParameter(c.ones(features)), newParameter(c.zeros(features))
	}
	if c.TrackRunningStats {
		m.RunningMean, m.RunningVar = NewBuffer(c.zeros(features)), NewBuffer(c.ones(features))
		m.NumBatchesTracked = NewBuffer(torch.Zeros(torch.Shape{}, append(c.options[:len(c.options):len(c.options)], torch.Int64)...))
	}
}

// Config is the module's settings.
func (m *BatchNorm) Config() NormConfig { return m.config }

func (m *BatchNorm) normalise(x *torch.Tensor, want string, least, most int) *torch.Tensor {
	const op = "batch_norm"
	shape := x.Shape()
	if len(shape) < least || len(shape) > most {
		panic(invalid(op, "expected an input of %s, but got the shape %s", want, pyList(shape)))
	}
	channels(op, x, 1, m.features, "num_features")
	training := m.Training()
	mean, variance := m.RunningMean.tensor(), m.RunningVar.tensor()
	useBatch := training || mean == nil && variance == nil
	if useBatch && x.Numel() == shape[1] {
		panic(invalid(op, "expected more than 1 value per channel when training, but got the shape %s", pyList(shape)))
	}
	momentum := m.config.Momentum
	if m.config.CumulativeAverage {
		momentum = 0
	}
	if training && m.NumBatchesTracked != nil {
		m.NumBatchesTracked.AddInplace(1)
		if m.config.CumulativeAverage {
			momentum = 1 / m.NumBatchesTracked.Item()
		}
	}
	return batchNorm.Call(x, m.Weight.tensor(), m.Bias.tensor(), mean, variance, useBatch, momentum, m.config.Eps, true)
}

// UpgradeState counts no batches where a state does not say how many there were, as one from
// before PyTorch 0.4.1 does not.
func (m *BatchNorm) UpgradeState(prefix string, state map[string]*torch.Tensor) {
	key := prefix + "num_batches_tracked"
	if state[key] == nil && m.NumBatchesTracked != nil {
		state[key] = torch.New(int64(0))
	}
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *BatchNorm) ExtraRepr() string {
	c := &m.config
	momentum := "None"
	if !c.CumulativeAverage {
		momentum = pyFloat(c.Momentum)
	}
	return fmt.Sprintf("%d, eps=%s, momentum=%s, affine=%s%s, track_running_stats=%s",
		m.features, pyFloat(c.Eps), momentum, pyBool(c.Affine), biasRepr(m.Bias), pyBool(c.TrackRunningStats))
}
