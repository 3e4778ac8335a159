package serve_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/serve"
)

// running is a server as a program has it.
type running struct {
	url, admin string
	stop       context.CancelFunc
	end        chan error
}

func run(t *testing.T, c serve.Config, load func(context.Context) (*serve.App, error)) *running {
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{stop: cancel, end: make(chan error, 1)}
	ready := make(chan struct{})
	c.Addr, c.Log = "127.0.0.1:0", quiet
	c.Ready = func(addr, admin net.Addr) {
		r.url = "http://" + addr.String()
		if admin != nil {
			r.admin = "http://" + admin.String()
		}
		close(ready)
	}
	go func() { r.end <- serve.Run(ctx, c, load) }()
	select {
	case <-ready:
	case err := <-r.end:
		require.NoError(t, err)
	}
	t.Cleanup(cancel)
	return r
}

// load keeps clients busy until stop, and counts their answers. Every request that was sent must be answered.
func load(t *testing.T, clients int, url string, stop <-chan struct{}, seen func(answered)) *sync.WaitGroup {
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for {
				select {
				case <-stop:
					return
				default:
				}
				answer, err := client.Post(url, "application/json", strings.NewReader(`{"text": "x"}`))
				if err != nil {
					// What the kernel turned away was never let in.
					if !errors.Is(err, syscall.ECONNREFUSED) && !errors.Is(err, syscall.ECONNRESET) {
						t.Errorf("a request was lost: %v", err)
					}
					return
				}
				b := make([]byte, 1000)
				n, _ := answer.Body.Read(b)
				answer.Body.Close()
				seen(answered{answer.StatusCode, string(b[:n]), answer.Header})
			}
		})
	}
	return &all
}

// A new model takes over under load; one that can't be loaded is refused. No request is lost, and the old model is closed
// after its last answer.
func TestReloadUnderLoad(t *testing.T) {
	t.Parallel()
	var version, closed atomic.Int64
	r := run(t, serve.Config{Admin: "127.0.0.1:0"}, func(context.Context) (*serve.App, error) {
		switch v := version.Add(1); v {
		case 3:
			return nil, errors.New("this checkpoint is damaged")
		case 4:
			panic("this one is worse")
		default:
			var gone atomic.Bool
			app := lengths(fmt.Sprint("v", v), serve.Batching{}, func(context.Context, []sample) error {
				time.Sleep(time.Millisecond)
				if gone.Load() {
					t.Error("a model was asked after it was closed")
				}
				return nil
			})
			app.Close = func() { gone.Store(true); closed.Add(1) }
			return app, nil
		}
	})
	stop := make(chan struct{})
	var from sync.Map
	all := load(t, 8, r.url+"/v1/length", stop, func(a answered) {
		if a.status != 200 {
			t.Errorf("%d %s", a.status, a.body)
		}
		from.Store(a.body, true)
	})
	answers := func(v string) {
		require.Eventually(t, func() bool {
			_, ok := from.Load(fmt.Sprintf("{\"bytes\":1,\"scale\":0,\"from\":%q}\n", v))
			return ok
		}, time.Minute, 5*time.Millisecond, v)
	}
	serves := []string{"v1", "v2", "v2", "v2", "v5"}
	for i, status := range []int{200, 409, 409, 200, 200} {
		answers(serves[i])
		got := post(t, r.admin+"/reload", "", nil)
		require.Equal(t, status, got.status, "%d: %s", i, got.body)
		if i == 1 {
			requireFailure(t, got, "", "the old one serves on: this checkpoint is damaged")
		}
	}
	answers("v6")
	close(stop)
	all.Wait()
	require.Contains(t, get(t, r.url+"/v1/model").body, `"model":"v6"`)
	r.stop()
	require.NoError(t, <-r.end)
	require.EqualValues(t, 4, closed.Load())
}

// What has come is answered when the server stops, and it says beforehand that it will.
func TestStopUnderLoad(t *testing.T) {
	t.Parallel()
	t.Run("without grace", func(t *testing.T) {
		t.Parallel()
		stopUnderLoad(t, 0)
	})
	t.Run("with grace", func(t *testing.T) {
		t.Parallel()
		grace := 300 * time.Millisecond
		for !stopUnderLoad(t, grace) { // until it is long enough to ask in, on this machine
			grace *= 2
			require.Less(t, grace, time.Minute)
		}
	})
}

