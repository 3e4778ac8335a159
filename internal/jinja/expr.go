package jinja

import (
	"strconv"
)

// An expr computes a value.
type expr func(*run) any

func constant(v any) expr { return func(*run) any { return v } }

// tuple reads an expression, or several with commas between: a tuple. Without conditions, "a if b" ends before the if.
func (p *parser) tuple(withoutConditions bool) expr {
	e, many := p.several(withoutConditions)
	if len(e) == 0 {
		p.fail("expected an expression, but got %q", p.now().text)
	}
	if !many {
		return e[0]
	}
	return listOf(e, true)
}

func (p *parser) several(withoutConditions bool) (e []expr, many bool) {
	for !p.is(")", "}}", "%}") {
		if withoutConditions {
			e = append(e, p.or())
		} else {
			e = append(e, p.expression())
		}
		if !p.skip(",") {
			return e, many
		}
		many = true
	}
	return e, many
}

func listOf(e []expr, tuple bool) expr {
	return func(r *run) any {
		items := make([]any, len(e))
		for i := range e {
			items[i] = e[i](r)
		}
		return r.list(items, tuple)
	}
}

func (p *parser) expression() expr {
	defer p.deeper()()
	e := p.or()
	for p.skip("if") {
		then, condition, otherwise := e, p.or(), constant(undefined{"the inline if-expression evaluated to false and no else was defined"})
		if p.skip("else") {
			otherwise = p.expression()
		}
		e = func(r *run) any {
			if truth(condition(r)) {
				return then(r)
			}
			return otherwise(r)
		}
	}
	return e
}

func (p *parser) or() expr {
	a := p.and()
	for p.skip("or") {
		left, right := a, p.and()
		a = func(r *run) any {
			if v := left(r); truth(v) {
				return v
			}
			return right(r)
		}
	}
	return a
}

func (p *parser) and() expr {
	a := p.not()
	for p.skip("and") {
		left, right := a, p.not()
		a = func(r *run) any {
			if v := left(r); !truth(v) {
				return v
			}
			return right(r)
		}
	}
	return a
}

func (p *parser) not() expr {
	if p.skip("not") {
		defer p.deeper()()
		e := p.not()
		return func(r *run) any { return !truth(e(r)) }
	}
	return p.comparison()
}

func (p *parser) comparison() expr {
	first := p.binary(0)
	var ops []string
	var operands []expr
	for {
		sign := ""
		switch {
		case p.is("==", "!=", "<", "<=", ">", ">=", "in"):
			sign = p.next().text
		case p.is("not") && p.tokens[p.at+1].text == "in":
			p.at += 2
			sign = "not in"
		default:
			if ops == nil {
				return first
			}
			return func(r *run) any {
				left := first(r)
				for i, e := range operands {
					right := e(r)
					if !r.compare(ops[i], left, right) {
						return false
					}
					left = right
				}
				return true
			}
		}
		ops, operands = append(ops, sign), append(operands, p.binary(0))
	}
}

// levels are the operators by how strongly they bind.
var levels = [][]string{{"+", "-"}, {"~"}, {"*", "/", "//", "%"}, {"**"}}

func (p *parser) binary(level int) expr {
	if level == len(levels) {
		return p.unary(true)
	}
	a := p.binary(level + 1)
	for p.is(levels[level]...) {
		sign, left, right := p.next().text, a, p.binary(level+1)
		a = func(r *run) any {
			r.step(0)
			x, y := left(r), right(r)
			return r.operate(sign, x, y)
		}
	}
	return a
}

func (p *parser) unary(filters bool) expr {
	defer p.deeper()()
	var e expr
	switch {
	case p.skip("-"):
		a := p.unary(false)
		e = func(r *run) any { return r.operate("-", 0, r.number(a(r))) }
	case p.skip("+"):
		a := p.unary(false)
		e = func(r *run) any { return r.number(a(r)) }
	default:
		e = p.primary()
	}
	e, _ = p.postfix(e)
	for filters {
		switch {
		case p.is("|"):
			f := p.filters(e, false)
			e = func(r *run) any { return f(r, nil) }
		case p.skip("is"):
			e = p.test(e)
		case p.is("("):
			e, _ = p.postfix(e)
		default:
			return e
		}
	}
	return e
}

func (p *parser) primary() expr {
	switch t := p.next(); {
	case t.kind == word:
		switch t.text {
		case "true", "True":
			return constant(true)
		case "false", "False":
			return constant(false)
		case "none", "None":
			return constant(nil)
		}
		if p.names == nil {
			p.names = map[string]int{}
		}
		p.names[t.text]++
		return func(r *run) any { r.step(0); return r.scope.get(t.text) }
	case t.kind == quote:
		s := t.text
		for p.now().kind == quote {
			s += p.next().text
		}
		return constant(s)
	case t.kind == integer:
		n, err := strconv.ParseInt(t.text, 0, 64)
		if n10, err10 := strconv.ParseInt(t.text, 10, 64); err10 == nil {
			n, err = n10, nil // 010 is ten
		}
		if err != nil {
			p.fail("the number %s is too large", t.text)
		}
		return constant(int(n))
	case t.kind == float:
		f, _ := strconv.ParseFloat(t.text, 64) // too large is infinite, as in Python
		return constant(f)
	case t.text == "(":
		e, many := p.several(false)
		p.expect(")")
		if len(e) == 1 && !many {
			return e[0]
		}
		return listOf(e, true)
	case t.text == "[":
		var e []expr
		for !p.skip("]") {
			if len(e) > 0 {
				p.expect(",")
				if p.skip("]") {
					break
				}
			}
			e = append(e, p.expression())
		}
		return listOf(e, false)
	case t.text == "{" && t.kind == op:
		return p.dict()
	default:
		p.at = max(p.at-1, 0)
		p.fail("expected an expression, but got %q", t.text)
		return nil
	}
}

func (p *parser) dict() expr {
	var keys, values []expr
	for !p.skip("}") {
		if len(keys) > 0 {
			p.expect(",")
			if p.skip("}") {
				break
			}
		}
		keys = append(keys, p.expression())
		p.expect(":")
		values = append(values, p.expression())
	}
	return func(r *run) any {
		d := &Dict{}
		for i, k := range keys {
			r.put(d, k(r), values[i](r))
		}
		return d
	}
}

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
