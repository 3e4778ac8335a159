package tokenizers

import "unicode/utf8"

// A charCount counts characters up to bytes of a text.
type charCount struct {
	length int
	of     []int32 // nil: each character is one byte
}

func countChars(text string) *charCount {
	c := &charCount{length: len(text)}
	i := 0
	for i < len(text) && text[i] < utf8.RuneSelf {
		i++
	}
	if i == len(text) {
		return c
	}
	c.of = make([]int32, len(text))
	n := int32(-1)
	for i := range len(text) {
		if utf8.RuneStart(text[i]) {
			n++
		}
		c.of[i] = n
	}
	return c
}

// offset converts a range of bytes. One that begins at the end of the text stays as it is.
func (c *charCount) offset(start, end int) Offset {
	if c.of == nil || start >= c.length {
		return Offset{start, end}
	}
	if end >= c.length {
		last := int(c.of[start]) + 1
		if end-1 < c.length {
			last = int(c.of[end-1])
		}
		return Offset{int(c.of[start]), last + 1}
	}
	return Offset{int(c.of[start]), int(c.of[end])}
}
