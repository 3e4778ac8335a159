package serve

import (
	"context"
	"fmt"
	"runtime/debug"
)

// Model answers samples, several at once.
type Model[In, Out any] interface {
	// Predict returns an answer for each sample, in their order. It is called by one goroutine of each worker. ctx ends when
	// nobody waits for the batch any more. After an error, or a panic, samples of a batch are tried again one by one, so that
	// one that can't be answered spoils no other's answer.
	Predict(ctx context.Context, batch []In) ([]Out, error)
}

// ModelFunc is a function as a [Model].
type ModelFunc[In, Out any] func(ctx context.Context, batch []In) ([]Out, error)

// Predict calls f.
func (f ModelFunc[In, Out]) Predict(ctx context.Context, batch []In) ([]Out, error) {
	return f(ctx, batch)
}

// panicked is a model's panic. The stack is for the log alone.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("the model panicked: %v", p.value) }

func (p *panicked) Unwrap() error {
	err, _ := p.value.(error)
	return err
}

// predict is Predict without its panics, and with as many answers as samples.
func predict[In, Out any](ctx context.Context, m Model[In, Out], batch []In) (answers []Out, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{v, debug.Stack()}
		}
	}()
	answers, err = m.Predict(ctx, batch)
	if err == nil && len(answers) != len(batch) {
		err = fmt.Errorf("the model gave %d answers to %d samples", len(answers), len(batch))
	}
	return answers, err
}
