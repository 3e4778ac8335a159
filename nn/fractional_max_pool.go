package nn

import (
	"slices"

	"multitorch/torch"
)

var fractionalMaxPools = []*torch.Operator{
	2: torch.NewOperator("aten::fractional_max_pool2d", "self", "kernel_size", "output_size", "random_samples"),
	3: torch.NewOperator("aten::fractional_max_pool3d", "self", "kernel_size", "output_size", "random_samples"),
}

// OutputSize is the size of a fractional pool's output: one number, or one for each dimension.
func OutputSize(size ...int) PoolOption { return outputSizeOption(size) }

// OutputRatio is the size of a fractional pool's output as a part of the input's, between 0 and
// 1: one number, or one for each dimension.
func OutputRatio(ratio ...float64) PoolOption { return outputRatioOption(ratio) }

// RandomSamples fixes where a fractional pool's windows are, as PyTorch's _random_samples: numbers
// of [0, 1), [N, C, dimensions]. They are a buffer of the pool.
func RandomSamples(t *torch.Tensor) PoolOption { return randomSamplesOption{t} }

type (
	outputSizeOption    Size
	outputRatioOption   []float64
	randomSamplesOption struct{ samples *torch.Tensor }
)

func (s outputSizeOption) pool(c *PoolConfig)    { c.OutputSize = Size(s) }
func (r outputRatioOption) pool(c *PoolConfig)   { c.OutputRatio = r }
func (s randomSamplesOption) pool(c *PoolConfig) { c.randomSamples = s.samples }

// FractionalMaxPool2d takes the largest element of each window of pictures, as
// torch.nn.FractionalMaxPool2d: windows lie at random distances, anew in each Forward, so that
// the output can have any size (Graham, "Fractional Max-Pooling", 2014).
type FractionalMaxPool2d struct{ fractionalMaxPool }

// NewFractionalMaxPool2d makes a pool. The kernel is one number for height and width, or a
// [Pair]; either [OutputSize] or [OutputRatio] must be given.
func NewFractionalMaxPool2d[S IntOrPair](kernel S, opts ...PoolOption) *FractionalMaxPool2d {
	m := &FractionalMaxPool2d{}
	m.init("FractionalMaxPool2d", 2, sizeOf(kernel), opts)
	return m
}

// FractionalMaxPool3d is [FractionalMaxPool2d] for volumes, as torch.nn.FractionalMaxPool3d.
type FractionalMaxPool3d struct{ fractionalMaxPool }

// NewFractionalMaxPool3d makes a pool. The kernel is one number for depth, height and width, or a
// [Triple]; either [OutputSize] or [OutputRatio] must be given.
func NewFractionalMaxPool3d[S IntOrTriple](kernel S, opts ...PoolOption) *FractionalMaxPool3d {
	m := &FractionalMaxPool3d{}
	m.init("FractionalMaxPool3d", 3, sizeOf(kernel), opts)
	return m
}

// fractionalMaxPool is a fractional pool of any number of dimensions.
type fractionalMaxPool struct {
	pool
	RandomSamples *Buffer `nn:"_random_samples"` // nil unless given
}

func (m *fractionalMaxPool) init(kind string, dims int, kernel Size, opts []PoolOption) {
	m.pool.init(kind, "output_size output_ratio random_samples", dims, kernel, opts)
	c := &m.config
	switch {
	case len(c.OutputSize) == 0 && len(c.OutputRatio) == 0:
		panic(invalid(kind, "either output_size or output_ratio must be given"))
	case len(c.OutputSize) != 0 && len(c.OutputRatio) != 0:
		panic(invalid(kind, "only one of output_size and output_ratio may be given, but got both"))
	case len(c.OutputSize) != 0:
		c.OutputSize.check(kind, "output_size", dims, 1)
	case len(c.OutputRatio) != 1 && len(c.OutputRatio) != dims:
		panic(invalid(kind, "output_ratio: expected one number, or one for each of %d dimensions, but got %d", dims, len(c.OutputRatio)))
	}
	for _, r := range c.OutputRatio {
		if !(r > 0 && r < 1) {
			panic(invalid(kind, "output_ratio must be between 0 and 1, but got %v", c.OutputRatio))
		}
	}
	m.RandomSamples = bufferOf(c.randomSamples)
}

// Forward maps [N, C, L...] to [N, C, L'...], or the same without N, where L' are the output's
// size.
func (m *fractionalMaxPool) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	y, indices := m.pick(x)
	indices.Free()
	return y
}

// ForwardIndices is Forward with PyTorch's return_indices=True: it also returns where in its
// picture each of the elements is.
func (m *fractionalMaxPool) ForwardIndices(x *torch.Tensor) (values, indices *torch.Tensor) {
	in := m.enterAll(&x)
	defer m.leaveAll(m.kind, in, &values, &indices)
	return m.pick(x)
}

func (m *fractionalMaxPool) pick(x *torch.Tensor) (values, indices *torch.Tensor) {
	m.checkInput(x)
	shape := x.Shape()
	lengths := shape[len(shape)-m.dims:]
	size := m.config.OutputSize.spread(m.dims)
	if len(m.config.OutputSize) == 0 {
		ratio := m.config.OutputRatio
		if len(ratio) == 1 {
			ratio = slices.Repeat(ratio, m.dims)
		}
		size = make([]int, m.dims)
		for i, r := range ratio {
			size[i] = int(float64(lengths[i]) * r)
		}
	}
	samples := m.RandomSamples.tensor()
	if samples == nil {
		batch := 1
		if len(shape) == m.dims+2 {
			batch = shape[0]
		}
		samples = torch.Rand(torch.Shape{batch, shape[len(shape)-m.dims-1], m.dims}, x.DType(), x.Device())
		defer samples.Free()
	}
	return fractionalMaxPools[m.dims].Call2(x, m.kernel, []int(size), samples)
}
