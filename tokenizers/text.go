package tokenizers

import "unicode/utf8"

// A span is a range of bytes of the original text.
type span struct{ start, end int32 }

// A piece is a part of a text on its way to tokens: what normalisation made of it, and where each of its bytes came
// from. Pieces share the text's memory: cutting one out copies nothing.
type piece struct {
	original string // the whole text
	text     string // normalised
	spans    []span // of each byte of text; nil where text[i] stands for original[start+i]
	start    int    // the piece in the original
	end      int
	// mapped says that text holds plain bytes that ByteLevel would have mapped to characters: the mapping costs time,
	// and byte-level BPE does without.
	mapped bool
	tokens []token
	done   bool // tokens are there: an added token, or the model's
}

// A token is a range of bytes of its piece's text. Its text is that of the vocabulary unless it is given.
type token struct {
	id         uint32
	start, end int32
	text       string
}

func newPiece(original string) piece {
	return piece{original: original, text: original, end: len(original)}
}

// span is where the bytes from ... to of the piece came from; it is never empty for bytes of a whole character.
func (p *piece) span(from, to int) (start, end int) {
	if p.spans != nil {
		return int(p.spans[from].start), int(p.spans[to-1].end)
	}
	start, end = p.start+from, p.start+to
	for start > 0 && start < len(p.original) && !utf8.RuneStart(p.original[start]) {
		start--
	}
	for end < len(p.original) && !utf8.RuneStart(p.original[end]) {
		end++
	}
	return start, end
}

// slice cuts a range of the text out, which isn't empty.
func (p *piece) slice(from, to int) piece {
	start, end := p.span(from, to)
	if p.spans == nil { // what stands for bytes of the original goes on to do so
		return piece{original: p.original, text: p.text[from:to], start: start, end: end, mapped: p.mapped}
	}
	return piece{
		original: p.original, text: p.text[from:to], spans: p.spans[from:to], start: start, end: end, mapped: p.mapped,
	}
}

// fill writes a span for each byte, for changes that move bytes.
func (p *piece) fill() {
	if p.spans != nil {
		return
	}
	p.spans = make([]span, len(p.text))
	p.fillSpans(p.spans)
}

// fillSpans writes where the bytes of a piece without spans came from.
func (p *piece) fillSpans(spans []span) {
	for i := 0; i < len(spans); {
		at := p.start + i
		_, n := utf8.DecodeRuneInString(p.original[at:])
		n = min(n, len(spans)-i)
		for range n {
			spans[i] = span{int32(at), int32(at + n)}
			i++
		}
	}
}

// A change is a character of a new text: in the place of an old one (change 0), or added after it (above 0), or in
// the place of an old one with the next -change ones removed.
type change struct {
	r      rune
	change int
}

// transform exchanges the whole text, of which the first removed characters go. New characters share the place of the
// one before them, as PyPI's tokenizers has it, whose steps these are: offsets depend on them.
func (p *piece) transform(changes []change, removed int) {
	if p.text == "" {
		return
	}
	p.fill()
	first := 0 // characters that stand for nothing keep out of it
	for first < len(p.spans) && p.spans[first].start == p.spans[first].end {
		first++
	}
	offset := first
	next := func() { // passes one old character
		if offset < len(p.text) {
			_, n := utf8.DecodeRuneInString(p.text[offset:])
			offset += n
		}
	}
	for range removed {
		next()
	}
	size := first
	for _, c := range changes {
		size += utf8.RuneLen(c.r)
	}
	text := append(make([]byte, 0, size), p.text[:first]...)
	spans := append(make([]span, 0, size), p.spans[:first]...)
	for _, c := range changes {
		var from span
		switch {
		case c.change <= 0:
			from = p.spans[min(offset, len(p.spans)-1)]
		case offset > 0:
			from = p.spans[offset-1]
		default:
			from = span{int32(p.start), int32(p.start)}
		}
		if c.change <= 0 {
			next()
			for range -c.change {
				next()
			}
		}
		before := len(text)
		text = utf8.AppendRune(text, c.r)
		for range len(text) - before {
			spans = append(spans, from)
		}
	}
	p.text, p.spans = string(text), spans
}

// filter drops characters.
func (p *piece) filter(keep func(rune) bool) {
	changes := make([]change, 0, len(p.text))
	removed, first := 0, 0
	for _, r := range p.text {
		if !keep(r) {
			removed++
			continue
		}
		if len(changes) > 0 {
			changes[len(changes)-1].change = -removed
		} else {
			first = removed
		}
		removed = 0
		changes = append(changes, change{r: r})
	}
	if removed == 0 && first == 0 && len(changes) == utf8.RuneCountInString(p.text) {
		return
	}
	if len(changes) > 0 {
		changes[len(changes)-1].change = -removed
	}
	p.transform(changes, first)
}

// prepend puts characters before the first one, which they share the place of.
func (p *piece) prepend(before string) {
	if p.text == "" {
		return
	}
	if before == "" { // PyPI's tokenizers then takes the first character for added
		p.fill()
		_, n := utf8.DecodeRuneInString(p.text)
		p.spans = append([]span(nil), p.spans...)
		for i := range n {
			p.spans[i] = span{int32(p.start), int32(p.start)}
		}
		return
	}
	spans := make([]span, len(before)+len(p.text))
	if p.spans != nil {
		copy(spans[len(before):], p.spans)
	} else {
		p.fillSpans(spans[len(before):])
	}
	for i := range len(before) {
		spans[i] = spans[len(before)]
	}
	p.text, p.spans = before+p.text, spans
}
