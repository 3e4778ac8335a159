package jinja

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
