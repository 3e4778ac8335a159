package jinja

import (
	"strconv"
)

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
