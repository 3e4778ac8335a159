package jinja

// A loop is the variable of that name within a for.
type loop struct {
	items []any
	at    int
	level int
	again func(items any) any // a recursive loop's
}

func (p *parser) loop() stmt {
	target := p.target("in", false)
	p.expect("in")
	over := p.tuple(true)
	var filter expr
	if p.skip("if") {
		filter = p.expression()
	}
	recursive := p.skip("recursive")
	p.expect("%}")
	p.loops++
	body := p.block("else", "endfor")
	p.loops--
	otherwise := sequence(nil)
	if p.name() == "else" {
		otherwise = p.endBlock("endfor")
	}
	var each func(r *run, v any, level int) signal
	each = func(r *run, v any, level int) signal {
		parent := r.scope
		items := r.items(v)
		if filter != nil {
			var kept []any
			for _, item := range items {
				r.within(parent, func() {
					target(r, item)
					if truth(filter(r)) {
						kept = append(kept, item)
					}
				})
			}
			items = kept
		}
		if len(items) == 0 {
			var s signal
			r.within(parent, func() { s = otherwise(r) })
			return s
		}
		l := &loop{items: items, level: level}
		if recursive {
			l.again = func(items any) any {
				return r.capture(func() { r.within(parent, func() { each(r, items, level+1) }) })
			}
		}
		for i := range items {
			var s signal
			r.within(parent, func() {
				l.at = i
				r.scope.vars["loop"] = l
				target(r, items[i])
				s = body(r)
			})
			if s == breakLoop {
				break
			}
		}
		return goOn
	}
	return func(r *run) signal { return each(r, over(r), 0) }
}

func (l *loop) attribute(key string) any {
	n := len(l.items)
	switch key {
	case "index":
		return l.at + 1
	case "index0":
		return l.at
	case "revindex":
		return n - l.at
	case "revindex0":
		return n - l.at - 1
	case "first":
		return l.at == 0
	case "last":
		return l.at == n-1
	case "length":
		return n
	case "depth":
		return l.level + 1
	case "depth0":
		return l.level
	case "previtem":
		if l.at > 0 {
			return l.items[l.at-1]
		}
		return undefined{"there is no previous item"}
	case "nextitem":
		if l.at < n-1 {
			return l.items[l.at+1]
		}
		return undefined{"there is no next item"}
	case "cycle":
		return &function{"cycle", func(r *run, a args) any {
			if len(a.pos) == 0 {
				r.fail("loop.cycle: no items for cycling given")
			}
			return a.pos[l.at%len(a.pos)]
		}}
	}
	return undefined{"the loop has no " + key}
}
