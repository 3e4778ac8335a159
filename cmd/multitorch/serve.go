package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"multitorch/serve"
	"multitorch/torch"
)

type serveCmd struct {
	deviceFlag
	Model string `arg:"" placeholder:"RUN|FILE|DIR|NAME" help:"What to serve: a run's folder, a checkpoint, or a pretrained model by its folder or its name (multitorch models list)."`
	Addr  string `default:"localhost:8080" placeholder:"HOST:PORT" help:"Where requests come. Port 0 is any that is free."`
	Admin string `placeholder:"HOST:PORT" help:"Where POST /reload comes: an address of this machine."`
	Index string `placeholder:"DIR|URL" help:"What multitorch index wrote with this model: a folder, or postgres://…; it is searched."`
	Table string `default:"multitorch_index" help:"The index's table, in PostgreSQL."`

	MaxBatch int           `default:"0" help:"Requests that are computed together at most. 0: 32 where an answer then has the bits that it has alone, which is tried at the start, and else 1."`
	MaxWait  time.Duration `default:"2ms" help:"How long a request waits at most for others that are being read."`
	Workers  int           `default:"0" help:"Batches that are computed at once (0: one; where requests can't be computed together, as many as there are processors)."`
	Queue    int           `default:"0" help:"Requests that may wait; more are told to come back (0: eight batches)."`

	MaxBody    int           `default:"32" placeholder:"MIB" help:"MiB of a request at most."`
	MaxPixels  int           `default:"16" placeholder:"MILLION" help:"Million pixels of a picture at most."`
	MaxSeconds float64       `default:"120" help:"Seconds of a sound at most."`
	Timeout    time.Duration `default:"60s" help:"Time for an answer at most."`
	Grace      time.Duration `default:"0s" help:"How long to go on after SIGTERM while /readyz says that the server stops: what a load balancer needs to see it."`
	Watch      time.Duration `default:"2s" help:"How often to look whether there is a new checkpoint."`

	LogFormat string `default:"text" enum:"text,json" help:"Form of the log: text or json."`
	LogLevel  string `default:"info" enum:"debug,info,warn,error" help:"Least level of what is logged: debug, info, warn or error."`
}

// Validate is called when the command line is read.
func (c *serveCmd) Validate() error {
	for _, l := range []struct {
		flag             string
		value, min, most int
	}{
		{"max-batch", c.MaxBatch, 0, 4096},
		{"workers", c.Workers, 0, 1024},
		{"queue", c.Queue, 0, 1 << 20},
		{"max-body", c.MaxBody, 1, 1024},
		{"max-pixels", c.MaxPixels, 1, 64},
	} {
		if l.value < l.min || l.value > l.most {
			return fmt.Errorf("--%s: expected %d to %d, but got %d", l.flag, l.min, l.most, l.value)
		}
	}
	if c.MaxWait < 0 || c.MaxWait > time.Second || c.Timeout < 10*time.Millisecond || c.Grace < 0 || c.Watch < 10*time.Millisecond {
		return errors.New("--max-wait, --timeout, --grace, --watch: expected 0 to 1 s, at least 10 ms, at least 0, and at least 10 ms")
	}
	if !(c.MaxSeconds > 0 && c.MaxSeconds <= 3600) {
		return fmt.Errorf("--max-seconds: expected more than 0, and 3600 at most, but got %v", c.MaxSeconds)
	}
	return c.deviceFlag.Validate()
}

// Run serves until Ctrl-C or SIGTERM; what has come then is answered. A second one ends it at once. SIGHUP loads the model
// anew, and so ends nothing.
func (c *serveCmd) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	device, err := c.device()
	if err != nil {
		return err
	}
	path, err := findModel(c.Model)
	if err != nil {
		return err
	}
	log := c.logger()
	if os.Getenv("GOGC") == "" {
		// The heap of Go's own is a few MiB, beside libtorch's hundreds: it would be swept a hundred times a second, which is
		// what one request in a hundred waits for.
		debug.SetGCPercent(400)
	}
	return serve.Run(ctx, serve.Config{
		Addr: c.Addr, Admin: c.Admin, Grace: c.Grace, Watch: []string{watched(path)}, Every: c.Watch, Log: log,
		Limits: serve.Limits{MaxBody: int64(c.MaxBody) << 20, Time: c.Timeout},
		Ready: func(addr, _ net.Addr) {
			printf("http://%s\n", addr)
		},
	}, func(ctx context.Context) (*serve.App, error) {
		l := &serving{serveCmd: c, path: path, device: device, log: log}
		return l.load(ctx)
	})
}

// watched is the file that changes when a model does.
func watched(path string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return filepath.Join(path, "config.json")
	}
	return path
}

func (c *serveCmd) logger() *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // is one of the enum
	o := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, o))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, o))
}

// serving loads a model as an app.
type serving struct {
	*serveCmd
	path   string
	device torch.Device
	log    *slog.Logger
	app    *serve.App
}

// served is a task whose models are served.
type served interface {
	// serve adds to an app what a model of the task answers.
	serve(l *serving, s *saved) error
}

func (l *serving) load(ctx context.Context) (*serve.App, error) {
	if info, err := os.Stat(l.path); err != nil {
		return nil, err
	} else if info.IsDir() {
		return l.pretrained(ctx)
	}
	s, err := loadModel(l.path, l.device)
	if err != nil {
		return nil, err
	}
	t, ok := s.task.(served)
	if !ok {
		return nil, fmt.Errorf("checkpoint %s: models of %s are not served", l.path, s.task.info().title)
	}
	if _, searches := s.task.(indexed); !searches && l.Index != "" {
		return nil, l.searchesNothing()
	}
	l.app = serve.NewApp(serve.About{
		Title: s.task.info().title, Task: s.task.info().name, Model: filepath.Base(filepath.Dir(l.path)) + "/" + filepath.Base(l.path),
		Details: map[string]any{
			"model": s.task.modelName(), "epoch": s.about.Epoch, "test": finiteOnly(s.about.Test), "libtorch": torch.Version(),
		},
	})
	return l.app, t.serve(l, s)
}

func (l *serving) searchesNothing() error {
	return fmt.Errorf("--index: %s can't be searched with: expected an encoder of texts, or a run of retrieval or captions", l.path)
}

// finiteOnly are the figures that JSON has.
func finiteOnly(figures map[string]float64) map[string]float64 {
	kept := map[string]float64{}
	for name, v := range figures {
		if v-v == 0 {
			kept[name] = v
		}
	}
	return kept
}

// mostTogether is --max-batch where it is left out.
const mostTogether = 32

// batching is how requests meet; together says whether they can be computed so.
func (l *serving) batching(together bool) serve.Batching {
	b := serve.Batching{Max: cmp.Or(l.MaxBatch, mostTogether), Wait: max(l.MaxWait, 1), Workers: cmp.Or(l.Workers, 1), Queue: l.Queue}
	if !together || l.MaxBatch == 1 {
		b.Max, b.Workers = 1, cmp.Or(l.Workers, runtime.GOMAXPROCS(0))
		b.Queue = cmp.Or(l.Queue, 8*mostTogether) // who would wait too long is refused anyway
	}
	return b
}
