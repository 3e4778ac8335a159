package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"multitorch/datasets"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

var checks = []check{
	{"tensors and modules are where they were put", false, placement},
	{"a training step is the CPU's within a tolerance", false, trainingStep},
	{"the same seed gives the same numbers", false, repeatability},
	{"generators draw by themselves, and states come back", false, generators},
	{"a checkpoint draws the same numbers twice", false, checkpointed},
	{"streams and events keep their order", true, streams},
	{"timed events tell how long work took", true, timedEvents},
	{"pinned memory is copied without blocking", true, pinned},
	{"memory returns when tensors are freed", true, memory},
	{"the allocator's counts follow what tensors hold", true, statistics},
	{"the most that was held is known", true, peaks},
	{"garbage is collected when memory is full", true, garbage},
	{"an allocation that fails is an error, and the next works", false, outOfMemory},
	{"NoGrad holds for its goroutine alone", false, noGrad},
	{"a loader's batches are copied without blocking", false, loader},
	{"autocast computes in bfloat16", false, autocast},
	{"features of audio are the CPU's", false, audioFeatures},
	{"two GPUs", true, twoDevices},
}

// on reports whether t is on the kind of device that d is.
func on(t *torch.Tensor, d torch.Device) error {
	if t.Device().IsCUDA() != d.IsCUDA() {
		return fmt.Errorf("expected a tensor on %s, found one on %s", d, t.Device())
	}
	return nil
}

func near(a, b *torch.Tensor, tolerance float64) error {
	if diff := a.To(torch.CPU).Sub(b.To(torch.CPU)).Abs().Max().Item(); !(diff <= tolerance) {
		return fmt.Errorf("the numbers differ by %g; expected at most %g", diff, tolerance)
	}
	return nil
}

func placement(d torch.Device) error {
	x := torch.Ones(torch.Shape{2, 3}, d)
	model := newModel()
	nn.To(model, d)
	errs := []error{on(x, d), on(x.Add(1), d), on(x.To(torch.CPU), torch.CPU)}
	for _, p := range nn.Parameters(model) {
		errs = append(errs, on(p.Tensor, d))
	}
	return errors.Join(errs...)
}

// model is of the kinds of layer that the tutorial's has.
type model struct {
	nn.Base
	CNN       *nn.Conv2d
	Embedding *nn.Embedding
	RNN       *nn.GRU
	Output    *nn.Linear
}

func newModel() *model {
	return &model{
		CNN: nn.NewConv2d(3, 8, 3, nn.Stride(1), nn.Padding(1)), Embedding: nn.NewEmbedding(20, 6),
		RNN: nn.NewGRU(6, 8, nn.BatchFirst(true)), Output: nn.NewLinear(16, 10),
	}
}

func (m *model) Forward(image, text *torch.Tensor) *torch.Tensor {
	_, hidden := m.RNN.Forward(m.Embedding.Forward(text), nil)
	return m.Output.Forward(torch.Cat([]*torch.Tensor{m.CNN.Forward(image).Mean(2, 3), hidden.Select(0, -1)}, 1))
}

// train takes three steps on a device, from the same weights and with the same
// data everywhere, and returns the weights after them.
func train(d torch.Device) []*torch.Tensor {
	torch.ManualSeed(3)
	m := newModel()
	image, text := torch.Randn(torch.Shape{4, 3, 8, 8}), torch.Randint(0, 20, torch.Shape{4, 5})
	target := torch.Randint(0, 10, torch.Shape{4})
	nn.To(m, d)
	image, text, target = image.To(d), text.To(d), target.To(d)
	optimizer := optim.NewSGD(nn.Parameters(m), optim.LR(0.1))
	for range 3 {
		loss := nn.NewCrossEntropyLoss().Forward(m.Forward(image, text), target)
		optimizer.ZeroGrad()
		loss.Backward()
		optimizer.Step()
	}
	var weights []*torch.Tensor
	for _, p := range nn.Parameters(m) {
		weights = append(weights, p.Tensor.Detach())
	}
	return weights
}

func trainingStep(d torch.Device) error {
	const tolerance = 1e-3 // TensorFloat-32 may be used in convolutions
	want, got := train(torch.CPU), train(d)
	var errs []error
	for i := range want {
		errs = append(errs, near(want[i], got[i], tolerance))
	}
	return errors.Join(errs...)
}

func repeatability(d torch.Device) error {
	draw := func() []byte {
		torch.ManualSeed(9)
		return torch.Randn(torch.Shape{1000}, d).Bytes()
	}
	if !slices.Equal(draw(), draw()) {
		return errors.New("two draws with one seed differ")
	}
	return nil
}

func outOfMemory(d torch.Device) error {
	var failure *torch.Error
	err := torch.Try(func() error { torch.Zeros(torch.Shape{1 << 50}, d); return nil })
	if !errors.As(err, &failure) || failure.Kind != torch.OutOfMemory {
		return fmt.Errorf("expected an error of the kind OutOfMemory, found %v", err)
	}
	if sum := torch.Ones(torch.Shape{100}, d).Sum().Item(); sum != 100 {
		return fmt.Errorf("afterwards 100 ones are %v", sum)
	}
	return nil
}

func noGrad(d torch.Device) error {
	w := torch.Ones(torch.Shape{4}, d, torch.RequiresGrad(true))
	errs := make([]error, 16)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			errs[i] = torch.Try(func() error {
				var without *torch.Tensor
				torch.NoGrad(func() { without = w.Mul(2) })
				if without.RequiresGrad() || !w.Mul(2).RequiresGrad() {
					return errors.New("the mode of another goroutine was seen")
				}
				return nil
			})
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// rows are the numbers 0 to 63, each a sample.
type rows struct{ x *torch.Tensor }

func (r rows) Len() int                         { return r.x.Size(0) }
func (r rows) Get(i int) (*torch.Tensor, error) { return r.x.Select(0, i), nil }

func loader(d torch.Device) error {
	batches, err := datasets.NewLoader(rows{torch.Arange(0, 64, 1, torch.Float32)}, datasets.BatchSize(16))
	if err != nil {
		return err
	}
	sum := 0.0
	for batch, err := range batches.All(context.Background()) {
		if err != nil {
			return err
		}
		if d.IsCUDA() {
			batch = batch.PinMemory()
		}
		sum += batch.To(d, torch.NonBlocking(true)).Sum().Item()
	}
	if sum != 63*64/2 {
		return fmt.Errorf("the numbers to 63 sum to %v", sum)
	}
	return nil
}

func autocast(d torch.Device) error {
	x := torch.Ones(torch.Shape{8, 8}, d)
	var y *torch.Tensor
	torch.Autocast(d, torch.BFloat16, func() { y = x.Matmul(x) })
	if y.DType() != torch.BFloat16 {
		return fmt.Errorf("a product has the dtype %s", y.DType())
	}
	return near(y.To(torch.Float32), torch.Full(torch.Shape{8, 8}, 8.0, d), 0)
}
