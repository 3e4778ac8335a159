package text

import (
	"fmt"
	"regexp"
	"strings"
)

// A Tokenizer splits a text into tokens: [BasicEnglish], [Split], [Characters], or one of [NewRegexTokenizer].
type Tokenizer func(s string) []string

// basicEnglish is what [BasicEnglish] replaces once quotation marks are gone. One pass is the same as torchtext's one after
// the other: nothing that one of its rules puts in is changed by a later one.
var basicEnglish = strings.NewReplacer(
	"'", " '  ", ".", " . ", "<br />", " ", ",", " , ", "(", " ( ", ")", " ) ", "!", " ! ", "?", " ? ", ";", " ", ":", " ",
)

// BasicEnglish is torchtext's tokenizer "basic_english": lower case, the signs ' . , ( ) ! ? as tokens of their own, quotation
// marks, colons, semicolons and line breaks of HTML left out, and white space between tokens.
//
//	BasicEnglish(`He said: "it's (not) so."`) // he said it ' s ( not ) so .
func BasicEnglish(s string) []string {
	return Split(basicEnglish.Replace(strings.ReplaceAll(Lower(s), `"`, "")))
}

// NewRegexTokenizer makes a tokenizer whose tokens are the matches of a regular expression in Go's syntax (RE2), as Python's
// re.findall without groups: from left to right, none overlapping, empty ones left out. RE2 takes time in proportion to the
// text whatever the expression, so one may come from a file; it has no look-ahead.
func NewRegexTokenizer(expression string) (Tokenizer, error) {
	if len(expression) > maxExpression {
		return nil, fmt.Errorf("text: a regular expression of %d bytes: expected at most %d", len(expression), maxExpression)
	}
	compiled, err := regexp.Compile(expression)
	if err != nil {
		return nil, fmt.Errorf("text: the regular expression of a tokenizer: %w", err)
	}
	return func(s string) []string {
		var tokens []string
		for _, token := range compiled.FindAllString(s, -1) {
			if token != "" {
				tokens = append(tokens, token)
			}
		}
		return tokens
	}, nil
}

// MustRegexTokenizer is [NewRegexTokenizer] for an expression that the program itself has: it panics where that is wrong.
func MustRegexTokenizer(expression string) Tokenizer {
	t, err := NewRegexTokenizer(expression)
	if err != nil {
		panic(err)
	}
	return t
}

// maxExpression bounds the memory that a regular expression takes, a few kilobytes for each byte at worst.
const maxExpression = 10_000
