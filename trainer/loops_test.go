package trainer_test

import (
	"bytes"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/multimodal"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/trainer"
)

// examples are the tutorial's kind of data: images [3, 4, 4] and texts [2, 100].
type examples struct{ image, text, target *torch.Tensor }

func newExamples(n int) *examples {
	return &examples{
		image:  torch.Randn(torch.Shape{n, 3, 4, 4}),
		text:   torch.Randn(torch.Shape{n, 2, 100}),
		target: torch.Randint(0, 10, torch.Shape{n}),
	}
}

func (e *examples) Len() int { return e.target.Size(0) }

func (e *examples) Get(i int) (multimodal.Example, error) {
	return multimodal.Example{Image: e.image.Select(0, i), Text: e.text.Select(0, i), Target: e.target.Select(0, i)}, nil
}

// tutorial is what the tutorial's program has when it begins to train.
type tutorial struct {
	model     *multimodal.MultiModalModel
	loader    *datasets.Loader[multimodal.Example]
	criterion *nn.CrossEntropyLoss
	optimizer optim.Optimizer
}

func newTutorial(t testing.TB, samples, batch int) tutorial {
	torch.ManualSeed(0)
	loader, err := datasets.NewLoader(newExamples(samples), datasets.BatchSize(batch), datasets.Shuffle(true))
	require.NoError(t, err)
	model := multimodal.NewMultiModalModel(multimodal.NewImageFeatureExtractor(), multimodal.NewTextFeatureExtractor())
	return tutorial{model, loader, nn.NewCrossEntropyLoss(), optim.NewAdam(nn.Parameters(model), optim.LR(1e-3))}
}

func (p tutorial) train(t testing.TB) {
	require.NoError(t, trainer.TrainLoop(p.model, p.loader, p.criterion, p.optimizer, torch.CPU))
}

// losses are the lines that TestLoop prints.
func (p tutorial) losses(t testing.TB) []float64 {
	var out bytes.Buffer
	require.NoError(t, trainer.TestLoop(p.model, p.loader, p.criterion, torch.CPU, &out))
	var losses []float64
	for line := range strings.Lines(out.String()) {
		number, ok := strings.CutPrefix(strings.TrimSpace(line), "tensor(")
		require.True(t, ok, "%q is no tensor as Python prints it", line)
		loss, err := strconv.ParseFloat(strings.TrimSuffix(number, ")"), 64)
		require.NoError(t, err)
		losses = append(losses, loss)
	}
	return losses
}

func TestTutorialLoopsLearn(t *testing.T) {
	p := newTutorial(t, 50, 8)
	before := p.losses(t)
	require.Len(t, before, 7, "one line a batch")
	require.False(t, p.model.Training(), "the test loop leaves the model in evaluation mode, as in Python")
	for range 10 {
		p.train(t)
	}
	require.True(t, p.model.Training())
	require.Less(t, mean(p.losses(t)), 0.8*mean(before))
}

func mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

func TestTestLoopChangesNothing(t *testing.T) {
	p := newTutorial(t, 16, 8)
	before := weights(p.model)
	p.losses(t)
	require.Equal(t, before, weights(p.model))
	for _, w := range nn.Parameters(p.model) {
		require.Nil(t, w.Grad())
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

func TestLoopsReturnTheLoadersError(t *testing.T) {
	p := newTutorial(t, 16, 8)
	broken := failing[multimodal.Example]{p.loader, 1, errBroken}
	require.ErrorIs(t, trainer.TrainLoop(p.model, broken, p.criterion, p.optimizer, torch.CPU), errBroken)
	require.ErrorIs(t, trainer.TestLoop(p.model, broken, p.criterion, torch.CPU, &bytes.Buffer{}), errBroken)
}

// settled counts tensors once the collector has freed those that it owns.
func settled() int {
	for range 3 {
		runtime.GC()
		time.Sleep(time.Millisecond) // cleanups run in a goroutine of their own
	}
	return torch.LiveTensors()
}

func TestAnEpochLeavesNoTensors(t *testing.T) {
	p := newTutorial(t, 64, 8)
	p.train(t) // the first one leaves the optimizer's state and the gradients
	p.losses(t)
	before := settled()
	for range 3 {
		p.train(t)
		p.losses(t)
	}
	require.Eventually(t, func() bool { return settled() == before }, 5*time.Second, time.Millisecond,
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
	p := newTutorial(t, 800, 4)
	runtime.GC() // its workers are threads too
	gos, others := 0, 0
	fit := &trainer.Trainer[multimodal.Example]{
		Model: p.model, Optimizer: p.optimizer, Train: p.loader, Epochs: 1, Loss: p.loss,
		OnStep: func(s trainer.Step) {
			if s.Step == 1 {
				gos, others = osThreads(t)
			}
		},
	}
	require.NoError(t, fit.Fit(t.Context()))
	gosAfter, othersAfter := osThreads(t)
	require.LessOrEqual(t, othersAfter, others)
	// Go starts one for whoever waits while a call into C is slow, on a busy machine
	// at any time; it keeps them for the next.
	require.LessOrEqual(t, gosAfter, gos+runtime.GOMAXPROCS(0))
}

func (p tutorial) loss(b multimodal.Example) (loss, scores, target *torch.Tensor) {
	scores = p.model.Forward(b.Image, b.Text)
	return p.criterion.Forward(scores, b.Target), scores, b.Target
}
