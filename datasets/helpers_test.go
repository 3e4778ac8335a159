package datasets_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/internal/leak"
	"multitorch/torch"
)

// sample is the tutorial's: a batch has the same type.
type sample struct{ Image, Text, Target *torch.Tensor }

// tutorial is a data set as the tutorial writes it: views of tensors in memory.
type tutorial struct{ image, text, target *torch.Tensor }

func newTutorial(n int) *tutorial {
	return &tutorial{
		torch.Randn(torch.Shape{n, 3, 8, 8}),
		torch.Randn(torch.Shape{n, 4, 100}),
		torch.Randint(0, 10, torch.Shape{n}),
	}
}

func (d *tutorial) Len() int { return d.image.Size(0) }

func (d *tutorial) Get(i int) (sample, error) {
	return sample{d.image.Select(0, i), d.text.Select(0, i), d.target.Select(0, i)}, nil
}

// function is a data set whose Get is a function.
type function[S any] struct {
	n   int
	get func(i int) (S, error)
}

func (d function[S]) Len() int             { return d.n }
func (d function[S]) Get(i int) (S, error) { return d.get(i) }

// load is the loader; an error fails the test.
func load[B any](t require.TestingT, loader *datasets.Loader[B], err error) *datasets.Loader[B] {
	require.NoError(t, err)
	return loader
}

// load2 is load for a call: load2(datasets.NewLoader(...))(t).
func load2[B any](loader *datasets.Loader[B], err error) func(t require.TestingT) *datasets.Loader[B] {
	return func(t require.TestingT) *datasets.Loader[B] { return load(t, loader, err) }
}

// collect ranges over the loader and copies each batch out by f.
func collect[B, T any](t require.TestingT, loader *datasets.Loader[B], f func(B) T) []T {
	var all []T
	for batch, err := range loader.All(context.Background()) {
		require.NoError(t, err)
		all = append(all, f(batch))
	}
	return all
}

// requireNothingLeft runs f and requires as many goroutines, tensors and bytes
// after it as before.
func requireNothingLeft(t *testing.T, f func()) {
	t.Helper()
	goroutines := runtime.NumGoroutine()
	tensors, bytes := leak.Settled()
	f()
	eventually(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= goroutines })
	tensorsAfter, bytesAfter := leak.Settled()
	require.Equal(t, tensors, tensorsAfter, "tensors are left")
	require.Equal(t, bytes, bytesAfter, "bytes are left")
}

// eventually waits for a condition, without a goroutine of its own.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !condition(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatal("not within a minute: " + what)
		}
	}
}
