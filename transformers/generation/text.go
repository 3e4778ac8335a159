package generation

import (
	"iter"
	"strings"
	"unicode/utf8"
)

// Text is the text of one streamed sequence in pieces. A piece comes as soon as no further id can change it: an id may be but a
// part of a letter's bytes. decode makes text of ids, and is called with the new ids since the last line's end.
func Text(tokens iter.Seq2[Token, error], decode func(ids []int64) string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		var ids []int64
		given := 0 // bytes of the ids' text
		for token, err := range tokens {
			if err != nil {
				yield("", err)
				return
			}
			ids = append(ids, token.ID)
			text := decode(ids)
			if !token.Last && unfinishedLetter(text) || len(text) < given {
				continue
			}
			piece := text[given:]
			given = len(text)
			if strings.HasSuffix(text, "\n") {
				ids, given = nil, 0
			}
			if piece != "" && !yield(piece, nil) {
				return
			}
		}
	}
}

// unfinishedLetter reports whether a text ends in what stands for bytes that are no letter yet.
func unfinishedLetter(text string) bool {
	return strings.HasSuffix(text, string(utf8.RuneError))
}
