package tokenizers

import (
	"slices"
	"unicode/utf8"
)

// A PreTokenizer splits normalised text into the words that a model makes tokens of: one of the types that say so.
type PreTokenizer interface {
	preTokenizer() (preTokenize, error)
}

type preTokenize func([]piece) ([]piece, error)

// PreTokenizerSequence applies one after another.
type PreTokenizerSequence struct {
	PreTokenizers []PreTokenizer `json:"pretokenizers"`
}

type (
	// BertPreTokenizer splits at white space, which goes, and around each punctuation mark.
	BertPreTokenizer struct{}
	// Whitespace splits into runs of word characters and runs of others, without white space.
	Whitespace struct{}
	// WhitespaceSplit splits at white space.
	WhitespaceSplit struct{}
	// UnicodeScripts splits where the script changes; kana count as Han.
	UnicodeScripts struct{}
)

// Punctuation splits at punctuation marks.
type Punctuation struct {
	Behavior Behavior `json:"behavior" default:"Isolated"`
}

// Digits splits at numbers: each of its own, or run by run.
type Digits struct {
	IndividualDigits bool `json:"individual_digits"`
}

// CharDelimiterSplit splits at one character, which goes.
type CharDelimiterSplit struct {
	Delimiter Char `json:"delimiter"`
}

// FixedLength splits into pieces of so many characters.
type FixedLength struct {
	Length int `json:"length" default:"5"`
}

func (s PreTokenizerSequence) preTokenizer() (preTokenize, error) {
	steps := make([]preTokenize, len(s.PreTokenizers))
	for i, p := range s.PreTokenizers {
		if p == nil {
			return nil, errorf("pre_tokenizer: number %d of a Sequence is missing", i)
		}
		step, err := p.preTokenizer()
		if err != nil {
			return nil, err
		}
		steps[i] = step
	}
	return func(pieces []piece) (_ []piece, err error) {
		for _, step := range steps {
			if pieces, err = step(pieces); err != nil {
				return nil, err
			}
			if err := checkPieces(pieces); err != nil {
				return nil, errorf("pre_tokenizer: %w", err)
			}
		}
		return pieces, nil
	}, nil
}

// splitter splits each piece by a function that can't fail.
func splitter(cut func(p *piece, out []piece) []piece) (preTokenize, error) {
	return func(pieces []piece) ([]piece, error) {
		return splitAll(pieces, func(p *piece, out []piece) ([]piece, error) { return cut(p, out), nil })
	}, nil
}

func splitRunes(is func(rune) bool, b Behavior) (preTokenize, error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	return splitter(func(p *piece, out []piece) []piece {
		return p.split(out, matchRunes(p.text, nil, is), b)
	})
}

func (BertPreTokenizer) preTokenizer() (preTokenize, error) {
	t := unicodes()
	return splitter(func(p *piece, out []piece) []piece {
		text, start := p.text, 0
		for i, r := range text {
			var c class
			if r < utf8.RuneSelf {
				c = t.ascii[r]
			} else {
				c = t.of(r)
			}
			if c&(classSpace|classPunctuation) == 0 {
				continue
			}
			if start < i {
				out = append(out, p.slice(start, i))
			}
			start = i + runeLen(text, i, r)
			if c&classSpace == 0 {
				out = append(out, p.slice(i, start))
			}
		}
		if start < len(text) {
			out = append(out, p.slice(start, len(text)))
		}
		return out
	})
}

func (Whitespace) preTokenizer() (preTokenize, error) {
	t := unicodes()
	return splitter(func(p *piece, out []piece) []piece {
		start, last := 0, classSpace // of the run that i is in
		for i, r := range p.text {
			c := t.of(r) & (classSpace | classWord)
			if c&classWord != 0 {
				c = classWord
			}
			if c == last {
				continue
			}
			if last != classSpace {
				out = append(out, p.slice(start, i))
			}
			start, last = i, c
		}
		if last != classSpace {
			out = append(out, p.slice(start, len(p.text)))
		}
		return out
	})
}

func (WhitespaceSplit) preTokenizer() (preTokenize, error) { return splitClass(classSpace, Removed) }

func (p Punctuation) preTokenizer() (preTokenize, error) {
	return splitClass(classPunctuation, p.Behavior)
}

func (d Digits) preTokenizer() (preTokenize, error) {
	if d.IndividualDigits {
		return splitClass(classNumeric, Isolated)
	}
	return splitClass(classNumeric, Contiguous)
}

func splitClass(c class, b Behavior) (preTokenize, error) {
	t := unicodes()
	return splitRunes(func(r rune) bool { return t.is(r, c) }, b)
}

func (c CharDelimiterSplit) preTokenizer() (preTokenize, error) {
	return splitRunes(func(r rune) bool { return r == rune(c.Delimiter) }, Removed)
}

func (f FixedLength) preTokenizer() (preTokenize, error) {
	if f.Length < 1 {
		return nil, errorf("pre_tokenizer: FixedLength: length is %d, want at least 1", f.Length)
	}
	return splitter(func(p *piece, out []piece) []piece {
		start, count := 0, 0
		for i := range p.text {
			if count == f.Length {
				out, start, count = append(out, p.slice(start, i)), i, 0
			}
			count++
		}
		return append(out, p.slice(start, len(p.text)))
	})
}

// The number of the script that kana and Han share, and that of no script.
const anyScript = 0

func sortScripts(ranges []scriptRange) {
	slices.SortFunc(ranges, func(a, b scriptRange) int { return int(a.low - b.low) })
}

// scriptOf is a number for the script, anyScript for what belongs to all.
func (t *unicodeTable) scriptOf(r rune) int {
	i, found := slices.BinarySearchFunc(t.script, r, func(s scriptRange, r rune) int {
		switch {
		case s.high < r:
			return -1
		case s.low > r:
			return 1
		}
		return 0
	})
	if !found {
		return anyScript
	}
	return t.script[i].script
}

func (UnicodeScripts) preTokenizer() (preTokenize, error) {
	t := unicodes()
	return splitter(func(p *piece, out []piece) []piece {
		start, last := -1, -1 // the first piece begins with the first character of a script
		for i, r := range p.text {
			script := t.scriptOf(r)
			if script != anyScript && last != anyScript && last != script {
				if start >= 0 {
					out = append(out, p.slice(start, i))
				}
				start = i
			}
			if script != anyScript {
				last = script
			}
		}
		if start >= 0 {
			out = append(out, p.slice(start, len(p.text)))
		}
		return out
	})
}
