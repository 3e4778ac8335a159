package hooks

import (
	"fmt"
	"io"
	"sync/atomic"

	"multitorch/trainer"
	"multitorch/trainer/progress"
)

// Progress shows on a terminal, or writes to a log, how far a run is, and a line on each epoch.
type Progress struct {
	w       io.Writer
	options []progress.Option
	epochs  int
	bar     atomic.Pointer[progress.Progress] // nil before the start
}

// NewProgress makes one that writes to w. The number of epochs is the run's.
func NewProgress(w io.Writer, opts ...progress.Option) *Progress {
	return &Progress{w: w, options: opts}
}

// Name is "progress".
func (p *Progress) Name() string { return "progress" }

// OnStart begins the bar.
func (p *Progress) OnStart(s trainer.Start) error {
	p.epochs = s.Epochs
	p.bar.Store(progress.New(p.w, s.Steps, append([]progress.Option{progress.Epochs(s.Epochs)}, p.options...)...))
	return nil
}

// OnStep moves it.
func (p *Progress) OnStep(s trainer.Step) error {
	p.bar.Load().Step(s.Epoch, s.Step, s.Loss, s.Samples)
	return nil
}

// OnEpoch writes a line, with the first metric: "epoch 1/12: loss 1.8, accuracy 40.0 %; test loss 1.4, accuracy 51.2 %".
func (p *Progress) OnEpoch(e trainer.Epoch) error {
	line := fmt.Sprintf("epoch %d/%d: %s", e.Epoch, p.epochs, figures(e.Train))
	if e.Validate.Samples > 0 {
		line += "; test " + figures(e.Validate)
	}
	p.bar.Load().Message(line)
	return nil
}

func figures(e trainer.Evaluation) string {
	text := fmt.Sprintf("loss %.4f", e.Loss)
	if len(e.Metrics) > 0 {
		text += ", " + e.Metrics[0].String()
	}
	return text
}

// OnEnd takes the bar away and writes where the run stopped.
func (p *Progress) OnEnd(trainer.End) error {
	if bar := p.bar.Load(); bar != nil {
		bar.Done()
	}
	return nil
}

// Message writes a line of its own. Any goroutine may call it while the run goes on.
func (p *Progress) Message(text string) {
	if bar := p.bar.Load(); bar != nil {
		bar.Message(text)
	}
}
