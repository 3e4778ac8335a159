package emoji10

import (
	"strings"

	vocab "multitorch/multimodal/text"
)

// MaxTokens is how many tokens of a text are used; the rest is cut off.
const MaxTokens = 16

// token is a run of letters a to z and apostrophes, or a run of the digits 0 to 9.
var token = vocab.MustRegexTokenizer(`[a-z']+|[0-9]+`)

// Tokenize returns the words and numbers of a text in lower case, all of them, in order:
// "Woman's hat, size 12" gives woman's, hat, size, 12.
//
// It is re.findall(r"[a-z']+|[0-9]+", text.lower()) in Python. Everything else, letters with accents included, separates.
// The result is nil for a text without any.
func Tokenize(description string) []string {
	return token(strings.ToLower(description))
}
