package tokenizers

import (
	"strings"
	"unicode/utf8"
)

// checkUTF8 is text with what isn't UTF-8 replaced: one U+FFFD for each broken sequence, as Rust replaces it.
func checkUTF8(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	writeLossy(&b, text)
	return b.String()
}

// lossyPlaces is where the bytes of checkUTF8(text), and its end, stand in text.
func lossyPlaces(text string) []int32 {
	places := make([]int32, 0, len(text)+len(text)/2)
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		width := n
		if r == utf8.RuneError && n == 1 {
			n, width = brokenLength(text[i:]), len("\uFFFD")
		}
		for j := range width {
			places = append(places, int32(i+min(j, n-1)))
		}
		i += n
	}
	return append(places, int32(len(text)))
}

// writeLossy writes text with one U+FFFD for each maximal part of a broken sequence, as Unicode recommends and Rust
// does; Go's own loops have one for each byte.
func writeLossy(b *strings.Builder, text string) {
	for len(text) > 0 {
		r, n := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError && n == 1 {
			n = brokenLength(text)
			b.WriteString("\uFFFD")
		} else {
			b.WriteString(text[:n])
		}
		text = text[n:]
	}
}

// brokenLength is how much of a sequence could have begun a character.
func brokenLength(text string) int {
	first := text[0]
	low, high, want := byte(0x80), byte(0xBF), 0
	switch {
	case first >= 0xC2 && first <= 0xDF:
		want = 2
	case first >= 0xE0 && first <= 0xEF:
		want = 3
		if first == 0xE0 {
			low = 0xA0
		}
		if first == 0xED {
			high = 0x9F
		}
	case first >= 0xF0 && first <= 0xF4:
		want = 4
		if first == 0xF0 {
			low = 0x90
		}
		if first == 0xF4 {
			high = 0x8F
		}
	}
	n := 1
	for n < want && n < len(text) && text[n] >= low && text[n] <= high {
		low, high = 0x80, 0xBF
		n++
	}
	return n
}
