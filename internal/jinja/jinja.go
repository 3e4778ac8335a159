// Package jinja renders Jinja templates, as the chat templates of language models are written: what Python's jinja2 makes of
// them in Transformers' sandbox, byte by byte, with trim_blocks, lstrip_blocks and loop controls.
//
// Templates come from other people's folders. One can read nothing but the values that it is given, changes none of them,
// and ends: its length, nesting, steps and memory are bounded. What jinja2 has and this has not (include, extends, block,
// some filters) is an error with the template's line, never a silent other text.
//
// A template is compiled to closures, one for each expression and statement, so there is no tree and no second walk over it.
// The known libraries for Go were held against Python first, on 154 templates: they differ on two thirds of them, and none
// bounds what a template does.
package jinja

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"
)

// Bounds of what a template may do. A conversation of a megabyte stays far below them.
const (
	MaxSource = 1 << 20   // bytes of a template
	maxSteps  = 20 << 20  // expressions and statements that are computed, and every 64 bytes that are looked through
	maxMemory = 256 << 20 // bytes of all texts and lists that are made
	maxDepth  = 100       // of brackets and blocks, of macros in macros, of lists in lists
)

// Raised is the error of a template that says raise_exception: the conversation is not one that it takes.
type Raised struct{ Message string }

func (e *Raised) Error() string { return e.Message }

// A Template may be rendered by several goroutines at once.
type Template struct {
	name string
	body stmt
}

// failure is panicked with, and becomes an error with its line where a template is parsed or rendered.
type failure struct {
	line int
	err  error
}

func caught(name string, line *int, err *error) {
	switch e := recover().(type) {
	case nil:
	case failure:
		if e.line == 0 {
			e.line = *line
		}
		*err = fmt.Errorf("%s:%d: %w", name, e.line, e.err)
	default:
		panic(e)
	}
}

// Parse compiles a template. Errors begin with name and line.
func Parse(name, source string) (t *Template, err error) {
	if len(source) > MaxSource {
		return nil, fmt.Errorf("%s: the template has %d bytes, and may have %d", name, len(source), MaxSource)
	}
	line := 1
	defer caught(name, &line, &err)
	source = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(source, "\uFFFD"))
	p := &parser{tokens: lex(strings.TrimSuffix(source, "\n"))}
	return &Template{name, p.block()}, nil
}

// Render is the text for values: nil, bool, int, float64, string, []any and *Dict, nested.
func (t *Template) Render(values map[string]any, now time.Time) (text string, err error) {
	r := &run{scope: &scope{vars: map[string]any{}}, out: &strings.Builder{}, now: now, line: 1}
	defer caught(t.name, &r.line, &err)
	maps.Copy(r.scope.vars, globals)
	for name, v := range values {
		r.scope.vars[name] = r.take(v, 0)
	}
	t.body(r)
	return r.out.String(), nil
}

// run is a rendering.
type run struct {
	scope                *scope
	out                  *strings.Builder
	now                  time.Time
	line                 int
	steps, memory, depth int
}

type scope struct {
	vars   map[string]any
	parent *scope
}

func (s *scope) get(name string) any {
	for ; s != nil; s = s.parent {
		if v, ok := s.vars[name]; ok {
			return v
		}
	}
	return undefined{"'" + name + "' is undefined"}
}

func (r *run) fail(format string, args ...any) {
	panic(failure{err: fmt.Errorf(format, args...)})
}

// step counts work: one step, and another for each 64 bytes.
func (r *run) step(bytes int) {
	if r.steps += 1 + bytes/64; r.steps > maxSteps {
		panic(failure{err: errors.New("the template takes too many steps")})
	}
}

// made counts bytes that are made.
func (r *run) made(bytes int) {
	if r.memory += bytes; r.memory > maxMemory || bytes < 0 {
		panic(failure{err: errors.New("the template makes too much text")})
	}
	r.step(bytes)
}

// text counts a text that was made.
func (r *run) text(s string) string {
	r.made(len(s))
	return s
}

func (r *run) write(s string) { r.out.WriteString(r.text(s)) }

// within computes f in a scope of its own.
func (r *run) within(parent *scope, f func()) {
	outer := r.scope
	r.scope = &scope{map[string]any{}, parent}
	r.made(64)
	f()
	r.scope = outer
}

// capture is what f writes.
func (r *run) capture(f func()) string {
	outer := r.out
	r.out = &strings.Builder{}
	if r.depth++; r.depth > maxDepth {
		r.fail("macros and blocks are more than %d deep", maxDepth)
	}
	f()
	s := r.out.String()
	r.depth--
	r.out = outer
	return s
}
