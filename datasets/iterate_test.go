package datasets_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/datasets"
	"multitorch/torch"
)

func TestWorkersGiveTheSameBytes(t *testing.T) {
	data := newTutorial(50)
	var want [][]byte
	for _, workers := range []int{0, 1, 2, 7} {
		torch.ManualSeed(3)
		loader := load2(datasets.NewLoader(data, datasets.BatchSize(4), datasets.Shuffle(true), datasets.Workers(workers)))(t)
		var got [][]byte
		for range 2 {
			got = append(got, collect(t, loader, func(b sample) []byte {
				return append(append(b.Image.Bytes(), b.Text.Bytes()...), b.Target.Bytes()...)
			})...)
		}
		require.Len(t, got, 26)
		if want == nil {
			want = got
		}
		require.Equal(t, want, got, "workers %d", workers)
	}
}

func TestEveryIndexOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 60).Draw(t, "n")
		size := rapid.IntRange(1, 20).Draw(t, "batch size")
		workers := rapid.IntRange(0, 4).Draw(t, "workers")
		shuffle := n > 0 && rapid.Bool().Draw(t, "shuffle")
		dropLast := rapid.Bool().Draw(t, "drop last")
		opts := []datasets.Option{
			datasets.BatchSize(size), datasets.Shuffle(shuffle), datasets.DropLast(dropLast), datasets.Workers(workers),
		}
		if workers > 0 {
			opts = append(opts, datasets.Prefetch(rapid.IntRange(1, 3).Draw(t, "prefetch")))
		}
		loader := load2(datasets.NewLoaderFunc(indices(n), asInts, opts...))(t)
		batches := collect(t, loader, func(b []int) []int { return b })
		require.Len(t, batches, loader.Len())
		seen := map[int]int{}
		for k, b := range batches {
			if k < n/size {
				require.Len(t, b, size)
			}
			for _, i := range b {
				seen[i]++
			}
		}
		want := n
		if dropLast {
			want -= n % size
		}
		require.Len(t, seen, want)
		for i, times := range seen {
			require.Equal(t, 1, times)
			require.True(t, i >= 0 && i < n)
			require.True(t, shuffle || i < want)
		}
	})
}

// TestInFlight counts the batches that Get has been asked for while the consumer
// holds one: every worker is let go only when all that may be are under way.
func TestInFlight(t *testing.T) {
	for _, c := range []struct{ workers, prefetch int }{{1, 1}, {1, 3}, {3, 1}, {3, 2}} {
		var made atomic.Int64
		data := function[int]{100, func(i int) (int, error) { made.Add(1); return i, nil }}
		loader := load2(datasets.NewLoaderFunc(data, asInts, datasets.Workers(c.workers), datasets.Prefetch(c.prefetch)))(t)
		received, limit := int64(0), int64(c.workers*c.prefetch)
		for _, err := range loader.All(context.Background()) {
			require.NoError(t, err)
			received++
			eventually(t, "the workers work ahead", func() bool { return made.Load() >= min(100, received+limit) })
			for range 100 {
				runtime.Gosched()
			}
			require.LessOrEqual(t, made.Load(), received+limit)
		}
	}
}

func TestErrors(t *testing.T) {
	get := func(i int) (int, error) {
		if i == 5 {
			return 0, io.ErrUnexpectedEOF
		}
		return i, nil
	}
	for _, workers := range []int{0, 1, 3} {
		requireNothingLeft(t, func() {
			loader := load2(datasets.NewLoaderFunc(function[int]{9, get}, asInts, datasets.BatchSize(2), datasets.Workers(workers)))(t)
			var batches [][]int
			var errs []error
			for batch, err := range loader.All(context.Background()) {
				if err != nil {
					errs = append(errs, err)
				} else {
					batches = append(batches, batch)
				}
			}
			require.Equal(t, [][]int{{0, 1}, {2, 3}}, batches)
			require.Len(t, errs, 1)
			require.ErrorIs(t, errs[0], io.ErrUnexpectedEOF)
			require.EqualError(t, errs[0], "datasets: sample 5: unexpected EOF")

			tensors := function[*torch.Tensor]{9, func(i int) (*torch.Tensor, error) {
				return torch.Ones(torch.Shape{1 + i/8}), nil
			}}
			stacking := load2(datasets.NewLoader(tensors, datasets.BatchSize(9), datasets.Workers(workers)))(t)
			it := stacking.Iterator(context.Background())
			defer it.Close()
			require.False(t, it.Next())
			require.ErrorContains(t, it.Err(), "datasets: putting samples [0 1 2 3 4 5 6 7 ...] (9 in all) into a batch: stack:")
			var e *torch.Error
			require.ErrorAs(t, it.Err(), &e)
			require.False(t, it.Next())
			require.Error(t, it.Err())
			require.Nil(t, it.Batch())
		})
	}
}

