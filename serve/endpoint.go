package serve

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Endpoint answers one sort of request: POST to a path.
type Endpoint[In, Out any] struct {
	Path    string // such as /v1/classify
	Summary string // one sentence
	Fields  []Field
	// Read makes a sample of a request, on the request's goroutine; no more are read at once than there are processors. What
	// it finds wrong with a field it says by [Unusable]; its other errors are the request's fault too.
	Read  func(ctx context.Context, f *Form) (In, error)
	Model Model[In, Out]
	Batching
	// Answer makes of the model's answer what is written as JSON. It sees the request, for parameters of its query. If it is
	// nil, the answer itself is written.
	Answer func(r *http.Request, f *Form, out Out) (any, error)
	// Query are parameters of the URL, for the description.
	Query []Field
	// Example of what Answer gives, from whose type the description is made: needed if there is an Answer.
	Example any
}

// endpoint is an Endpoint whatever its types.
type endpoint struct {
	path, summary string
	fields, query []Field
	answer        reflect.Type
	start         func(watch batchWatch) running
}

// running is an endpoint at work.
type running struct {
	serve func(w http.ResponseWriter, r *http.Request, l *limiter) error
	wait  func() (length int)
	close func()
}

// Handle adds an endpoint to an app. It panics if the endpoint can't be one, for that is a mistake of the program.
func Handle[In, Out any](a *App, e Endpoint[In, Out]) {
	answer := reflect.TypeFor[Out]()
	if e.Answer != nil {
		answer = reflect.TypeOf(e.Example)
	}
	switch {
	case !strings.HasPrefix(e.Path, "/v1/") || strings.ContainsAny(e.Path, " {}"):
		panic(fmt.Sprintf("serve: the path %q: expected one that begins with /v1/, without spaces and braces", e.Path))
	case e.Read == nil || e.Model == nil || answer == nil:
		panic(fmt.Sprintf("serve: %s: expected Read, Model, and an Example where there is an Answer", e.Path))
	case slices.ContainsFunc(a.endpoints, func(o endpoint) bool { return o.path == e.Path }):
		panic(fmt.Sprintf("serve: %s is there twice", e.Path))
	}
	a.endpoints = append(a.endpoints, endpoint{
		path: e.Path, summary: e.Summary, fields: e.Fields, query: e.Query, answer: answer,
		start: func(watch batchWatch) running {
			b := newBatcher(e.Model, e.Batching, watch)
			serve := func(w http.ResponseWriter, r *http.Request, l *limiter) error { return e.serve(w, r, l, b) }
			return running{serve, func() int { return len(b.places) }, b.close}
		},
	})
}

// serve answers a request: it is let in, read, decoded, computed with others, and written.
func (e *Endpoint[In, Out]) serve(w http.ResponseWriter, r *http.Request, l *limiter, b *batcher[In, Out]) error {
	if err := checkQuery(r, e.Query); err != nil {
		return err
	}
	leave, wait, ok := b.enter(l.Patience)
	if !ok {
		return busy(wait, "too many requests are waiting already")
	}
	defer leave()
	body, err := l.let(w, r)
	if err != nil {
		return err
	}
	defer body.release()
	r = r.WithContext(r.Context()) // a copy: the server ends a connection gently by the body that it knows
	r.Body = body
	slow := http.NewResponseController(w)
	_ = slow.SetReadDeadline(time.Now().Add(l.ReadTime)) // a recorder in a test has none
	form, err := readForm(r, e.Fields)
	if err != nil {
		return err
	}
	_ = slow.SetReadDeadline(time.Time{}) // whether the client goes away is seen by reading on
	ctx, cancel := context.WithTimeout(r.Context(), l.Time)
	defer cancel()
	in, err := e.decode(ctx, form, l, b)
	if err != nil {
		return err
	}
	out, err := b.do(ctx, in)
	if err != nil {
		return err
	}
	var answer any = out
	if e.Answer != nil {
		if answer, err = e.Answer(r, form, out); err != nil {
			return err
		}
	}
	writeJSON(w, http.StatusOK, answer)
	return nil
}

// decode makes a sample of a form. A batch waits for it a little.
func (e *Endpoint[In, Out]) decode(ctx context.Context, form *Form, l *limiter, b *batcher[In, Out]) (in In, err error) {
	b.coming.Add(1)
	defer b.coming.Add(-1)
	select {
	case l.decoders <- struct{}{}:
		defer func() { <-l.decoders }()
	case <-ctx.Done():
		return in, ctx.Err()
	}
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{v, stack()}
		}
	}()
	in, err = e.Read(ctx, form)
	if err == nil || ctx.Err() != nil || errors.As(err, new(*FieldError)) || errors.As(err, new(*requestError)) {
		return in, err
	}
	return in, refuse(http.StatusUnprocessableEntity, "%w", err)
}

func stack() []byte {
	b := make([]byte, 16<<10)
	return b[:runtime.Stack(b, false)]
}
