package main

import (
	"context"
	"fmt"
	"slices"
	"syscall"
	"time"

	"multitorch/datasets"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	_ "multitorch/torch/tcmalloc"
)

// modes is the work that is timed; twin.py does the same.
var modes = map[string]func() (float64, error){
	"add":      add,
	"mul":      mul,
	"matmul":   matmul,
	"index":    index,
	"cat":      cat,
	"backward": backward,
	"step32":   func() (float64, error) { return trainStep(32, 16, 200), nil },
	"step8":    func() (float64, error) { return trainStep(8, 4, 600), nil },
	"start":    start,
	"epoch":    epoch,
	"gpt":      func() (float64, error) { return languageStep(newGPT(), 20) },
	"lstm":     func() (float64, error) { return languageStep(newLSTM(), 40) },
	"infer":    func() (float64, error) { return infer(200) },
	"serve":    func() (float64, error) { return serve(8, 2*time.Second) },
	"logmel":   func() (float64, error) { return logMel(400) },
	"png64":    func() (float64, error) { return samples(pictures["png64"]) },
	"jpeg640":  func() (float64, error) { return samples(pictures["jpeg640"]) },
}

// report is what a worker prints, as JSON.
type report struct {
	Seconds  float64            `json:"seconds"`
	Each     map[string]float64 `json:"each"` // seconds, where a mode times several things
	PeakKiB  int64              `json:"peak_kib"`
	Settings string             `json:"settings"`
}

func work(mode string) (report, error) {
	var r report
	var err error
	switch mode {
	case "optimizers":
		r.Each = optimizerSteps(100)
	case "checkpoint":
		r.Each, err = checkpoints()
	case "fit":
		r.Each, err = fitOverhead(8, 4, 101)
	default:
		r.Seconds, err = modes[mode]()
	}
	if err != nil {
		return r, err
	}
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return report{}, err
	}
	i := torch.Runtime()
	r.PeakKiB = usage.Maxrss
	r.Settings = fmt.Sprintf("Go, libtorch %s, %d thread(s), BLAS %s with %s thread(s), malloc: %s",
		i.Version, torch.NumThreads(), i.BLAS, i.BLASThreads, i.Malloc)
	return r, nil
}

const words = 1000

type trainee struct {
	model     *network
	criterion *nn.CrossEntropyLoss
	optimizer optim.Optimizer
}

func newTrainee() trainee {
	torch.ManualSeed(0)
	model := newNetwork(words)
	return trainee{model, nn.NewCrossEntropyLoss(), optim.NewAdam(nn.Parameters(model), optim.LR(0.001))}
}

func data(n, side, length int) (image, text, target *torch.Tensor) {
	return torch.Randn(torch.Shape{n, 3, side, side}), torch.Randint(0, words, torch.Shape{n, length}), torch.Randint(0, 10, torch.Shape{n})
}

func (t trainee) step(image, text, target *torch.Tensor) {
	loss := t.criterion.Forward(t.model.Forward(image, text), target)
	t.optimizer.ZeroGrad()
	loss.Backward()
	t.optimizer.Step()
}

func median(xs []float64) float64 {
	slices.Sort(xs)
	return xs[len(xs)/2]
}

// each times f on a tensor, in scopes of 100 calls, as a loop over batches has
// them.
func each(shape torch.Shape, calls int, f func(x *torch.Tensor)) (float64, error) {
	x := torch.Ones(shape)
	var times []float64
	for range 200 {
		begin := time.Now()
		for range calls / 100 {
			torch.Scoped(func(s *torch.Scope) {
				y := s.Own(x.Detach())
				for range 100 {
					f(y)
				}
			})
		}
		times = append(times, time.Since(begin).Seconds()/float64(calls))
	}
	return median(times), nil
}

func add() (float64, error) {
	return each(torch.Shape{4}, 1000, func(x *torch.Tensor) { x.Add(x) })
}

func mul() (float64, error) {
	return each(torch.Shape{4}, 1000, func(x *torch.Tensor) { x.Mul(x) })
}

func matmul() (float64, error) {
	return each(torch.Shape{4, 4}, 1000, func(x *torch.Tensor) { x.Matmul(x) })
}

func index() (float64, error) {
	return each(torch.Shape{4, 4}, 1000, func(x *torch.Tensor) { x.Index(1) })
}

func cat() (float64, error) {
	return each(torch.Shape{4}, 1000, func(x *torch.Tensor) { torch.Cat([]*torch.Tensor{x, x}, 0) })
}

func backward() (float64, error) {
	return each(torch.Shape{4}, 100, func(x *torch.Tensor) {
		x.SetRequiresGrad(true)
		y := x
		for range 10 {
			y = y.Mul(x)
		}
		y.Sum().Backward()
	})
}

func trainStep(side, length, n int) float64 {
	t := newTrainee()
	image, text, target := data(32, side, length)
	var times []float64
	for range n {
		begin := time.Now()
		torch.Scoped(func(s *torch.Scope) { // what a loader opens for each batch
			t.step(s.Own(image.Detach()), s.Own(text.Detach()), s.Own(target.Detach()))
		})
		times = append(times, time.Since(begin).Seconds())
	}
	return median(times[n/10:])
}

func start() (float64, error) {
	newTrainee().step(data(32, 32, 16))
	return 0, nil
}

func epoch() (float64, error) {
	t := newTrainee()
	image, text, target := data(6400, 32, 16)
	set, err := datasets.NewTensorDataset(image, text, target)
	if err != nil {
		return 0, err
	}
	loader, err := datasets.NewLoader(set, datasets.BatchSize(32), datasets.Shuffle(true))
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	for batch, err := range loader.All(context.Background()) {
		if err != nil {
			return 0, err
		}
		t.step(batch[0], batch[1], batch[2])
	}
	return time.Since(begin).Seconds(), nil
}
