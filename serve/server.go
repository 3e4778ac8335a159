package serve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Config is how a server listens. What is empty or 0 is the default.
type Config struct {
	Addr   string // where requests come: localhost:8080
	Admin  string // where POST /reload comes, an address of this machine: none
	Limits Limits
	// Grace is how long a server that stops still takes requests, while /readyz says that it stops and every answer closes its
	// connection: 0. Behind a load balancer it is the time in which that looks.
	Grace time.Duration
	// Watch are files: when one changes, the app is loaded anew.
	Watch []string
	Every time.Duration // how often Watch is looked at: 2 s
	Log   *slog.Logger  // slog.Default()
	// Ready, if not nil, is told where the server listens, once it does.
	Ready func(addr, admin net.Addr)
}

// Server is an app that is served. It is an [http.Handler].
type Server struct {
	config  Config
	load    func(ctx context.Context) (*App, error)
	log     *slog.Logger
	limiter *limiter
	metrics *measures
	seen    string // stamps of the watched files, from before they were loaded

	reloading sync.Mutex
	closed    bool         // guarded by reloading
	mu        sync.RWMutex // of app
	app       *App
	stops     sync.WaitGroup // of apps that were replaced
	stopping  atomic.Bool
	handler   http.Handler
}

// New loads an app and makes a server of it. Its Close ends it.
func New(ctx context.Context, c Config, load func(ctx context.Context) (*App, error)) (*Server, error) {
	s := &Server{config: c, load: load, log: c.Log, limiter: newLimiter(c.Limits)}
	if s.log == nil {
		s.log = slog.Default()
	}
	s.metrics = newMeasures(s)
	s.seen = stamps(c.Watch)
	app, err := s.newApp(ctx)
	if err != nil {
		return nil, err
	}
	s.app = app
	s.handler = s.protected(http.HandlerFunc(s.serveApp))
	return s, nil
}

// newApp loads an app and starts it. A panic while it is loaded is an error.
func (s *Server) newApp(ctx context.Context) (a *App, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{v, stack()}
		}
	}()
	if a, err = s.load(ctx); err != nil {
		return nil, err
	}
	if len(a.endpoints) == 0 {
		return nil, errors.New("serve: the app has no endpoint")
	}
	a.start(s)
	return a, nil
}

// take is the app of the moment, which stays until its used is done.
func (s *Server) take() *App {
	s.mu.RLock()
	defer s.mu.RUnlock()
	s.app.used.Add(1)
	return s.app
}

// Reload loads the app anew. Requests that have begun are answered by the old one, and so are all if the new one can't be
// loaded.
func (s *Server) Reload(ctx context.Context) error {
	s.reloading.Lock()
	defer s.reloading.Unlock()
	if s.closed {
		return errors.New("serve: the server is closed")
	}
	begin := time.Now()
	app, err := s.newApp(ctx)
	if err != nil {
		s.metrics.reloads.WithLabelValues("refused").Inc()
		s.log.Error("a new model was refused; the old one serves on", "error", err)
		return err
	}
	s.mu.Lock()
	old := s.app
	s.app = app
	s.mu.Unlock()
	s.stops.Go(old.stop)
	s.metrics.reloads.WithLabelValues("ok").Inc()
	s.log.Info("a new model serves", "title", app.About.Title, "model", app.About.Model, "seconds", time.Since(begin).Seconds())
	return nil
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

func (s *Server) serveApp(w http.ResponseWriter, r *http.Request) {
	if s.stopping.Load() {
		w.Header().Set("Connection", "close")
	}
	a := s.take()
	defer a.used.Done()
	routed(a.mux, w, r)
}

// Close waits for the requests that have begun, and for a reload, and ends the app.
func (s *Server) Close() {
	s.reloading.Lock()
	defer s.reloading.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	s.app.stop()
	s.stops.Wait()
}

// Run loads an app and serves it until ctx ends. Then every request that came is answered, as long as Limits.Time, before it
// returns nil.
func Run(ctx context.Context, c Config, load func(ctx context.Context) (*App, error)) error {
	listener, err := listen(cmp.Or(c.Addr, "localhost:8080"))
	if err != nil {
		return fmt.Errorf("serve: expected an address that is free, such as localhost:8081 (--addr, or Config.Addr): %w", err)
	}
	defer listener.Close()
	admin, err := listenAdmin(c.Admin)
	if err != nil {
		return err
	}
	if admin != nil {
		defer admin.Close()
	}
	s, err := New(ctx, c, load)
	if err != nil {
		return err
	}
	defer s.Close()
	s.log.Info("serving", "address", "http://"+listener.Addr().String(), "title", s.app.About.Title, "model", s.app.About.Model)
	return s.run(ctx, listener, admin)
}

func (s *Server) run(ctx context.Context, listener, admin net.Listener) error {
	ending, end := context.WithCancel(ctx)
	defer end()
	var others sync.WaitGroup
	defer others.Wait()
	defer end()
	others.Go(func() { s.watch(ending) })
	if admin != nil {
		others.Go(func() { s.serveAdmin(ending, admin) })
	}
	main := s.httpServer(s)
	last := newLastListener(listener)
	main.ConnState = last.state
	failed := make(chan error, 1)
	go func() { failed <- main.Serve(last) }()
	if s.config.Ready != nil {
		var at net.Addr
		if admin != nil {
			at = admin.Addr()
		}
		s.config.Ready(listener.Addr(), at)
	}
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	return s.shutdown(main, last)
}

// shutdown answers what has come: http.Server.Shutdown by itself leaves requests on fresh connections without an answer.
func (s *Server) shutdown(main *http.Server, last *lastListener) error {
	s.stopping.Store(true)
	s.log.Info("stopping", "grace", s.config.Grace)
	time.Sleep(s.config.Grace)
	l := s.limiter
	ctx, cancel := context.WithTimeout(context.Background(), l.ReadTime+l.Time)
	defer cancel()
	last.finish(ctx)
	if err := main.Shutdown(ctx); err != nil {
		main.Close()
		return fmt.Errorf("serve: some requests were not answered in time: %w", err)
	}
	s.log.Info("stopped")
	return nil
}

func (s *Server) httpServer(h http.Handler) *http.Server {
	l := s.limiter
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTime, MaxHeaderBytes: maxHeader, IdleTimeout: l.IdleTime,
		WriteTimeout: headerTime + l.ReadTime + l.Time + 10*time.Second, // from the header's end
		ErrorLog:     slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
}
