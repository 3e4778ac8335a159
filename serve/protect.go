package serve

import (
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// contentPolicy lets the page load its own script and style, show pictures that it was given, and play sounds; nothing else.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; " +
	"media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// protected adds the headers of every answer, and refuses what a browser sends in the name of another site.
func (s *Server) protected(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeError(w, refuse(http.StatusForbidden, "a page of another site may not send requests here"))
	}))
	inner := cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		inner.ServeHTTP(w, r)
	})
}

// logRequest writes a line for each request: of those that failed by our own fault with all that is known.
func (s *Server) logRequest(r *http.Request, path string, status int, took time.Duration, err error) {
	level := slog.LevelInfo
	switch {
	case status == http.StatusInternalServerError:
		level = slog.LevelError
	case r.Method == http.MethodGet:
		level = slog.LevelDebug // probes come every second
	}
	if !s.log.Enabled(r.Context(), level) {
		return
	}
	attributes := []slog.Attr{
		slog.String("method", r.Method), slog.String("path", path), slog.Int("status", status),
		slog.Float64("ms", float64(took.Microseconds())/1000), slog.String("client", r.RemoteAddr),
	}
	if err != nil {
		attributes = append(attributes, slog.String("error", err.Error()))
	}
	var p *panicked
	if errors.As(err, &p) {
		attributes = append(attributes, slog.String("stack", string(p.stack)))
	}
	s.log.LogAttrs(r.Context(), level, "request", attributes...)
}
