package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// FieldError is what is wrong with a field of a request.
type FieldError struct {
	Field  string
	Err    error
	Status int // 422 where it is 0
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Err.Error() }

func (e *FieldError) Unwrap() error { return e.Err }

// Unusable is an error of a field whose content can't be used, for [Endpoint.Read]: a picture that is damaged, say.
func Unusable(field string, err error) error {
	if err == nil {
		return nil
	}
	return &FieldError{Field: field, Err: err}
}

// requestError is an error of a request as a whole.
type requestError struct {
	status int
	err    error
	after  time.Duration // when to try again
}

func (e *requestError) Error() string { return e.err.Error() }

func (e *requestError) Unwrap() error { return e.err }

func refuse(status int, format string, args ...any) error {
	return &requestError{status: status, err: fmt.Errorf(format, args...)}
}

// busy says when there may be room again.
func busy(wait time.Duration, why string) error {
	return &requestError{
		status: http.StatusServiceUnavailable, err: errors.New(why), after: min(max(wait, time.Second), time.Minute),
	}
}

// failure is the body of an error.
type failure struct {
	Error struct {
		Field   string `json:"field,omitempty"` // that is wrong
		Message string `json:"message"`
	} `json:"error"`
}

// explain says how an error is answered. What a client did not do is not told in detail: that is for the log.
func explain(err error) (status int, body failure, after time.Duration) {
	var field *FieldError
	var request *requestError
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large): // wherever it came up
		status, body.Error.Message = http.StatusRequestEntityTooLarge, fmt.Sprintf("expected at most %d bytes in all", large.Limit)
	case errors.As(err, &field):
		status, body.Error.Field, body.Error.Message = field.Status, field.Field, field.Err.Error()
		if status == 0 {
			status = http.StatusUnprocessableEntity
		}
	case errors.As(err, &request):
		status, body.Error.Message, after = request.status, request.Error(), request.after
	case errors.Is(err, context.Canceled):
		status, body.Error.Message = statusClientGone, "the client went away"
	case errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		status, body.Error.Message, after = http.StatusServiceUnavailable, "the answer was not ready in time", time.Second
	default:
		status, body.Error.Message = http.StatusInternalServerError, "the model failed on this input"
	}
	return status, body, after
}

// statusClientGone is what nginx logs: nobody gets it.
const statusClientGone = 499

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// writeError answers with an error.
func writeError(w http.ResponseWriter, err error) (status int) {
	status, body, after := explain(err)
	if after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(after.Seconds()))))
	}
	writeJSON(w, status, body)
	return status
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil { // a NaN in it
		status, b = http.StatusInternalServerError, []byte(`{"error":{"message":"the answer is no JSON"}}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // who went away gets nothing
}
