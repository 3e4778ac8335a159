package tokenizers

import "unicode/utf8"

// BertNormalizer cleans text up as BERT's tokenizer does. Characters whose category is Cc, Cf or Co are dropped, but
// tab, line feed and carriage return, which become spaces.
type BertNormalizer struct {
	CleanText          bool `json:"clean_text"`
	HandleChineseChars bool `json:"handle_chinese_chars"`
	// StripAccents is Lowercase where it is nil.
	StripAccents *bool `json:"strip_accents"`
	Lowercase    bool  `json:"lowercase"`
}

func (b BertNormalizer) normalizer() (normalize, error) {
	t := unicodes()
	accents := b.Lowercase
	if b.StripAccents != nil {
		accents = *b.StripAccents
	}
	return plain(func(p *piece) {
		if p.spans == nil && b.normalizeASCII(p) {
			return
		}
		if b.CleanText {
			p.filter(func(r rune) bool { return !t.is(r, classControl) })
			p.replaceRunes(func(r rune) rune {
				if t.is(r, classSpace) {
					return ' '
				}
				return r
			})
		}
		if b.HandleChineseChars {
			p.spaceChinese()
		}
		if accents {
			if changesForm(p.text, false, classNFD) {
				p.transform(decompose(p.text, false), 0)
			}
			p.filter(func(r rune) bool { return !t.is(r, classMn) })
		}
		if b.Lowercase {
			lowercase(p)
		}
	})
}

// normalizeASCII does it all in one pass for text of ASCII characters.
func (b BertNormalizer) normalizeASCII(p *piece) bool {
	t := unicodes()
	changed, dropped := false, false
	for i := range len(p.text) {
		c := p.text[i]
		if c >= utf8.RuneSelf {
			return false
		}
		if c < ' ' || c == 0x7F {
			changed = true
			dropped = dropped || b.CleanText && t.ascii[c]&classControl != 0
		} else if c >= 'A' && c <= 'Z' {
			changed = true
		}
	}
	if !changed {
		return true
	}
	text := make([]byte, 0, len(p.text))
	var spans []span
	if dropped {
		spans = make([]span, 0, len(p.text))
	}
	for i := range len(p.text) {
		c := p.text[i]
		if b.CleanText && (c < ' ' || c == 0x7F) {
			if t.ascii[c]&classControl != 0 {
				continue
			}
			if t.ascii[c]&classSpace != 0 {
				c = ' '
			}
		}
		if b.Lowercase && c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		text = append(text, c)
		if dropped {
			spans = append(spans, span{int32(p.start + i), int32(p.start + i + 1)})
		}
	}
	p.text, p.spans = string(text), spans
	return true
}

// spaceChinese puts spaces around ideographs. The first space takes the character's place.
func (p *piece) spaceChinese() {
	found := false
	for _, r := range p.text {
		if isChinese(r) {
			found = true
			break
		}
	}
	if !found {
		return
	}
	changes := make([]change, 0, len(p.text)+8)
	for _, r := range p.text {
		if isChinese(r) {
			changes = append(changes, change{r: ' '}, change{r, 1}, change{' ', 1})
		} else {
			changes = append(changes, change{r: r})
		}
	}
	p.transform(changes, 0)
}

// isChinese has 2B920 where Unicode has 2B820, as PyPI's tokenizers does.
func isChinese(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF || r >= 0x3400 && r <= 0x4DBF || r >= 0x20000 && r <= 0x2A6DF ||
		r >= 0x2A700 && r <= 0x2B73F || r >= 0x2B740 && r <= 0x2B81F || r >= 0x2B920 && r <= 0x2CEAF ||
		r >= 0xF900 && r <= 0xFAFF || r >= 0x2F800 && r <= 0x2FA1F
}
