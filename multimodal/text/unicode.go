package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// Form is one of Unicode's normal forms: the same text in the same bytes.
type Form = norm.Form

// The normal forms. NFC is what most text is in; NFKC also makes ligatures, wide letters and superscripts plain ones.
const (
	NFC  = norm.NFC
	NFD  = norm.NFD
	NFKC = norm.NFKC
	NFKD = norm.NFKD
)

// Normalize brings a text into a normal form, as unicodedata.normalize. "e" with a combining accent is another string than
// "é", though both look alike: a vocabulary would have both.
func Normalize(s string, form Form) string { return form.String(s) }

// StripAccents removes accents and other marks: "Åsa naïve" becomes "Asa naive".
func StripAccents(s string) string {
	return NFC.String(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, NFD.String(s)))
}

// Lower is the text in lower case as Python's str.lower has it: a sigma that ends a word becomes ς, and İ becomes two
// characters.
func Lower(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return cases.Lower(language.Und).String(s)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// IsSpace reports whether Python's str.split and \s take a character for white space: what Unicode does, and the four
// separators U+001C to U+001F.
func IsSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

// Split is the text's words: what white space separates, as Python's str.split().
func Split(s string) []string { return strings.FieldsFunc(s, IsSpace) }

// Characters are the text's characters, by code points.
func Characters(s string) []string {
	tokens := make([]string, 0, len(s))
	for _, r := range s {
		tokens = append(tokens, string(r))
	}
	return tokens
}
