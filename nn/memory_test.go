package nn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/nn"
	"multitorch/torch"
)

// keeper is a layer of one's own that keeps what goes through it.
type keeper struct {
	nn.Base
	seen []*torch.Tensor
}

func (k *keeper) Forward(x *torch.Tensor) *torch.Tensor {
	y := x.Add(1)
	k.seen = append(k.seen, x, y)
	return y
}

// wrapped overrides a library layer's Forward, and must not be taken for it.
type wrapped struct {
	nn.ReLU
	seen *torch.Tensor
}

func (w *wrapped) Forward(x *torch.Tensor) *torch.Tensor {
	w.seen = x
	return x.ReLU()
}

// onlooker keeps what it gets, and passes it on as it is.
type onlooker struct {
	nn.Base
	seen *torch.Tensor
}

func (o *onlooker) Forward(x *torch.Tensor) *torch.Tensor {
	o.seen = x
	return x
}

// constant returns its parameter, whatever comes.
type constant struct {
	nn.Base
	Weight *nn.Parameter
}

func (c *constant) Forward(*torch.Tensor) *torch.Tensor { return c.Weight.Tensor }

// TestModulesLeaveOnlyTheirResults: whatever a module makes on its way is freed
// when it returns, with and without autograd, and its result leaves nothing.
func TestModulesLeaveOnlyTheirResults(t *testing.T) {
	picture, sequence := torch.Randn(torch.Shape{2, 4, 9, 8}), torch.Randn(torch.Shape{3, 4, 5})
	ids, lengths := torch.New([][]int{{0, 3, 3}, {5, 4, 3}}), torch.New([]int{2, 4, 1})
	h, h1 := torch.Randn(torch.Shape{2, 3, 6}), torch.Randn(torch.Shape{2, 6})
	one := torch.Randn(torch.Shape{4, 5})
	gru := nn.NewGRU(5, 6, nn.BatchFirst(true), nn.Bidirectional(true))
	conv := nn.NewConv2d(4, 6, 3, nn.Padding(1), nn.PaddingMode("reflect"))
	embedding := nn.NewEmbedding(6, 3, nn.MaxNorm(1), nn.PaddingIdx(0))
	norm := nn.NewBatchNorm2d(4, nn.CumulativeAverage(true))
	row := nn.NewSequential(nn.NewConv2d(4, 6, 3), nn.NewBatchNorm2d(6), nn.NewReLU(nn.Inplace(true)), nn.NewDropout(0.5), nn.NewMaxPool2d(2),
		nn.NewFlatten(),
		nn.NewLinear(54, 20), nn.NewIdentity(), nn.NewSequential(nn.NewTanh(), nn.NewLinear(20, 3)), nn.NewSequential(), nn.NewLogSoftmax(1))
	nothing := nn.NewSequential(nn.NewIdentity(), nn.NewDropout(0))
	packed := nn.PackPaddedSequence(sequence, lengths, nn.BatchFirst(true), nn.EnforceSorted(false))
	loss, scores, targets := nn.NewCrossEntropyLoss(nn.LabelSmoothing(0.1)), torch.Randn(torch.Shape{3, 4}), torch.New([]int{1, 2, 3})
	two := func(a, b *torch.Tensor) []*torch.Tensor { return []*torch.Tensor{a, b} }
	cases := map[string]func() []*torch.Tensor{
		"conv":        func() []*torch.Tensor { return []*torch.Tensor{conv.Forward(picture)} },
		"embedding":   func() []*torch.Tensor { return []*torch.Tensor{embedding.Forward(ids)} },
		"batch norm":  func() []*torch.Tensor { return []*torch.Tensor{norm.Forward(picture)} },
		"row":         func() []*torch.Tensor { return []*torch.Tensor{row.Forward(picture)} },
		"loss":        func() []*torch.Tensor { return []*torch.Tensor{loss.Forward(scores, targets)} },
		"gru":         func() []*torch.Tensor { return two(gru.Forward(sequence, nil)) },
		"gru state":   func() []*torch.Tensor { return two(gru.Forward(sequence, h)) },
		"gru one":     func() []*torch.Tensor { return two(gru.Forward(one, nil)) },
		"gru one, h0": func() []*torch.Tensor { return two(gru.Forward(one, h1)) },
		"gru packed": func() []*torch.Tensor {
			out, hn := gru.ForwardPacked(packed, h)
			return two(out.Data, hn)
		},
		"pack": func() []*torch.Tensor {
			p := nn.PackPaddedSequence(sequence, lengths, nn.BatchFirst(true), nn.EnforceSorted(false))
			return []*torch.Tensor{p.Data, p.BatchSizes, p.SortedIndices, p.UnsortedIndices}
		},
		"pad":     func() []*torch.Tensor { return two(nn.PadPackedSequence(packed)) },
		"nothing": func() []*torch.Tensor { nothing.Forward(picture); return nil },
		"error": func() []*torch.Tensor {
			require.Error(t, torch.Try(func() error { row.Forward(sequence); return nil }))
			require.Error(t, torch.Try(func() error { gru.Forward(one, h); return nil }))
			return nil
		},
	}
	leak.CollectorOff(t)
	for name, call := range cases {
		run := func() {
			before := torch.LiveTensors()
			results := call()
			require.Equal(t, before+len(results), torch.LiveTensors(), name)
			if len(results) > 0 && results[0].RequiresGrad() {
				g := torch.OnesLike(results[0])
				results[0].Backward(torch.Gradient(g))
				g.Free()
			}
			for _, r := range results {
				r.Free()
			}
			require.Equal(t, before, torch.LiveTensors(), name)
		}
		run()
		torch.NoGrad(run)
	}
}