type batchFunc func(ctx context.Context, indices []int) (int, error)

func (f batchFunc) Len() int                                           { return 4 }
func (f batchFunc) GetBatch(ctx context.Context, i []int) (int, error) { return f(ctx, i) }

func TestBatchGetterErrors(t *testing.T) {
	for _, workers := range []int{0, 2} {
		loader := load2(datasets.NewBatchLoader(batchFunc(func(_ context.Context, i []int) (int, error) {
			if i[0] == 2 {
				return 0, io.EOF
			}
			return i[0], nil
		}), datasets.BatchSize(2), datasets.Workers(workers)))(t)
		it := loader.Iterator(context.Background())
		require.True(t, it.Next())
		require.False(t, it.Next())
		require.EqualError(t, it.Err(), "datasets: samples [2 3]: EOF")
	}
}

// TestTensorErrorsAreErrors: a *torch.Error in Get comes back as an error, from
// a worker or not.
func TestTensorErrorsAreErrors(t *testing.T) {
	data := function[*torch.Tensor]{3, func(i int) (*torch.Tensor, error) {
		return torch.Ones(torch.Shape{2}).Add(torch.Ones(torch.Shape{2 + i})), nil
	}}
	for _, workers := range []int{0, 2} {
		loader := load2(datasets.NewLoader(data, datasets.Workers(workers)))(t)
		it := loader.Iterator(context.Background())
		require.True(t, it.Next())
		require.False(t, it.Next())
		require.ErrorContains(t, it.Err(), "datasets: sample 1: add: The size of tensor a (2) must match")
		it.Close()
	}
}

func TestPanicsReachTheConsumer(t *testing.T) {
	cause := errors.New("out of order")
	data := function[int]{9, func(i int) (int, error) {
		if i == 4 {
			panic(cause)
		}
		return i, nil
	}}
	for _, workers := range []int{0, 1, 3} {
		requireNothingLeft(t, func() {
			loader := load2(datasets.NewLoaderFunc(data, asInts, datasets.Workers(workers)))(t)
			var batches [][]int
			defer func() {
				err, _ := recover().(error)
				require.ErrorIs(t, err, cause)
				require.Equal(t, [][]int{{0}, {1}, {2}, {3}}, batches)
				var w *datasets.WorkerPanic
				require.Equal(t, workers > 0, errors.As(err, &w))
				if w != nil {
					require.Equal(t, cause, w.Value)
					require.Contains(t, w.Error(), "iterate_test.go", "the worker's stack")
				}
			}()
			for batch, err := range loader.All(context.Background()) {
				require.NoError(t, err)
				batches = append(batches, batch)
			}
			t.Error("no panic")
		})
	}
	require.NoError(t, (&datasets.WorkerPanic{Value: "no error"}).Unwrap())
}

func TestGoexitInAWorker(t *testing.T) {
	data := function[int]{9, func(i int) (int, error) {
		if i == 4 {
			runtime.Goexit()
		}
		return i, nil
	}}
	requireNothingLeft(t, func() {
		loader := load2(datasets.NewLoaderFunc(data, asInts, datasets.Workers(2)))(t)
		it := loader.Iterator(context.Background())
		for range 4 {
			require.True(t, it.Next())
		}
		require.False(t, it.Next())
		require.ErrorContains(t, it.Err(), "Goexit")
	})
}

func TestCancel(t *testing.T) {
	data := newTutorial(40)
	for _, workers := range []int{0, 1, 3} {
		requireNothingLeft(t, func() {
			loader := load2(datasets.NewLoader(data, datasets.Workers(workers)))(t)
			ctx, cancel := context.WithCancel(context.Background())
			steps := 0
			var last error
			for _, err := range loader.All(ctx) {
				if last = err; err == nil {
					steps++
				}
				if steps == 3 {
					cancel()
				}
			}
			require.Equal(t, 3, steps)
			require.Equal(t, context.Canceled, last)

			for _, err := range loader.All(ctx) {
				require.Equal(t, context.Canceled, err)
			}

			deaf := load2(datasets.NewBatchLoader(batchFunc(func(_ context.Context, i []int) (int, error) { return i[0], nil }),
				datasets.Workers(workers)))(t)
			for _, err := range deaf.All(ctx) {
				require.Equal(t, context.Canceled, err, "though GetBatch doesn't look at ctx")
			}

			ended, cancel := context.WithCancel(context.Background())
			it := loader.Iterator(ended)
			for range 40 {
				require.True(t, it.Next())
			}
			cancel()
			require.False(t, it.Next())
			require.NoError(t, it.Err(), "all batches had come")
		})
	}
}

