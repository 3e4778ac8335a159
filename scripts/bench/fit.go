package main

import (
	"context"
	"io"
	"syscall"
	"time"

	"multitorch/datasets"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
)

// numbers takes what monitors write.
type numbers struct{ io.Writer }

func (numbers) Scalar(string, int, float64) error { return nil }

type nothing struct{}

// fitOverhead is how long a training run takes by Fit, as a share of the same loop by hand, whose loss is read in each step too: as
// it is, and with hooks that look at each step. The runs take turns. It is the processor's time, in which nothing is seen of what else
// runs on the machine.
func fitOverhead(side, length, rounds int) (map[string]float64, error) {
	const samples, batch, epochs = 3200, 32, 1
	t := newTrainee()
	image, text, target := data(samples, side, length)
	set, err := datasets.NewTensorDataset(image, text, target)
	if err != nil {
		return nil, err
	}
	loader, err := datasets.NewLoader(set, datasets.BatchSize(batch), datasets.Shuffle(true))
	if err != nil {
		return nil, err
	}
	loss := func(b []*torch.Tensor) *torch.Tensor { return t.criterion.Forward(t.model.Forward(b[0], b[1]), b[2]) }
	bare := func() (err error) {
		torch.Pinned(func() {
			for range epochs {
				nn.Train(t.model)
				for b, e := range loader.All(context.Background()) {
					if err = e; err != nil {
						return
					}
					l := loss(b)
					l.Item()
					t.optimizer.ZeroGrad()
					l.Backward()
					t.optimizer.Step()
				}
			}
		})
		return err
	}
	fit := func(hs ...trainer.Hook) func() error {
		return func() error {
			f := &trainer.Trainer[[]*torch.Tensor, nothing]{
				Model: t.model, Optimizer: t.optimizer, Epochs: epochs, Train: loader, Hooks: hs,
				Step: func(b []*torch.Tensor) (*torch.Tensor, nothing) { return loss(b), nothing{} },
			}
			return f.Fit(context.Background())
		}
	}
	ways := []struct {
		name string
		run  func() error
	}{
		{"bare", bare},
		{"Fit", fit()},
		{"hooks", fit(&hooks.LearningRates{Optimizer: t.optimizer, To: numbers{}}, &hooks.Throughput{To: numbers{}},
			&hooks.Memory{To: numbers{}}, hooks.NewProgress(io.Discard))},
	}
	times, shares := map[string]float64{}, map[string][]float64{}
	for i := range rounds {
		for k := range ways {
			w := ways[(i+k)%len(ways)]
			begin := processorTime()
			if err := w.run(); err != nil {
				return nil, err
			}
			times[w.name] = (processorTime() - begin).Seconds() / (epochs * samples / batch)
		}
		shares["bare"] = append(shares["bare"], times["bare"])
		for _, name := range []string{"Fit", "hooks"} { // of the loop beside it: a machine's speed drifts
			shares[name] = append(shares[name], times[name]/times["bare"])
		}
	}
	each := map[string]float64{}
	for name, all := range shares {
		each[name] = median(all)
	}
	return each, nil
}

func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