// stopUnderLoad reports whether the server said that it stops, for which it must have been asked in time.
func stopUnderLoad(t *testing.T, grace time.Duration) (said bool) {
	r := run(t, serve.Config{Grace: grace}, loading(lengths("a", serve.Batching{}, func(context.Context, []sample) error {
		time.Sleep(3 * time.Millisecond)
		return nil
	})))
	require.Equal(t, `{"status":"ok"}`, get(t, r.url+"/readyz").body)
	stop := make(chan struct{})
	var n atomic.Int64
	all := load(t, 8, r.url+"/v1/length", stop, func(a answered) {
		if n.Add(1); a.status != 200 {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
	require.Eventually(t, func() bool { return n.Load() > 50 }, time.Minute, time.Millisecond)
	r.stop()
	for grace > 0 && !said {
		answer, err := client.Get(r.url + "/readyz")
		if err != nil {
			break
		}
		answer.Body.Close()
		said = answer.StatusCode == http.StatusServiceUnavailable
	}
	if answer, err := client.Get(r.url + "/healthz"); said && err == nil {
		answer.Body.Close()
		require.Equal(t, 200, answer.StatusCode)
	}
	require.NoError(t, <-r.end)
	close(stop)
	all.Wait()
	return said
}

// A checkpoint that is exchanged is seen; one that is being exchanged is waited for.
func TestWatch(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "model")
	write := func(name string) {
		require.NoError(t, os.WriteFile(path+".new", []byte(name), 0o600))
		require.NoError(t, os.Rename(path+".new", path))
	}
	write("one")
	r := run(t, serve.Config{Watch: []string{path}, Every: 10 * time.Millisecond}, func(context.Context) (*serve.App, error) {
		name, err := os.ReadFile(path)
		return lengths(string(name), serve.Batching{}, nil), err
	})
	serves := func(name string) func() bool {
		return func() bool { return strings.Contains(get(t, r.url+"/v1/model").body, `"model":"`+name+`"`) }
	}
	require.True(t, serves("one")())
	write("two")
	require.Eventually(t, serves("two"), time.Minute, 5*time.Millisecond)
	require.NoError(t, os.Remove(path))
	time.Sleep(50 * time.Millisecond)
	require.True(t, serves("two")())
	write("three")
	require.Eventually(t, serves("three"), time.Minute, 5*time.Millisecond)
	require.NotContains(t, get(t, r.url+"/metrics").body, `multitorch_reloads_total{result="refused"}`)
}

func TestAdminIsThisMachines(t *testing.T) {
	t.Parallel()
	err := serve.Run(t.Context(), serve.Config{Addr: "127.0.0.1:0", Admin: "0.0.0.0:0"}, loading(lengths("a", serve.Batching{}, nil)))
	require.ErrorContains(t, err, "can be reached from elsewhere")
	r := run(t, serve.Config{Admin: "127.0.0.1:0"}, loading(lengths("a", serve.Batching{}, nil)))
	elsewhere, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.admin+"/reload", nil)
	require.NoError(t, err)
	elsewhere.Host = "evil.example"
	require.Equal(t, http.StatusMisdirectedRequest, do(t, elsewhere).status)
	elsewhere.Host = ""
	elsewhere.Header.Set("Origin", "https://evil.example")
	require.Equal(t, http.StatusForbidden, do(t, elsewhere).status)
	require.Equal(t, 404, post(t, r.url+"/reload", "", nil).status)
}

// A page of another site can't send requests in its visitor's name.
func TestOtherSites(t *testing.T) {
	t.Parallel()
	_, web := served(t, serve.Config{}, lengths("a", serve.Batching{}, nil))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, web.URL+"/v1/length", strings.NewReader(`{"text": "x"}`))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	got := do(t, r)
	require.Equal(t, 403, got.status)
	requireFailure(t, got, "", "another site")
	require.Contains(t, got.header.Get("Content-Security-Policy"), "default-src 'none'")
}

func TestAddressInUse(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	err = serve.Run(t.Context(), serve.Config{Addr: taken.Addr().String()}, func(context.Context) (*serve.App, error) {
		t.Error("a model was loaded though there is no place for it")
		return nil, nil
	})
	require.ErrorContains(t, err, "address already in use")
}
