package tokenizers

import (
	"strings"
	"unicode/utf8"
)

// The well-known patterns of byte-level vocabularies, which scanners written by hand match: tests hold them against
// the regular expressions.
const (
	gpt2Pattern = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
	// llama3Pattern is also cl100k's; Qwen2 takes digits one by one.
	llama3Pattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*` +
		`|\s*[\r\n]+|\s+(?!\S)|\s+`
	qwen2Pattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*` +
		`|\s*[\r\n]+|\s+(?!\S)|\s+`
)

// A scanner is where the match that begins at text[i] ends. The patterns match everywhere.
type scanner func(text string, i int) int

// scannerOf is the scanner of a pattern, nil where none was written.
func scannerOf(pattern string) scanner {
	t := unicodes()
	switch pattern {
	case gpt2Pattern:
		return t.scanGPT2
	case llama3Pattern:
		return func(text string, i int) int { return t.scanLlama3(text, i, 3) }
	case qwen2Pattern:
		return func(text string, i int) int { return t.scanLlama3(text, i, 1) }
	case o200kPattern:
		return t.scanO200k
	}
	return nil
}

const kinds = classLetter | classNumber | classSpace

// kind is the class of the character at text[i], of which the patterns tell letters, numbers, spaces and the rest
// apart, and its length.
func (t *unicodeTable) kind(text string, i int) (class, int) {
	if c := text[i]; c < utf8.RuneSelf {
		return t.ascii[c] & kinds, 1
	}
	r, n := utf8.DecodeRuneInString(text[i:])
	return t.pages[r>>8][r&0xFF] & kinds, n
}

// run is where the run of characters of a kind that begins at text[i] ends.
func (t *unicodeTable) run(text string, i int, kind class) int {
	for i < len(text) {
		k, n := t.kind(text, i)
		if k != kind {
			break
		}
		i += n
	}
	return i
}

// contraction is the length of 's, 't, 're, 've, 'm, 'll or 'd at text[i], which is an apostrophe.
func contraction(text string, i int, anyCase bool) int {
	at := func(j int) byte {
		if j >= len(text) {
			return 0
		}
		if c := text[j]; anyCase && c >= 'A' && c <= 'Z' {
			return c + 'a' - 'A'
		}
		return text[j]
	}
	switch a, b := at(i+1), at(i+2); {
	case a == 's' || a == 't' || a == 'm' || a == 'd':
		return 2
	case a == 'r' && b == 'e' || a == 'v' && b == 'e' || a == 'l' && b == 'l':
		return 3
	case anyCase && a == 0xC5 && b == 0xBF: // the long s
		return 3
	}
	return 0
}

func (t *unicodeTable) scanGPT2(text string, i int) int {
	if text[i] == '\'' {
		if n := contraction(text, i, false); n > 0 {
			return i + n
		}
	}
	k, n := t.kind(text, i)
	if k != classSpace {
		return t.run(text, i+n, k)
	}
	if text[i] == ' ' && i+1 < len(text) {
		if k, n := t.kind(text, i+1); k != classSpace {
			return t.run(text, i+1+n, k)
		}
	}
	return t.scanSpaces(text, i+n)
}

// scanSpaces ends a run of spaces: before its last one if a word follows and it isn't the only one.
func (t *unicodeTable) scanSpaces(text string, i int) int {
	last := i
	for i < len(text) {
		k, n := t.kind(text, i)
		if k != classSpace {
			return last
		}
		last = i
		i += n
	}
	return i
}

func (t *unicodeTable) scanLlama3(text string, i, digits int) int {
	if text[i] == '\'' {
		if n := contraction(text, i, true); n > 0 {
			return i + n
		}
	}
	k, n := t.kind(text, i)
	switch k {
	case classLetter:
		return t.run(text, i+n, classLetter)
	case classNumber:
		return t.scanDigits(text, i, digits)
	}
	if i+n < len(text) && text[i] != '\r' && text[i] != '\n' { // one of anything may stand before letters
		if k, m := t.kind(text, i+n); k == classLetter {
			return t.run(text, i+n+m, classLetter)
		}
	}
	return t.scanRest(text, i, "\r\n")
}

func (t *unicodeTable) scanDigits(text string, i, most int) int {
	for ; most > 0 && i < len(text); most-- {
		k, n := t.kind(text, i)
		if k != classNumber {
			break
		}
		i += n
	}
	return i
}

// scanRest matches punctuation with a space before it and what may follow it, or white space: up to its last line break,
// or else as GPT-2 does.
func (t *unicodeTable) scanRest(text string, i int, after string) int {
	k, n := t.kind(text, i)
	if k == 0 || text[i] == ' ' && i+1 < len(text) && isOther(t, text, i+1) {
		if k != 0 {
			i++
		}
		i = t.run(text, i, 0)
		for i < len(text) && strings.IndexByte(after, text[i]) >= 0 {
			i++
		}
		return i
	}
	end := t.run(text, i, classSpace)
	for j := end - 1; j >= i; j-- {
		if text[j] == '\r' || text[j] == '\n' {
			return j + 1
		}
	}
	return t.scanSpaces(text, i+n)
}

func isOther(t *unicodeTable, text string, i int) bool {
	k, _ := t.kind(text, i)
	return k == 0
}
