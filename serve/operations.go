package serve

import (
	"net/http"
	"reflect"
)

// operation is a route with what the description says of it. The routes and the description are made of one list.
type operation struct {
	method, pattern  string
	id, summary      string
	fields, query    []Field
	body             bool         // it takes a form
	answer           reflect.Type // of JSON; nil: text
	answers          []int        // statuses beside 200
	contentType      string       // of an answer that is no JSON
	handle           func(w http.ResponseWriter, r *http.Request) error
	schemaIsOpenJSON bool // any JSON
}

// State is the answer of /healthz and /readyz.
type State struct {
	Status string `json:"status"` // "ok", or why not
}

// operations are all routes of an app but the page.
func (s *Server) operations(a *App) []operation {
	all := []operation{
		{
			method: "GET", pattern: "/healthz", id: "healthz", summary: "Whether the process lives.", answer: reflect.TypeFor[State](),
			handle: func(w http.ResponseWriter, _ *http.Request) error {
				writeJSON(w, http.StatusOK, State{"ok"})
				return nil
			},
		},
		{
			method: "GET", pattern: "/readyz", id: "readyz", summary: "Whether requests are wanted: not while the server stops.",
			answer: reflect.TypeFor[State](), answers: []int{http.StatusServiceUnavailable}, handle: s.ready,
		},
		{
			method: "GET", pattern: "/metrics", id: "metrics", summary: "Prometheus metrics.", contentType: "text/plain", handle: s.metrics.serve,
		},
		{
			method: "GET", pattern: "/openapi.json", id: "openapi", summary: "This description.", schemaIsOpenJSON: true,
			handle: func(w http.ResponseWriter, _ *http.Request) error {
				writeJSON(w, http.StatusOK, s.description(a))
				return nil
			},
		},
		{
			method: "GET", pattern: "/v1/model", id: "model", summary: "What is served, and which fields its requests have.", schemaIsOpenJSON: true,
			handle: func(w http.ResponseWriter, _ *http.Request) error {
				writeJSON(w, http.StatusOK, a.described())
				return nil
			},
		},
	}
	starting := len(a.running) == 0
	for i, e := range a.endpoints {
		if starting {
			a.running = append(a.running, e.start(s.metrics.of(e.path)))
		}
		all = append(all, operation{
			method: "POST", pattern: e.path, id: identifier(e.path), summary: e.summary, fields: e.fields, query: e.query, body: true,
			answer: e.answer, answers: []int{400, 408, 413, 415, 422, 500, 503},
			handle: func(w http.ResponseWriter, r *http.Request) error { return a.running[i].serve(w, r, s.limiter) },
		})
	}
	return all
}

func (s *Server) ready(w http.ResponseWriter, _ *http.Request) error {
	if s.stopping.Load() {
		writeJSON(w, http.StatusServiceUnavailable, State{"the server stops"})
		return nil
	}
	writeJSON(w, http.StatusOK, State{"ok"})
	return nil
}

// identifier is a path as a name: /v1/classify is v1_classify.
func identifier(path string) string {
	b := []byte(path[1:])
	for i, c := range b {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
			b[i] = '_'
		}
	}
	return string(b)
}
