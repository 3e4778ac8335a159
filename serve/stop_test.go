package serve_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/serve"
)

// A model that was replaced stays until what was asked of it is answered.
func TestOldModelAnswers(t *testing.T) {
	t.Parallel()
	asked, release := make(chan struct{}), make(chan struct{})
	var version, closed atomic.Int64
	r := run(t, serve.Config{Admin: "127.0.0.1:0"}, func(context.Context) (*serve.App, error) {
		v := version.Add(1)
		app := lengths(fmt.Sprint("v", v), serve.Batching{}, func(context.Context, []sample) error {
			if v == 1 {
				close(asked)
				<-release
			}
			return nil
		})
		app.Close = func() { closed.Add(1) }
		return app, nil
	})
	old := make(chan answered)
	go func() { old <- postJSON(t, r.url+"/v1/length", `{"text": "x"}`) }()
	<-asked
	require.Equal(t, 200, post(t, r.admin+"/reload", "", nil).status)
	require.Contains(t, postJSON(t, r.url+"/v1/length", `{"text": "x"}`).body, "v2")
	time.Sleep(50 * time.Millisecond)
	require.Zero(t, closed.Load(), "the old model was closed while it was asked")
	close(release)
	require.Contains(t, (<-old).body, "v1")
	require.Eventually(t, func() bool { return closed.Load() == 1 }, time.Minute, time.Millisecond)
}

// A request that is still being read when its model is replaced is answered by it.
func TestOldModelReads(t *testing.T) {
	t.Parallel()
	reads, release := make(chan struct{}), make(chan struct{})
	var version atomic.Int64
	r := run(t, serve.Config{Admin: "127.0.0.1:0"}, func(context.Context) (*serve.App, error) {
		v := version.Add(1)
		app := serve.NewApp(serve.About{Title: "Slow to read"})
		serve.Handle(app, serve.Endpoint[string, Length]{
			Path: "/v1/length", Fields: []serve.Field{{Name: "text", Kind: serve.Text}},
			Read: func(_ context.Context, f *serve.Form) (string, error) {
				if v == 1 {
					close(reads)
					<-release
				}
				return f.Text("text"), nil
			},
			Model: serve.ModelFunc[string, Length](func(_ context.Context, batch []string) ([]Length, error) {
				return make([]Length, len(batch)), nil
			}),
		})
		return app, nil
	})
	old := make(chan answered)
	go func() { old <- postJSON(t, r.url+"/v1/length", `{"text": "x"}`) }()
	<-reads
	require.Equal(t, 200, post(t, r.admin+"/reload", "", nil).status)
	time.Sleep(50 * time.Millisecond)
	close(release)
	select {
	case answer := <-old:
		require.Equal(t, 200, answer.status)
	case <-time.After(time.Minute):
		require.Fail(t, "the request has no answer: its model was closed while it was read")
	}
}

// A client that has just been answered may ask once more on its connection when the server stops, and is told that it ends.
func TestConnectionEndsWithAnAnswer(t *testing.T) {
	t.Parallel()
	for range 20 { // until the machine was quick enough
		r := run(t, serve.Config{}, loading(lengths("a", serve.Batching{}, nil)))
		c, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
		require.NoError(t, err)
		defer c.Close()
		from := bufio.NewReader(c)
		ask := func() (*http.Response, error) {
			_, _ = fmt.Fprint(c, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
			answer, err := http.ReadResponse(from, nil)
			if err == nil {
				answer.Body.Close()
			}
			return answer, err
		}
		answer, err := ask()
		require.NoError(t, err)
		require.False(t, answer.Close)
		begin := time.Now()
		r.stop()
		time.Sleep(60 * time.Millisecond)
		answer, err = ask()
		if time.Since(begin) > 200*time.Millisecond {
			continue
		}
		require.NoError(t, err)
		require.Equal(t, 200, answer.StatusCode)
		require.True(t, answer.Close)
		require.NoError(t, <-r.end)
		return
	}
	t.Fatal("the machine was never quick enough")
}
