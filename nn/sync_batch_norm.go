package nn

import "multitorch/torch"

// SyncBatchNorm is a batch norm for any number of dimensions whose statistics are of the batches of several processes, as
// torch.nn.SyncBatchNorm. Alone, and in evaluation, it is a batch norm. [SyncBatchNorm.Share] joins it to the others, which
// distributed.NewDistributedDataParallel calls.
type SyncBatchNorm struct {
	BatchNorm
	sum func(*torch.Tensor) *torch.Tensor
}

// NewSyncBatchNorm makes a layer for a number of channels.
func NewSyncBatchNorm(channels int, opts ...NormOption) *SyncBatchNorm {
	m := &SyncBatchNorm{}
	m.init("SyncBatchNorm", channels, opts)
	return m
}

// Share has the layer compute its statistics of all processes: sum gives the sum of their tensors, and can be differentiated.
// Nil makes it a layer of one process again.
func (m *SyncBatchNorm) Share(sum func(*torch.Tensor) *torch.Tensor) { m.sum = sum }

// Forward maps [N, C, ...] to the same.
func (m *SyncBatchNorm) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	if m.sum == nil || !m.Training() {
		return m.normalise(x, "at least 2 dimensions [N, C, ...]", 2, x.Dim())
	}
	if x.Dim() < 2 {
		panic(invalid("batch_norm", "expected an input of at least 2 dimensions [N, C, ...], but got the shape %s", pyList(x.Shape())))
	}
	channels("batch_norm", x, 1, m.features, "num_features")
	return m.together(x)
}

// together normalises by the mean and the variance over all processes' batches, which may be of different sizes: first the
// sums, from which the mean is, then the squares about it.
func (m *SyncBatchNorm) together(x *torch.Tensor) *torch.Tensor {
	dims, shape := []int{0}, []int{1, m.features}
	for d := 2; d < x.Dim(); d++ {
		dims, shape = append(dims, d), append(shape, 1)
	}
	count := torch.Full([]int{1}, float64(x.Numel()/m.features), x.DType(), x.Device())
	sums := m.sum(torch.Cat([]*torch.Tensor{x.Sum(dims...), count}, 0))
	total := sums.Detach().Narrow(0, m.features, 1)
	mean := sums.Narrow(0, 0, m.features).Div(total)
	centred := x.Sub(mean.View(shape...))
	variance := m.sum(centred.Square().Sum(dims...)).Div(total)
	if m.RunningMean != nil {
		torch.NoGrad(func() { m.average(mean, variance.Mul(total).Div(total.Sub(1))) })
	}
	y := centred.Mul(variance.Add(m.config.Eps).Rsqrt().View(shape...))
	if m.Weight != nil {
		y = y.Mul(m.Weight.tensor().View(shape...))
	}
	if m.Bias != nil {
		y = y.Add(m.Bias.tensor().View(shape...))
	}
	return y
}

// average moves the running averages towards a batch's mean and variance.
func (m *SyncBatchNorm) average(mean, variance *torch.Tensor) {
	m.NumBatchesTracked.AddInplace(1)
	momentum := m.config.Momentum
	if m.config.CumulativeAverage {
		momentum = 1 / m.NumBatchesTracked.Item()
	}
	m.RunningMean.MulInplace(1 - momentum).AddInplace(mean.Mul(momentum))
	m.RunningVar.MulInplace(1 - momentum).AddInplace(variance.Mul(momentum))
}
