package nn

import "multitorch/torch"

var batchNorm = torch.NewOperator("aten::batch_norm",
	"input", "weight", "bias", "running_mean", "running_var", "training", "momentum", "eps", "cudnn_enabled")

// BatchNorm1d is [BatchNorm2d] for features or sequences, as torch.nn.BatchNorm1d.
type BatchNorm1d struct{ BatchNorm }

// NewBatchNorm1d makes a layer for a number of features.
func NewBatchNorm1d(features int, opts ...NormOption) *BatchNorm1d {
	m := &BatchNorm1d{}
	m.init("BatchNorm1d", features, opts)
	return m
}

// Forward maps [N, C] to [N, C], or [N, C, L] to [N, C, L].
func (m *BatchNorm1d) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	return m.normalise(x, "2 or 3 dimensions [N, C] or [N, C, L]", 2, 3)
}

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
func (m *BatchNorm2d) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	return m.normalise(x, "4 dimensions [N, C, H, W]", 4, 4)
}

// BatchNorm3d is [BatchNorm2d] for volumes, as torch.nn.BatchNorm3d.
type BatchNorm3d struct{ BatchNorm }

// NewBatchNorm3d makes a layer for volumes of a number of channels.
func NewBatchNorm3d(channels int, opts ...NormOption) *BatchNorm3d {
	m := &BatchNorm3d{}
	m.init("BatchNorm3d", channels, opts)
	return m
}

// Forward maps [N, C, D, H, W] to [N, C, D, H, W].
func (m *BatchNorm3d) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	return m.normalise(x, "5 dimensions [N, C, D, H, W]", 5, 5)
}

// BatchNorm is what the batch norms have in common. Weight, ones
// at first, and Bias, zeros at first, are nil with Affine(false); the buffers are
// nil with TrackRunningStats(false). All are [C], but for NumBatchesTracked, an
// int64 scalar.
type BatchNorm struct{ channelNorm }

func (m *BatchNorm) init(kind string, features int, opts []NormOption) {
	m.channelNorm.init(kind, features, configureNorm(kind, "eps momentum cumulative_average affine track_running_stats bias", opts))
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
