package columns

import (
	"strings"
	"unicode"
)

// Words are the words of a text in lower case: runs of letters, digits and apostrophes; a letter of a script that is written
// without spaces, Chinese, Japanese or Thai, is a word by itself. Everything else separates.
func Words(text string) []string {
	var words []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	for _, r := range strings.ToLower(text) {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai):
			end()
			words = append(words, string(r))
		case unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || r == '\'':
			word.WriteRune(r)
		default:
			end()
		}
	}
	end()
	return words
}
