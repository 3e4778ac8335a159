package nn

import "multitorch/torch"

var instanceNorm = torch.NewOperator("aten::instance_norm",
	"input", "weight", "bias", "running_mean", "running_var", "use_input_stats", "momentum", "eps", "cudnn_enabled")

// InstanceNorm1d is [InstanceNorm2d] for sequences, as torch.nn.InstanceNorm1d.
type InstanceNorm1d struct{ instance }

// NewInstanceNorm1d makes a layer for sequences of a number of features.
func NewInstanceNorm1d(features int, opts ...NormOption) *InstanceNorm1d {
	m := &InstanceNorm1d{}
	m.init("InstanceNorm1d", 1, features, opts)
	return m
}

// InstanceNorm2d normalises each channel of each picture to mean 0 and variance 1, as
// torch.nn.InstanceNorm2d (Ulyanov et al., "Instance Normalization", 2016). There are no weights
// unless Affine(true) is given, and running averages, which evaluation then uses, with
// TrackRunningStats(true).
type InstanceNorm2d struct{ instance }

// NewInstanceNorm2d makes a layer for pictures of a number of channels.
func NewInstanceNorm2d(channels int, opts ...NormOption) *InstanceNorm2d {
	m := &InstanceNorm2d{}
	m.init("InstanceNorm2d", 2, channels, opts)
	return m
}

// InstanceNorm3d is [InstanceNorm2d] for volumes, as torch.nn.InstanceNorm3d.
type InstanceNorm3d struct{ instance }

// NewInstanceNorm3d makes a layer for volumes of a number of channels.
func NewInstanceNorm3d(channels int, opts ...NormOption) *InstanceNorm3d {
	m := &InstanceNorm3d{}
	m.init("InstanceNorm3d", 3, channels, opts)
	return m
}

// instance is an instance norm of any number of dimensions.
type instance struct {
	channelNorm
	dims int
}

func (m *instance) init(kind string, dims, features int, opts []NormOption) {
	c := configureNormFrom(kind, "eps momentum cumulative_average affine track_running_stats bias", NormConfig{}, opts)
	m.channelNorm.init(kind, features, c)
	m.dims = dims
}

// Forward maps [N, C, L...] to the same, or [C, L...] without N.
func (m *instance) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	const op = "instance_norm"
	checkPictures(op, x, m.dims)
	dim := x.Dim() - m.dims - 1
	if m.Weight != nil || m.RunningMean != nil {
		channels(op, x, dim, m.features, "num_features")
	}
	if dim == 1 {
		return m.normalise(x)
	}
	var on passing
	defer on.free()
	return on.way(m.normalise(on.way(x.Unsqueeze(0)))).Squeeze(0)
}

func (m *instance) normalise(x *torch.Tensor) *torch.Tensor {
	own := m.Training() || m.RunningMean == nil
	elements := 1
	for _, n := range x.Shape()[2:] {
		elements *= n
	}
	if own && elements == 1 {
		panic(invalid("instance_norm", "expected more than 1 element per channel when training, but got the shape %s", pyList(x.Shape())))
	}
	momentum := m.config.Momentum
	if m.config.CumulativeAverage {
		momentum = 0
	}
	return instanceNorm.Call(x, m.Weight.tensor(), m.Bias.tensor(), m.RunningMean.tensor(), m.RunningVar.tensor(), own, momentum,
		m.config.Eps, true)
}
