package torch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// A server whose requests are computed by two workers: {"x": [1, 2, 3]} is answered
// with the softmax.
func ExampleWorkers() {
	workers := torch.NewWorkers(2)
	defer workers.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var request struct{ X []float32 }
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		var y []float32
		err := workers.Do(r.Context(), func() error {
			torch.InferenceMode(func() {
				torch.Scoped(func(s *torch.Scope) {
					y = torch.ToSlice[float32](s.Own(torch.New(request.X)).Softmax(0))
				})
			})
			return nil
		})
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(y)
	}))
	defer server.Close()

	answer, err := http.Post(server.URL, "application/json", strings.NewReader(`{"x": [1, 1, 1, 1]}`))
	if err != nil {
		panic(err)
	}
	defer answer.Body.Close()
	var y []float32
	fmt.Println(answer.Status, json.NewDecoder(answer.Body).Decode(&y), y)
	// Output: 200 OK <nil> [0.25 0.25 0.25 0.25]
}

func TestWorkersReturnWhatTheirJobsDo(t *testing.T) {
	ctx := context.Background()
	workers := torch.NewWorkers(2)
	failed := errors.New("failed")
	var e *torch.Error
	require.NoError(t, workers.Do(ctx, func() error { return nil }))
	require.ErrorIs(t, workers.Do(ctx, func() error { return failed }), failed)
	require.ErrorIs(t, workers.Do(ctx, func() error { panic(failed) }), failed)
	require.ErrorContains(t, workers.Do(ctx, func() error { panic("out") }), "the job panicked: out")
	require.ErrorAs(t, workers.Do(ctx, func() error { torch.Ones(torch.Shape{2}).Add(torch.Ones(torch.Shape{3})); return nil }), &e)
	for range 10 { // more than there are workers
		require.ErrorContains(t, workers.Do(ctx, func() error { runtime.Goexit(); return nil }), "Goexit")
	}

	// While all are busy, a job whose context ends is not run.
	busy, free := make(chan bool, 2), make(chan bool)
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() { _ = workers.Do(ctx, func() error { busy <- true; <-free; return nil }) })
	}
	<-busy
	<-busy
	ended, cancel := context.WithCancel(ctx)
	got := make(chan error)
	go func() { got <- workers.Do(ended, func() error { t.Error("it ran"); return nil }) }()
	cancel()
	require.ErrorIs(t, <-got, context.Canceled)
	close(free)
	group.Wait()

	workers.Close()
	workers.Close()
	require.ErrorIs(t, workers.Do(ctx, func() error { t.Error("it ran"); return nil }), torch.ErrWorkersClosed)
	require.Error(t, torch.Try(func() error { torch.NewWorkers(0); return nil }))
}

// Closing while many hand in jobs: each job is run, or its error says that it was not.
func TestWorkersCloseWhileOthersAsk(t *testing.T) {
	workers := torch.NewWorkers(3)
	var ran, done, closed atomic.Int64
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() {
			for {
				err := workers.Do(context.Background(), func() error {
					ran.Add(1)
					torch.Scoped(func(s *torch.Scope) { s.Own(torch.Ones(torch.Shape{8})).Exp() })
					return nil
				})
				if err != nil {
					require.ErrorIs(t, err, torch.ErrWorkersClosed)
					closed.Add(1)
					return
				}
				done.Add(1)
			}
		})
		if i == 25 {
			for done.Load() < 100 {
				runtime.Gosched()
			}
		}
	}
	workers.Close()
	group.Wait()
	require.Equal(t, ran.Load(), done.Load())
	require.EqualValues(t, 50, closed.Load())
}
