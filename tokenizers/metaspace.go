package tokenizers

import "strings"

// A PrependScheme says which pieces Metaspace puts its mark before: all of them, that at the beginning, or none.
type PrependScheme string

// The schemes.
const (
	PrependAlways PrependScheme = "always"
	PrependFirst  PrependScheme = "first"
	PrependNever  PrependScheme = "never"
)

// Metaspace writes spaces as a mark, mostly U+2581, which the words that it splits into begin with: a pre-tokenizer and
// a decoder. Files from before PrependScheme have add_prefix_space instead.
type Metaspace struct {
	Replacement    Char          `json:"replacement"`
	PrependScheme  PrependScheme `json:"prepend_scheme" default:"always"`
	Split          *bool         `json:"split"` // nil is true
	AddPrefixSpace *bool         `json:"add_prefix_space,omitzero"`
}

func (m Metaspace) scheme() (PrependScheme, error) {
	scheme := m.PrependScheme
	if scheme == "" {
		scheme = PrependAlways
	}
	if scheme != PrependAlways && scheme != PrependFirst && scheme != PrependNever {
		return "", errorf("Metaspace: unknown prepend_scheme %q: want always, first or never", scheme)
	}
	if m.AddPrefixSpace != nil && !*m.AddPrefixSpace {
		if m.PrependScheme != "" && scheme != PrependNever {
			return "", errorf("Metaspace: add_prefix_space is false, but prepend_scheme %q", scheme)
		}
		scheme = PrependNever
	}
	return scheme, nil
}

func (m Metaspace) preTokenizer() (preTokenize, error) {
	scheme, err := m.scheme()
	if err != nil {
		return nil, err
	}
	mark := string(rune(m.Replacement))
	is := func(r rune) bool { return r == rune(m.Replacement) }
	return splitter(func(p *piece, out []piece) []piece {
		p.replace(literalMatches(p.text, " ", nil), mark)
		if scheme == PrependAlways || scheme == PrependFirst && p.start == 0 {
			if !strings.HasPrefix(p.text, mark) {
				p.prepend(mark)
			}
		}
		if m.Split != nil && !*m.Split {
			return append(out, *p)
		}
		return p.split(out, matchRunes(p.text, nil, is), MergedWithNext)
	})
}

// replace puts content in the place of each match. Its characters take the place of the match's last one.
func (p *piece) replace(matches []match, content string) {
	found := 0
	for _, m := range matches {
		if m.is {
			found++
		}
	}
	if found == 0 {
		return
	}
	p.fill()
	text := make([]byte, 0, len(p.text)+found*len(content))
	spans := make([]span, 0, cap(text))
	for _, m := range matches {
		if !m.is {
			text = append(text, p.text[m.from:m.to]...)
			spans = append(spans, p.spans[m.from:m.to]...)
			continue
		}
		from := span{int32(p.start), int32(p.start)}
		if m.to > 0 {
			from = p.spans[m.to-1]
		}
		text = append(text, content...)
		for range len(content) {
			spans = append(spans, from)
		}
	}
	p.text, p.spans = string(text), spans
}

func literalMatches(text, find string, out []match) []match {
	last := 0
	for {
		i := strings.Index(text[last:], find)
		if i < 0 {
			break
		}
		if i > 0 {
			out = append(out, match{last, last + i, false})
		}
		out = append(out, match{last + i, last + i + len(find), true})
		last += i + len(find)
	}
	if last < len(text) {
		out = append(out, match{last, len(text), false})
	}
	return out
}
