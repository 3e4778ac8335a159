package serve

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// measures are what /metrics tells. Labels are an app's own paths, so there are never many.
type measures struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec   // by path and code
	seconds  *prometheus.HistogramVec // by path
	samples  *prometheus.HistogramVec // of a batch, by path
	batches  *prometheus.HistogramVec // seconds of a batch, by path
	failed   *prometheus.CounterVec   // batches, by path
	reloads  *prometheus.CounterVec   // by result
	http     http.Handler
	server   *Server
}

func newMeasures(s *Server) *measures {
	m := &measures{
		registry: prometheus.NewRegistry(), server: s,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "multitorch_requests_total", Help: "Requests, by the path and the status of their answers.",
		}, []string{"path", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "multitorch_request_seconds", Help: "Seconds from a request's header to its answer, of those answered with 200.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 18),
		}, []string{"path"}),
		samples: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "multitorch_batch_samples", Help: "Samples of a batch.", Buckets: prometheus.ExponentialBuckets(1, 2, 10),
		}, []string{"path"}),
		batches: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "multitorch_batch_seconds", Help: "Seconds that the model took for a batch.", Buckets: prometheus.ExponentialBuckets(0.0002, 2, 20),
		}, []string{"path"}),
		failed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "multitorch_batches_failed_total", Help: "Batches that the model failed on.",
		}, []string{"path"}),
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "multitorch_reloads_total", Help: "Models that were loaded anew, by result: ok or refused.",
		}, []string{"result"}),
	}
	waiting := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "multitorch_requests_waiting", Help: "Requests that were let in and are not answered yet.",
	}, func() float64 {
		a := s.take()
		defer a.used.Done()
		return float64(a.waiting())
	})
	m.registry.MustRegister(m.requests, m.seconds, m.samples, m.batches, m.failed, m.reloads, waiting,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.http = promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return m
}

func (m *measures) serve(w http.ResponseWriter, r *http.Request) error {
	m.http.ServeHTTP(w, r)
	return nil
}

// ofPath are the batches of an endpoint.
type ofPath struct {
	samples, seconds prometheus.Observer
	failed           prometheus.Counter
}

func (m *measures) of(path string) batchWatch {
	return &ofPath{m.samples.WithLabelValues(path), m.batches.WithLabelValues(path), m.failed.WithLabelValues(path)}
}

func (o *ofPath) batch(samples int, took time.Duration, err error) {
	o.samples.Observe(float64(samples))
	o.seconds.Observe(took.Seconds())
	if err != nil {
		o.failed.Inc()
	}
}

// counted is an operation whose requests are counted, timed and logged.
func (m *measures) counted(o operation) http.Handler {
	seconds := m.seconds.WithLabelValues(o.pattern)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		to := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		err := o.handle(to, r)
		if err != nil {
			to.status = writeError(to, err)
		}
		took := time.Since(begin)
		if to.status == http.StatusOK {
			seconds.Observe(took.Seconds())
		}
		m.requests.WithLabelValues(o.pattern, strconv.Itoa(to.status)).Inc()
		m.server.logRequest(r, o.pattern, to.status, took, err)
	})
}

// statusWriter remembers the status.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
