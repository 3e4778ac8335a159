package serve

import "net/http"

// routed answers by a mux; what the mux refuses by itself, a path or a method that there is not, is refused in JSON too.
func routed(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) {
	if _, pattern := mux.Handler(r); pattern == "" {
		w = &refusal{ResponseWriter: w, r: r}
	}
	mux.ServeHTTP(w, r)
}

// refusal takes a mux's status and says it in JSON.
type refusal struct {
	http.ResponseWriter
	r *http.Request
}

// WriteHeader implements http.ResponseWriter.
func (f *refusal) WriteHeader(status int) {
	switch status {
	case http.StatusNotFound:
		writeError(f.ResponseWriter, refuse(status, "there is no %s: /openapi.json says what there is", clip(f.r.URL.Path)))
	case http.StatusMethodNotAllowed:
		writeError(f.ResponseWriter, refuse(status, "%s of %s: expected %s", clip(f.r.Method), clip(f.r.URL.Path), f.Header().Get("Allow")))
	default: // a redirect to the clean path
		f.ResponseWriter.WriteHeader(status)
	}
}

// Write leaves out the mux's own text.
func (f *refusal) Write(p []byte) (int, error) { return len(p), nil }
