package tokenizers

import (
	"sync"
	"unicode/utf8"
)

// ByteLevel makes tokens of bytes, each written as a character: a pre-tokenizer that splits as GPT-2 does, a decoder,
// and a post-processor that takes spaces out of offsets.
type ByteLevel struct {
	AddPrefixSpace bool `json:"add_prefix_space"`
	TrimOffsets    bool `json:"trim_offsets"`
	UseRegex       bool `json:"use_regex" default:"true"`
}

// A byteMap is the characters that stand for bytes: printable ones for themselves, the others from U+0100 on.
type byteMap struct {
	runes [256]rune
	bytes map[rune]byte
	text  [256]string
}

var byteRunes = sync.OnceValue(func() *byteMap {
	m := &byteMap{bytes: map[rune]byte{}}
	next := rune(0x100)
	for b := range 256 {
		if b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE {
			m.runes[b] = rune(b)
		} else {
			m.runes[b] = next
			next++
		}
		m.bytes[m.runes[b]] = byte(b)
		m.text[b] = string(m.runes[b])
	}
	return m
})

// ByteLevelAlphabet is the 256 characters that stand for bytes: what training starts from.
func ByteLevelAlphabet() []rune {
	m := byteRunes()
	return append([]rune(nil), m.runes[:]...)
}

// mapped writes bytes as characters.
func (m *byteMap) mapped(raw string) string {
	out := make([]byte, 0, 2*len(raw))
	for i := range len(raw) {
		out = append(out, m.text[raw[i]]...)
	}
	return string(out)
}

// raw is what mapped made text of; false where there is a character that stands for no byte.
func (m *byteMap) raw(text string) (string, bool) {
	out := make([]byte, 0, len(text))
	for _, r := range text {
		b, ok := m.bytes[r]
		if !ok {
			return "", false
		}
		out = append(out, b)
	}
	return string(out), true
}

// materialize does the mapping that was put off.
func (p *piece) materialize() {
	if p.mapped {
		p.mapped = false
		p.writeBytes()
	}
}

// writeBytes writes each byte of the text as a character.
func (p *piece) writeBytes() {
	p.fill()
	m := byteRunes()
	spans := make([]span, 0, 2*len(p.text))
	for i := range len(p.text) {
		for range len(m.text[p.text[i]]) {
			spans = append(spans, p.spans[i])
		}
	}
	p.text, p.spans = m.mapped(p.text), spans
}

func (b ByteLevel) preTokenizer() (preTokenize, error) {
	scan := scannerOf(gpt2Pattern)
	return splitter(func(p *piece, out []piece) []piece {
		if b.AddPrefixSpace && p.text[0] != ' ' {
			p.prepend(" ")
		}
		if !b.UseRegex {
			p.mapped = true
			return append(out, *p)
		}
		for i := 0; i < len(p.text); {
			end := scan(p.text, i)
			q := p.slice(i, end)
			q.mapped = true
			out = append(out, q)
			i = end
		}
		return out
	})
}

// spaces counts the white space at the ends of a token, that of its characters which stand for a space too.
func spaces(token string) (leading, trailing int) {
	if token == "" || token[0] > ' ' && token[0] < utf8.RuneSelf && token[len(token)-1] > ' ' && token[len(token)-1] < utf8.RuneSelf {
		return 0, 0
	}
	t := unicodes()
	space := func(r rune) bool { return r == 'Ġ' || t.is(r, classSpace) }
	for _, r := range token {
		if !space(r) {
			break
		}
		leading++
	}
	for len(token) > 0 {
		r, n := utf8.DecodeLastRuneInString(token)
		if !space(r) {
			break
		}
		trailing++
		token = token[:len(token)-n]
	}
	return leading, trailing
}

// trimOffsets takes spaces at the ends of tokens out of their offsets, but a first one that was added.
func trimOffsets(e *Encoding, addPrefixSpace bool) {
	for i, token := range e.Tokens {
		leading, trailing := spaces(token)
		if leading == 0 && trailing == 0 {
			continue
		}
		for _, offsets := range [][]Offset{e.Offsets, e.ByteOffsets} {
			o, leading := &offsets[i], leading
			if (i == 0 || o.Start == 0) && addPrefixSpace && leading == 1 {
				leading = 0
			}
			o.Start = min(o.Start+leading, o.End)
			if o.End >= trailing {
				o.End = max(o.End-trailing, o.Start)
			}
		}
	}
}
