package jinja

import (
	"fmt"
	"slices"
)

// A stmt writes, and says whether the loop around it goes on.
type stmt func(*run) signal

type signal byte

const (
	goOn signal = iota
	breakLoop
	continueLoop
)

type parser struct {
	tokens []token
	at     int
	depth  int // of brackets and blocks
	loops  int // around this place, in this macro
	// names that are read: a macro takes any arguments where its body says varargs or kwargs
	names map[string]int
}

func (p *parser) now() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != end {
		p.at++
	}
	return t
}

func (p *parser) fail(format string, args ...any) {
	panic(failure{p.now().line, fmt.Errorf(format, args...)})
}

// is reports whether a word or sign is next.
func (p *parser) is(words ...string) bool {
	t := p.now()
	return (t.kind == word || t.kind == op || t.kind == endTag) && slices.Contains(words, t.text)
}

// skip takes a word or sign, if it is next.
func (p *parser) skip(word string) bool {
	if p.is(word) {
		p.at++
		return true
	}
	return false
}

func (p *parser) expect(word string) {
	if !p.skip(word) {
		p.fail("expected %q, but got %q", word, p.now().text)
	}
}

func (p *parser) name() string {
	if p.now().kind != word {
		p.fail("expected a name, but got %q", p.now().text)
	}
	return p.next().text
}

func (p *parser) deeper() func() {
	if p.depth++; p.depth > maxDepth {
		p.fail("blocks and brackets are more than %d deep", maxDepth)
	}
	return func() { p.depth-- }
}

// block reads statements up to a tag with one of these words, which it leaves; without words up to the end.
func (p *parser) block(ends ...string) stmt {
	defer p.deeper()()
	var list []stmt
	for {
		switch t := p.next(); t.kind {
		case end:
			if len(ends) > 0 {
				p.fail("the template ends, expected {%% %s %%}", ends[len(ends)-1])
			}
			return sequence(list)
		case data:
			if t.text != "" {
				list = append(list, func(r *run) signal { r.write(t.text); return goOn })
			}
		default:
			if t.text == "{{" {
				e := p.tuple(false)
				p.expect("}}")
				list = append(list, func(r *run) signal {
					r.line = t.line
					r.write(r.str(e(r)))
					return goOn
				})
				continue
			}
			if p.is(ends...) {
				return sequence(list)
			}
			s := p.statement()
			p.expect("%}")
			list = append(list, func(r *run) signal {
				r.line = t.line
				r.step(0)
				return s(r)
			})
		}
	}
}

func sequence(list []stmt) stmt {
	return func(r *run) signal {
		for _, s := range list {
			if signal := s(r); signal != goOn {
				return signal
			}
		}
		return goOn
	}
}

// endBlock reads statements up to a tag, and the word in it.
func (p *parser) endBlock(word string) stmt {
	p.expect("%}")
	body := p.block(word)
	p.expect(word)
	return body
}

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