// TestCancelWhileWaiting: the consumer waits for a worker that waits for ctx.
func TestCancelWhileWaiting(t *testing.T) {
	for _, workers := range []int{0, 2} {
		requireNothingLeft(t, func() {
			ctx, cancel := context.WithCancel(context.Background())
			loader := load2(datasets.NewBatchLoader(batchFunc(func(ctx context.Context, i []int) (int, error) {
				if i[0] == 1 {
					cancel()
					<-ctx.Done()
					return 0, fmt.Errorf("gave up: %w", ctx.Err())
				}
				return i[0], nil
			}), datasets.Workers(workers)))(t)
			var last error
			for _, err := range loader.All(ctx) {
				last = err
			}
			require.Equal(t, context.Canceled, last)
		})
	}
}

// TestCancelWithoutConsumer: workers end with ctx, though nobody asks for more.
func TestCancelWithoutConsumer(t *testing.T) {
	requireNothingLeft(t, func() {
		ctx, cancel := context.WithCancel(context.Background())
		loader := load2(datasets.NewLoaderFunc(indices(100), asInts, datasets.Workers(3)))(t)
		goroutines := runtime.NumGoroutine()
		it := loader.Iterator(ctx)
		require.True(t, it.Next())
		cancel()
		eventually(t, "the workers end", func() bool { return runtime.NumGoroutine() <= goroutines })
		it.Close()
		it.Close()
		require.False(t, it.Next())
		require.NoError(t, it.Err())
	})
}

// TestZip runs two loaders side by side in every way that there is, on goroutines
// that are pinned to their threads and on others.
func TestZip(t *testing.T) {
	data := newTutorial(12)
	pull := func(t *testing.T, a, b *datasets.Loader[sample]) (pairs int) {
		nextA, stopA := iter.Pull2(a.All(context.Background()))
		defer stopA()
		nextB, stopB := iter.Pull2(b.All(context.Background()))
		defer stopB()
		for {
			x, err, more := nextA()
			if !more {
				return pairs
			}
			require.NoError(t, err)
			y, err, more := nextB()
			require.True(t, more)
			require.NoError(t, err)
			require.Equal(t, torch.Shape{2, 4, 100}, x.Text.Add(y.Text).Shape())
			pairs++
		}
	}
	inBody := func(t *testing.T, a, b *datasets.Loader[sample]) (pairs int) {
		next, stop := iter.Pull2(b.All(context.Background()))
		defer stop()
		for x, err := range a.All(context.Background()) {
			require.NoError(t, err)
			y, err, more := next()
			require.True(t, more)
			require.NoError(t, err)
			sum := x.Text.Add(y.Text)
			require.Equal(t, torch.Shape{2, 4, 100}, sum.Shape())
			pairs++
		}
		return pairs
	}
	iterators := func(t *testing.T, a, b *datasets.Loader[sample]) (pairs int) {
		x, y := a.Iterator(context.Background()), b.Iterator(context.Background())
		defer x.Close()
		defer y.Close()
		for x.Next() && y.Next() {
			require.Equal(t, torch.Shape{2, 4, 100}, x.Batch().Text.Add(y.Batch().Text).Shape())
			pairs++
		}
		require.NoError(t, errors.Join(x.Err(), y.Err()))
		return pairs
	}
	places := map[string]func(f func()){
		"goroutine":         func(f func()) { f() },
		"pinned":            torch.Pinned,
		"no grad":           torch.NoGrad,
		"no grad in pinned": func(f func()) { torch.Pinned(func() { torch.NoGrad(f) }) },
	}
	for name, zip := range map[string]func(*testing.T, *datasets.Loader[sample], *datasets.Loader[sample]) int{
		"Pull2": pull, "next in a body": inBody, "iterators": iterators,
	} {
		for place, in := range places {
			for _, workers := range []int{0, 2} {
				t.Run(fmt.Sprintf("%s, %s, workers %d", name, place, workers), func(t *testing.T) {
					requireNothingLeft(t, func() {
						opts := []datasets.Option{datasets.BatchSize(2), datasets.Shuffle(true), datasets.Workers(workers)}
						a, b := load2(datasets.NewLoader(data, opts...))(t), load2(datasets.NewLoader(data, opts...))(t)
						in(func() { require.Equal(t, 6, zip(t, a, b)) })
					})
				})
			}
		}
	}
}
