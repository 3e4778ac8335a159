package jinja

import (
	"strconv"
)

// A lastCall is the function and arguments of an expression that is a call.
type lastCall struct {
	function  expr
	arguments func(*run) args
}

// postfix reads attributes, places and calls.
func (p *parser) postfix(e expr) (expr, *lastCall) {
	var last *lastCall
	for {
		of := e
		switch {
		case p.skip("."):
			last = nil
			if t := p.next(); t.kind == integer {
				n, _ := strconv.Atoi(t.text)
				e = func(r *run) any { return r.item(of(r), n) }
			} else if t.kind == word {
				e = func(r *run) any { return r.attribute(of(r), t.text) }
			} else {
				p.fail("expected a name behind the dot")
			}
		case p.skip("["):
			last = nil
			e = p.subscript(of)
		case p.is("("):
			last = &lastCall{of, p.arguments()}
			call := last
			e = func(r *run) any {
				f := call.function(r)
				return r.call(f, call.arguments(r))
			}
		default:
			return e, last
		}
	}
}

func (p *parser) subscript(of expr) expr {
	var parts [3]expr
	colons := 0
	for !p.skip("]") {
		switch {
		case p.skip(":"):
			colons++
		case colons < 3 && parts[colons] == nil:
			parts[colons] = p.expression()
			continue
		}
		if colons > 2 || !p.is(":", "]") && p.tokens[p.at-1].text != ":" {
			p.fail("expected ], but got %q", p.now().text)
		}
	}
	if colons == 0 {
		if parts[0] == nil {
			p.fail("expected a place between [ and ]")
		}
		return func(r *run) any { return r.item(of(r), parts[0](r)) }
	}
	for i, e := range parts {
		if e == nil {
			parts[i] = constant(nil)
		}
	}
	return func(r *run) any { return r.slice(of(r), parts[0](r), parts[1](r), parts[2](r)) }
}

func (p *parser) arguments() func(*run) args {
	p.expect("(")
	var values []expr
	var names []string // of the values; "" by its place, "*" and "**" for those that are spread
	for n := 0; !p.skip(")"); n++ {
		if n > 0 {
			p.expect(",")
			if p.skip(")") {
				break
			}
		}
		name := ""
		switch {
		case p.is("*", "**"):
			name = p.next().text
		case p.now().kind == word && p.tokens[p.at+1].text == "=" && p.tokens[p.at+1].kind == op:
			name = p.next().text
			p.at++
		case n > 0 && names[n-1] != "":
			p.fail("arguments without a name stand before those with one")
		}
		names, values = append(names, name), append(values, p.expression())
	}
	return func(r *run) (a args) {
		r.made(16 * len(values))
		for i, e := range values {
			switch v := e(r); names[i] {
			case "":
				a.pos = append(a.pos, v)
			case "*":
				r.made(16 * len(r.items(v)))
				a.pos = append(a.pos, r.items(v)...)
			case "**":
				d := r.dictOf("**", args{pos: []any{v}})
				for j, k := range d.keys {
					a.names, a.named = append(a.names, r.texts(k)), append(a.named, d.values[j])
				}
			default:
				a.names, a.named = append(a.names, names[i]), append(a.named, v)
			}
		}
		return a
	}
}

// filters reads filters; of nothing, what is given when they are computed.
func (p *parser) filters(of expr, inline bool) func(*run, any) any {
	chain := func(r *run, v any) any {
		if of != nil {
			return of(r)
		}
		return v
	}
	for inline || p.skip("|") {
		inline = false
		name := p.name()
		f, ok := filters[name]
		if !ok { // as in Python it may stand where it is never reached
			f.any = func(r *run, _ any, _ args) any {
				r.fail("no filter named %q is known, or supported", name)
				return nil
			}
		}
		arguments := func(*run) args { return args{} }
		if p.is("(") {
			arguments = p.arguments()
		}
		before := chain
		chain = func(r *run, v any) any {
			r.step(0)
			v = before(r, v)
			return f.apply(r, name, v, arguments(r))
		}
	}
	return chain
}

func (p *parser) test(of expr) expr {
	negated := p.skip("not")
	name := p.name()
	f, ok := tests[name]
	if !ok {
		f.any = func(r *run, _ any, _ args) any {
			r.fail("no test named %q is known, or supported", name)
			return nil
		}
	}
	arguments := func(*run) args { return args{} }
	if p.is("(") {
		arguments = p.arguments()
	} else if t := p.now(); (t.kind >= word && t.kind <= float || p.is("[", "{")) && !p.is("else", "or", "and", "is", "if", "in", "not") {
		e, _ := p.postfix(p.primary())
		arguments = func(r *run) args { return args{pos: []any{e(r)}} }
	}
	return func(r *run) any {
		r.step(0)
		v := of(r)
		return truth(f.apply(r, name, v, arguments(r))) != negated
	}
}
