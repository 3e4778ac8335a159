package serve_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/serve"
)

// Requests that come while a batch is computed are the next one, and everyone gets its own answer.
func TestBatches(t *testing.T) {
	t.Parallel()
	var largest, batches atomic.Int64
	var begin atomic.Value // a channel: no batch is computed before it is closed
	_, web := served(t, serve.Config{}, lengths("a", serve.Batching{Max: 8}, func(_ context.Context, batch []sample) error {
		largest.Store(max(largest.Load(), int64(len(batch))))
		batches.Add(1)
		<-begin.Load().(chan struct{})
		return nil
	}))
	const clients, each = 16, 10
	for range each {
		all := make(chan struct{})
		begin.Store(all)
		var answers sync.WaitGroup
		for c := range clients {
			answers.Go(func() {
				got := postJSON(t, web.URL+"/v1/length", fmt.Sprintf(`{"text": %q, "scale": %d}`, strings.Repeat("x", c), c))
				if want := fmt.Sprintf(`{"bytes":%d,"scale":%d,"from":"a"}`, c, c); got.body != want {
					t.Errorf("%d %s, want %s", got.status, got.body, want)
				}
			})
		}
		require.Eventually(t, func() bool {
			return strings.Contains(get(t, web.URL+"/metrics").body, "multitorch_requests_waiting 16")
		}, time.Minute, time.Millisecond)
		time.Sleep(5 * time.Millisecond) // they have been let in, and will soon wait
		close(all)
		answers.Wait()
	}
	require.EqualValues(t, 8, largest.Load())
	require.Less(t, batches.Load(), int64(clients*each*2/3))
	metrics := get(t, web.URL+"/metrics").body
	require.Contains(t, metrics, `multitorch_requests_total{code="200",path="/v1/length"} 160`)
	require.Contains(t, metrics, `multitorch_batch_samples_sum{path="/v1/length"} 160`)
}

// A sample on which the model fails, or panics, spoils no other's answer.
func TestOneBadSampleInABatch(t *testing.T) {
	t.Parallel()
	begin := make(chan struct{})
	var first sync.Once
	_, web := served(t, serve.Config{}, lengths("a", serve.Batching{}, func(_ context.Context, batch []sample) error {
		first.Do(func() { <-begin }) // so that the others wait together
		for _, s := range batch {
			switch s.text {
			case "fails":
				return errors.New("a secret of the model's")
			case "panics":
				panic("a secret of the model's")
			}
		}
		return nil
	}))
	texts := []string{"first", "fine", "fails", "good", "panics", "well"}
	got := make([]answered, len(texts))
	var all sync.WaitGroup
	for i, text := range texts {
		all.Go(func() { got[i] = postJSON(t, web.URL+"/v1/length", fmt.Sprintf(`{"text": %q}`, text)) })
	}
	time.Sleep(50 * time.Millisecond)
	close(begin)
	all.Wait()
	for i, text := range texts {
		if text == "fails" || text == "panics" {
			require.Equal(t, 500, got[i].status)
			requireFailure(t, got[i], "", "the model failed on this input")
			require.NotContains(t, got[i].body, "secret")
		} else {
			require.Equal(t, 200, got[i].status, got[i].body)
		}
	}
}

// At ten times what can be computed nobody waits long: who finds no room is told so at once.
func TestOverload(t *testing.T) {
	t.Parallel()
	const queue, took = 16, 10 * time.Millisecond
	var ok, refused atomic.Int64
	app := lengths("a", serve.Batching{Max: 4, Queue: queue}, func(_ context.Context, batch []sample) error {
		time.Sleep(took)
		for refused.Load() == 0 { // until there are more than it can take
			time.Sleep(took)
		}
		return nil
	})
	_, web := served(t, serve.Config{}, app)
	var all sync.WaitGroup
	for range 10 * queue {
		all.Go(func() {
			for ok.Load() < 10*queue {
				got := postJSON(t, web.URL+"/v1/length", `{"text": "x"}`)
				switch got.status {
				case 200:
					ok.Add(1)
				case 503:
					refused.Add(1)
					requireFailure(t, got, "", "too many requests")
					if got.header.Get("Retry-After") == "" {
						t.Error("no Retry-After")
					}
					time.Sleep(5 * time.Millisecond)
				default:
					t.Errorf("%d %s", got.status, got.body)
				}
			}
		})
	}
	all.Wait()
	require.Positive(t, refused.Load())
	require.Contains(t, get(t, web.URL+"/metrics").body, "multitorch_requests_waiting 0")
}

// Who would have to wait longer than a limit is refused before that, and nobody is answered later than the bound.
func TestTimeIsBounded(t *testing.T) {
	t.Parallel()
	_, web := served(t, serve.Config{Limits: serve.Limits{Time: time.Second}}, lengths("a", serve.Batching{},
		func(ctx context.Context, _ []sample) error {
			select { // a model that looks at its context ends when nobody waits
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Minute):
				return nil
			}
		}))
	begin := time.Now()
	got := postJSON(t, web.URL+"/v1/length", `{"text": "x"}`)
	require.Equal(t, 503, got.status, got.body)
	require.Equal(t, "1", got.header.Get("Retry-After"))
	require.Less(t, time.Since(begin), 50*time.Second)
	require.Eventually(t, func() bool { // now it is known how long a sample takes
		return strings.Contains(get(t, web.URL+"/metrics").body, `multitorch_batches_failed_total{path="/v1/length"} 1`)
	}, time.Minute, 10*time.Millisecond)
}
