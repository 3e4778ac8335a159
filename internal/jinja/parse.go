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