// TestSequentialFreesEarly: when a layer runs, its predecessors' outputs are gone.
func TestSequentialFreesEarly(t *testing.T) {
	leak.CollectorOff(t)
	const size = 4 << 20
	x := torch.Randn(torch.Shape{size / 4})
	before, peak := torch.LiveBytes(), int64(0)
	probe := &probe{look: func() { peak = torch.LiveBytes() - before }}
	torch.NoGrad(func() {
		y := nn.NewSequential(nn.NewTanh(), nn.NewTanh(), nn.NewTanh(), nn.NewTanh(), nn.NewTanh(), probe).Forward(x)
		y.Free()
	})
	require.GreaterOrEqual(t, peak, int64(size))
	require.Less(t, peak, int64(2*size))
	x.Free()
}

// probe looks when it runs.
type probe struct {
	nn.Base
	look func()
}

func (p *probe) Forward(x *torch.Tensor) *torch.Tensor {
	p.look()
	return x
}

// TestSequentialKeepsWhatOthersMayHold: the input, what a layer of one's own got
// or returned, and what is not the layers' to give.
func TestSequentialKeepsWhatOthersMayHold(t *testing.T) {
	x := torch.New([]float32{-1, 1})
	require.Same(t, x, nn.NewSequential().Forward(x))
	require.Same(t, x, nn.NewSequential(nn.NewIdentity(), nn.NewSequential(nn.NewIdentity())).Forward(x))

	k, w := &keeper{}, &wrapped{}
	c := &constant{Weight: nn.NewParameter(torch.New([]float32{3, 4}))}
	y := nn.NewSequential(nn.NewReLU(), k, nn.NewIdentity(), nn.NewTanh(), w, nn.NewTanh()).Forward(x)
	require.Equal(t, []float32{0, 1}, torch.ToSlice[float32](k.seen[0]))
	require.Equal(t, []float32{1, 2}, torch.ToSlice[float32](k.seen[1]))
	require.Equal(t, 2, w.seen.Numel())
	require.Equal(t, 2, y.Numel())

	o := &onlooker{}
	nn.NewSequential(nn.NewReLU(), o, nn.NewIdentity(), nn.NewTanh(), nn.NewTanh()).Forward(x)
	require.Equal(t, []float32{0, 1}, torch.ToSlice[float32](o.seen))

	inner := &keeper{}
	nn.NewSequential(nn.NewReLU(), nn.NewSequential(nn.NewIdentity(), inner), nn.NewTanh()).Forward(x)
	require.Equal(t, []float32{1, 2}, torch.ToSlice[float32](inner.seen[1]))
	require.Equal(t, []float32{0, 1}, torch.ToSlice[float32](inner.seen[0]))

	nn.NewSequential(c, nn.NewReLU(), nn.NewTanh(), c, nn.NewTanh()).Forward(x)
	require.Equal(t, []float32{3, 4}, torch.ToSlice[float32](c.Weight.Tensor))
	require.Equal(t, []float32{-1, 1}, torch.ToSlice[float32](x))
}
