package trainer_test

import (
	"bytes"
	"context"
	"os"
	"runtime"
	"runtime/pprof"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/internal/leak"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/trainer"
)

// example is a picture [3, 4, 4] and a text [2, 100] with a class.
type example struct{ Image, Text, Target *torch.Tensor }

func (e example) Samples() int { return e.Target.Size(0) }

type examples example

func newExamples(n int) *examples {
	return &examples{
		Image:  torch.Randn(torch.Shape{n, 3, 4, 4}),
		Text:   torch.Randn(torch.Shape{n, 2, 100}),
		Target: torch.Randint(0, 10, torch.Shape{n}),
	}
}

func (e *examples) Len() int { return e.Target.Size(0) }

func (e *examples) Get(i int) (example, error) {
	return example{Image: e.Image.Select(0, i), Text: e.Text.Select(0, i), Target: e.Target.Select(0, i)}, nil
}

// fusion is a small model of both.
type fusion struct {
	nn.Base
	CNN  *nn.Conv2d
	RNN  *nn.GRU
	Head *nn.Linear
}

func (m *fusion) Forward(image, text *torch.Tensor) *torch.Tensor {
	_, hidden := m.RNN.Forward(text, nil)
	return m.Head.Forward(torch.Cat([]*torch.Tensor{m.CNN.Forward(image).Mean(2, 3), hidden.Select(0, -1)}, 1))
}

// script is what a program has when it begins to train by a loop of its own.
type script struct {
	model     *fusion
	loader    *datasets.Loader[example]
	criterion *nn.CrossEntropyLoss
	optimizer optim.Optimizer
}

func newScript(t testing.TB, samples, batch int) script {
	torch.ManualSeed(0)
	loader, err := datasets.NewLoader(newExamples(samples), datasets.BatchSize(batch), datasets.Shuffle(true))
	require.NoError(t, err)
	model := &fusion{CNN: nn.NewConv2d(3, 64, 3, nn.Padding(1)), RNN: nn.NewGRU(100, 64, nn.BatchFirst(true)), Head: nn.NewLinear(128, 10)}
	return script{model, loader, nn.NewCrossEntropyLoss(), optim.NewAdam(nn.Parameters(model), optim.LR(1e-3))}
}

func (p script) loss(b example) *torch.Tensor {
	return p.criterion.Forward(p.model.Forward(b.Image, b.Text), b.Target)
}

// epoch trains for one, and calls after with the number of each step.
func (p script) epoch(t testing.TB, after func(step int)) {
	nn.Train(p.model)
	step := 0
	for b, err := range p.loader.All(context.Background()) {
		require.NoError(t, err)
		loss := p.loss(b)
		p.optimizer.ZeroGrad()
		loss.Backward()
		p.optimizer.Step()
		step++
		after(step)
	}
}

// weights is a copy of a model's state.
func weights(m nn.Module) map[string][]byte {
	copied := map[string][]byte{}
	for _, s := range nn.StateDict(m) {
		copied[s.Name] = bytes.Clone(s.Tensor.Bytes())
	}
	return copied
}

func TestAnEpochLeavesNoTensors(t *testing.T) {
	p := newScript(t, 64, 8)
	fit := &trainer.Trainer[example, any]{
		Model: p.model, Optimizer: p.optimizer, Train: p.loader, Validate: p.loader, Epochs: 1,
		Step: func(b example) (*torch.Tensor, any) { return p.loss(b), nil },
	}
	require.NoError(t, fit.Fit(t.Context())) // the first one leaves the optimizer's state and the gradients
	before, _ := leak.Settled()
	for range 3 {
		p.epoch(t, func(int) {})
		require.NoError(t, fit.Fit(t.Context()))
	}
	require.Eventually(t, func() bool { after, _ := leak.Settled(); return after == before }, time.Minute, time.Millisecond,
		"%d live tensors before, %d after", before, torch.LiveTensors())
	runtime.KeepAlive(p)
}

// osThreads counts Go's threads, and the others: libtorch's.
func osThreads(t testing.TB) (gos, others int) {
	created := pprof.Lookup("threadcreate")
	for {
		gos = created.Count()
		tasks, err := os.ReadDir("/proc/self/task")
		require.NoError(t, err)
		if created.Count() == gos { // none started meanwhile
			return gos, len(tasks) - gos
		}
	}
}

func TestAnEpochStartsNoThreads(t *testing.T) {
	p := newScript(t, 800, 4)
	runtime.GC() // its workers are threads too
	gos, others := 0, 0
	fit := &trainer.Trainer[example, any]{
		Model: p.model, Optimizer: p.optimizer, Train: p.loader, Epochs: 1,
		Step: func(b example) (*torch.Tensor, any) { return p.loss(b), nil },
		Hooks: []trainer.Hook{onStep(func(s trainer.Step) error {
			require.Equal(t, 4, s.Samples)
			if s.Step == 1 {
				gos, others = osThreads(t)
			}
			return nil
		})},
	}
	require.NoError(t, fit.Fit(t.Context()))
	gosAfter, othersAfter := osThreads(t)
	require.LessOrEqual(t, othersAfter, others)
	// Go starts one for whoever waits while a call into C is slow, on a busy machine
	// at any time; it keeps them for the next.
	require.LessOrEqual(t, gosAfter, gos+runtime.GOMAXPROCS(0))
}
