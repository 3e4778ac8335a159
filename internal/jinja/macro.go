package jinja

// A function can be called by a template.
type function struct {
	name string
	call func(r *run, a args) any
}

// args are what a function is called with.
type args struct {
	pos   []any
	names []string
	named []any
}

// take puts arguments in the order of a function's parameters; what was not given is absent.
func (a args) take(r *run, function string, parameters ...string) []any {
	if len(a.pos) > len(parameters) {
		r.fail("%s takes %d arguments, but got %d", function, len(parameters), len(a.pos))
	}
	out := make([]any, len(parameters))
	for i := range out {
		out[i] = absent{}
	}
	copy(out, a.pos)
next:
	for i, n := range a.names {
		for j, parameter := range parameters {
			if _, free := out[j].(absent); n == parameter && free {
				out[j] = a.named[i]
				continue next
			}
		}
		r.fail("%s has no argument %q, or got it twice", function, n)
	}
	return out
}

// absent is the argument that was not given.
type absent struct{}

func or(v, other any) any {
	if v == (absent{}) {
		return other
	}
	return v
}

// A signature is the parameters of a macro, or of what is between call and endcall.
type signature struct {
	names    []string
	defaults []expr // nil where there is none
}

func (p *parser) signature() (s signature) {
	p.expect("(")
	for !p.skip(")") {
		if len(s.names) > 0 {
			p.expect(",")
			if p.skip(")") {
				break
			}
		}
		s.names = append(s.names, p.name())
		s.defaults = append(s.defaults, nil)
		if p.skip("=") {
			s.defaults[len(s.defaults)-1] = p.expression()
		}
	}
	return s
}

// procedure reads a body up to a word, and makes a function of it for the scope that it is defined in.
func (p *parser) procedure(name, endWord string, s signature) func(r *run) *function {
	loops := p.loops
	varargs, kwargs, callers := p.names["varargs"], p.names["kwargs"], p.names["caller"]
	p.loops = 0
	body := p.endBlock(endWord)
	p.loops = loops
	takesAny, takesNames, takesCaller := p.names["varargs"] > varargs, p.names["kwargs"] > kwargs, p.names["caller"] > callers
	return func(r *run) *function {
		defined := r.scope
		return &function{name, func(r *run, a args) any {
			more, rest := []any(nil), &Dict{}
			if n := len(s.names); len(a.pos) > n && takesAny {
				more, a.pos = a.pos[n:], a.pos[:n]
			}
			var caller any = undefined{"No caller defined"}
			known := args{pos: a.pos}
			for i, n := range a.names {
				switch {
				case n == "caller" && takesCaller:
					caller = a.named[i]
				case takesNames && !contains(s.names, n):
					rest.Set(n, a.named[i])
				default:
					known.names, known.named = append(known.names, n), append(known.named, a.named[i])
				}
			}
			values := known.take(r, name, s.names...)
			line := r.line
			text := r.capture(func() {
				r.within(defined, func() {
					for i, n := range s.names {
						switch {
						case values[i] != any(absent{}):
							r.scope.vars[n] = values[i]
						case s.defaults[i] != nil:
							r.scope.vars[n] = s.defaults[i](r)
						default:
							r.scope.vars[n] = undefined{"parameter '" + n + "' was not provided"}
						}
					}
					r.scope.vars["varargs"], r.scope.vars["kwargs"] = r.list(more, true), rest
					r.scope.vars["caller"] = caller
					body(r)
				})
			})
			r.line = line
			return text
		}}
	}
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

func (p *parser) macro() stmt {
	name := p.name()
	f := p.procedure(name, "endmacro", p.signature())
	return func(r *run) signal { r.scope.vars[name] = f(r); return goOn }
}

// call reads {% call(x) macro(…) %} … {% endcall %}: the macro writes what is between with caller(x).
func (p *parser) call() stmt {
	var s signature
	if p.is("(") {
		s = p.signature()
	}
	_, last := p.postfix(p.primary())
	if last == nil {
		p.fail("expected a call of a macro")
	}
	caller := p.procedure("caller", "endcall", s)
	return func(r *run) signal {
		f, a := last.function(r), last.arguments(r)
		a.names, a.named = append(a.names, "caller"), append(a.named, caller(r))
		r.write(r.str(r.call(f, a)))
		return goOn
	}
}
