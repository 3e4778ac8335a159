package tokenizers

import "unicode/utf8"

// A Normalizer changes text before it is split: one of the types of this package that say so.
type Normalizer interface {
	normalizer() (normalize, error)
}

// Normalize is what a normalizer alone makes of a text.
func Normalize(n Normalizer, text string) (string, error) {
	f, err := buildNormalizer(n)
	if err != nil {
		return "", errorf("tokenizers: %w", err)
	}
	p := newPiece(checkUTF8(text))
	if err := f(&p); err != nil {
		return "", errorf("tokenizers: %w", err)
	}
	return p.text, nil
}

// normalize changes a piece.
type normalize func(*piece) error

// NormalizerSequence applies one after another.
type NormalizerSequence struct {
	Normalizers []Normalizer `json:"normalizers"`
}

// NFC, NFD, NFKC and NFKD are Unicode's normal forms, of Unicode 9 as PyPI's tokenizers has them.
type (
	NFC  struct{}
	NFD  struct{}
	NFKC struct{}
	NFKD struct{}
)

// Lowercase puts each character in its lower case.
type Lowercase struct{}

// StripAccents drops combining marks; it wants NFD or NFKD before it.
type StripAccents struct{}

// Strip drops white space at the ends.
type Strip struct {
	StripLeft  bool `json:"strip_left"`
	StripRight bool `json:"strip_right"`
}

// Prepend puts a text before one that isn't empty.
type Prepend struct {
	Prepend string `json:"prepend"`
}

// Nmt drops controls and makes kinds of white space one, as sentencepiece's nmt rules do.
type Nmt struct{}

// ByteLevelNormalizer writes each byte as the character that byte-level vocabularies have for it.
type ByteLevelNormalizer struct{}

func (s NormalizerSequence) normalizer() (normalize, error) {
	steps := make([]normalize, len(s.Normalizers))
	for i, n := range s.Normalizers {
		step, err := buildNormalizer(n)
		if err != nil {
			return nil, err
		}
		steps[i] = step
	}
	return func(p *piece) error {
		for _, step := range steps {
			if err := step(p); err != nil {
				return err
			}
			if err := p.checkGrowth(); err != nil {
				return errorf("normalizer: %w", err)
			}
		}
		return nil
	}, nil
}

func buildNormalizer(n Normalizer) (normalize, error) {
	if n == nil {
		return func(*piece) error { return nil }, nil
	}
	return n.normalizer()
}

func plain(f func(*piece)) (normalize, error) {
	return func(p *piece) error { f(p); return nil }, nil
}

func normalForm(composing, compatible bool) (normalize, error) {
	decomposes := classNFD
	if compatible {
		decomposes = classNFKD
	}
	return plain(func(p *piece) {
		if !changesForm(p.text, composing, decomposes) {
			return
		}
		changes := decompose(p.text, compatible)
		if composing {
			changes = compose(changes)
		}
		p.transform(changes, 0)
	})
}

func (NFC) normalizer() (normalize, error)  { return normalForm(true, false) }
func (NFD) normalizer() (normalize, error)  { return normalForm(false, false) }
func (NFKC) normalizer() (normalize, error) { return normalForm(true, true) }
func (NFKD) normalizer() (normalize, error) { return normalForm(false, true) }

func (Lowercase) normalizer() (normalize, error) { return plain(lowercase) }

func lowercase(p *piece) {
	t := unicodes()
	cased := false
	for _, r := range p.text {
		if t.is(r, classCases) {
			cased = true
			break
		}
	}
	if !cased {
		return
	}
	changes := make([]change, 0, len(p.text))
	for _, r := range p.text {
		if !t.is(r, classCases) {
			changes = append(changes, change{r: r})
			continue
		}
		for i, low := range t.lower[r] {
			changes = append(changes, change{low, min(i, 1)})
		}
	}
	p.transform(changes, 0)
}

func (StripAccents) normalizer() (normalize, error) {
	t := unicodes()
	return plain(func(p *piece) { p.filter(func(r rune) bool { return !t.is(r, classMark) }) })
}

func (s Strip) normalizer() (normalize, error) {
	return plain(func(p *piece) { p.strip(s.StripLeft, s.StripRight) })
}

// strip cuts white space off.
func (p *piece) strip(left, right bool) {
	t := unicodes()
	count, leading, trailing, inside := 0, 0, 0, false
	for _, r := range p.text {
		count++
		switch {
		case !t.is(r, classSpace):
			inside, trailing = true, 0
		default:
			trailing++
			if !inside {
				leading++
			}
		}
	}
	if !left {
		leading = 0
	}
	if !right {
		trailing = 0
	}
	if leading == 0 && trailing == 0 {
		return
	}
	changes := make([]change, 0, count)
	i := 0
	for _, r := range p.text {
		if i >= leading && i < count-trailing {
			c := change{r: r}
			if i == len(p.text)-trailing-1 { // in bytes, as PyPI's tokenizers counts here
				c.change = -trailing
			}
			changes = append(changes, c)
		}
		i++
	}
	p.transform(changes, leading)
}

func (n Prepend) normalizer() (normalize, error) {
	return plain(func(p *piece) { p.prepend(n.Prepend) })
}

func (Nmt) normalizer() (normalize, error) {
	return plain(func(p *piece) {
		p.filter(func(r rune) bool {
			return !(r >= 1 && r <= 8 || r == 0xB || r >= 0xE && r <= 0x1F || r == 0x7F || r == 0x8F || r == 0x9F)
		})
		p.replaceRunes(func(r rune) rune {
			switch {
			case r == 9 || r == 0xA || r == 0xC || r == 0xD || r == 0x1680 || r >= 0x200B && r <= 0x200F,
				r == 0x2028 || r == 0x2029 || r == 0x2581 || r == 0xFEFF || r == utf8.RuneError:
				return ' '
			}
			return r
		})
	})
}

// replaceRunes exchanges characters one by one.
func (p *piece) replaceRunes(by func(rune) rune) {
	changes := make([]change, 0, len(p.text))
	same := true
	for _, r := range p.text {
		to := by(r)
		same = same && to == r
		changes = append(changes, change{r: to})
	}
	if !same {
		p.transform(changes, 0)
	}
}

func (ByteLevelNormalizer) normalizer() (normalize, error) { return plain((*piece).writeBytes) }
