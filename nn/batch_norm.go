package nn

import (
	"fmt"

	"multitorch/torch"
)

var batchNorm = torch.NewOperator("aten::batch_norm", "input", "weight", "bias", "running_mean", "running_var", "training", "momentum", "eps", "cudnn_enabled")

// BatchNorm2d normalises each channel of pictures to mean 0 and variance 1 over
// the batch, as torch.nn.BatchNorm2d (Ioffe and Szegedy, "Batch Normalization",
// 2015). In evaluation it uses running averages instead of the batch's own.
type BatchNorm2d struct{ BatchNorm }

// NewBatchNorm2d makes a layer for pictures of a number of channels.
func NewBatchNorm2d(channels int, opts ...BatchNormOption) *BatchNorm2d {
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
func NewBatchNorm1d(features int, opts ...BatchNormOption) *BatchNorm1d {
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
	config                  batchNormConfig
}

// BatchNormOption is an option of [NewBatchNorm2d] and [NewBatchNorm1d]: [Eps],
// [Momentum], [CumulativeAverage], [Affine], [TrackRunningStats].
type BatchNormOption interface{ batchNorm(*batchNormConfig) }

type batchNormConfig struct {
	eps, momentum float64
	cumulative    bool
	affine, track bool
}

// Momentum is the share of each batch in the running averages. The default is 0.1.
type Momentum float64

func (p Momentum) batchNorm(c *batchNormConfig) { c.momentum, c.cumulative = float64(p), false }

// CumulativeAverage(true) gives all batches the same share in the running
// averages: Python's momentum=None.
type CumulativeAverage bool

func (a CumulativeAverage) batchNorm(c *batchNormConfig) { c.cumulative = bool(a) }

// Affine(false) leaves out the trained scale and shift. The default is true.
type Affine bool

func (a Affine) batchNorm(c *batchNormConfig) { c.affine = bool(a) }

// TrackRunningStats(false) keeps no running averages, and uses the batch's own in
// evaluation too. The default is true.
type TrackRunningStats bool

func (s TrackRunningStats) batchNorm(c *batchNormConfig) { c.track = bool(s) }

func (m *BatchNorm) init(module string, features int, opts []BatchNormOption) {
	m.config = batchNormConfig{eps: 1e-5, momentum: 0.1, affine: true, track: true}
	for _, o := range opts {
		o.batchNorm(&m.config)
	}
	atLeast(0, features, module, "num_features")
	m.features = features
	shape := torch.Shape{features}
	if m.config.affine {
		m.Weight, m.Bias = NewParameter(torch.Ones(shape)), NewParameter(torch.Zeros(shape))
	}
	if m.config.track {
		m.RunningMean, m.RunningVar = &Buffer{torch.Zeros(shape)}, &Buffer{torch.Ones(shape)}
		m.NumBatchesTracked = &Buffer{torch.Zeros(torch.Shape{}, torch.Int64)}
	}
}

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
	momentum := m.config.momentum
	if m.config.cumulative {
		momentum = 0
	}
	if training && m.NumBatchesTracked != nil {
		m.NumBatchesTracked.AddInplace(1)
		if m.config.cumulative {
			momentum = 1 / m.NumBatchesTracked.Item()
		}
	}
	return batchNorm.Call(x, m.Weight.tensor(), m.Bias.tensor(), mean, variance, useBatch, momentum, m.config.eps, true)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *BatchNorm) ExtraRepr() string {
	c := &m.config
	momentum := "None"
	if !c.cumulative {
		momentum = pyFloat(c.momentum)
	}
	return fmt.Sprintf("%d, eps=%s, momentum=%s, affine=%s%s, track_running_stats=%s",
		m.features, pyFloat(c.eps), momentum, pyBool(c.affine), biasRepr(m.Bias), pyBool(c.track))
}
