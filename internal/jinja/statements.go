package jinja

func (p *parser) statement() stmt {
	switch tag := p.name(); tag {
	case "if":
		return p.ifs()
	case "for":
		return p.loop()
	case "set":
		return p.set()
	case "macro":
		return p.macro()
	case "call":
		return p.call()
	case "filter":
		f := p.filters(nil, true)
		body := p.endBlock("endfilter")
		return func(r *run) signal {
			s := r.capture(func() { r.within(r.scope, func() { body(r) }) })
			r.write(r.str(f(r, s)))
			return goOn
		}
	case "with":
		return p.with()
	case "generation": // Transformers marks what the assistant says
		return p.endBlock("endgeneration")
	case "break", "continue":
		if p.loops == 0 {
			p.fail("%s outside of a loop", tag)
		}
		s := map[string]signal{"break": breakLoop, "continue": continueLoop}[tag]
		return func(*run) signal { return s }
	default:
		p.at--
		p.fail("{%% %s %%} is not known, or not supported", tag)
		return nil
	}
}

func (p *parser) ifs() stmt {
	condition := p.tuple(true)
	p.expect("%}")
	then := p.block("elif", "else", "endif")
	otherwise := sequence(nil)
	switch p.name() {
	case "elif":
		defer p.deeper()()
		otherwise = p.ifs()
	case "else":
		otherwise = p.endBlock("endif")
	}
	return func(r *run) signal {
		r.step(0)
		if truth(condition(r)) {
			return then(r)
		}
		return otherwise(r)
	}
}

// target reads names that are assigned to.
func (p *parser) target(ends string, attributes bool) func(r *run, v any) {
	var names []func(r *run, v any)
	many := false
	bracket := p.skip("(")
	for !p.is(ends, ")", "%}") {
		n := p.name()
		if n == "loop" && ends == "in" {
			p.fail("the variable of a loop can't be named loop")
		}
		if attributes && p.skip(".") {
			key := p.name()
			names = append(names, func(r *run, v any) { r.setAttribute(r.scope.get(n), key, v) })
		} else {
			names = append(names, func(r *run, v any) { r.scope.vars[n] = v })
		}
		if !p.skip(",") {
			break
		}
		many = true
	}
	if bracket {
		p.expect(")")
	}
	switch {
	case len(names) == 0:
		p.fail("expected a name, but got %q", p.now().text)
	case !many:
		return names[0]
	}
	return func(r *run, v any) {
		items := r.items(v)
		if len(items) != len(names) {
			r.fail("%d values can't be unpacked to %d names", len(items), len(names))
		}
		for i, set := range names {
			set(r, items[i])
		}
	}
}

func (p *parser) set() stmt {
	target := p.target("=", true)
	if p.skip("=") {
		e := p.tuple(false)
		return func(r *run) signal { target(r, e(r)); return goOn }
	}
	var f func(*run, any) any
	if p.is("|") {
		f = p.filters(nil, false)
	}
	body := p.endBlock("endset")
	return func(r *run) signal {
		var v any = r.capture(func() { r.within(r.scope, func() { body(r) }) })
		if f != nil {
			v = f(r, v)
		}
		target(r, v)
		return goOn
	}
}

func (p *parser) with() stmt {
	var targets []func(*run, any)
	var values []expr
	for !p.is("%}") {
		if len(targets) > 0 {
			p.expect(",")
		}
		targets = append(targets, p.target("=", false))
		p.expect("=")
		values = append(values, p.expression())
	}
	body := p.endBlock("endwith")
	return func(r *run) (s signal) {
		given := make([]any, len(values))
		for i, v := range values {
			given[i] = v(r)
		}
		r.within(r.scope, func() {
			for i, v := range given {
				targets[i](r, v)
			}
			s = body(r)
		})
		return s
	}
}
