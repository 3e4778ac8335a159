package tokenizers

// A hostile file can make texts grow without end: a hundred components that each double a text fit into a few kilobytes.
// Those of real files make a text 22 times longer at most (compatibility forms 11 times, bytes as characters twice), and add
// single characters.
const (
	mostGrowth     = 32
	freeGrowth     = 1 << 10 // bytes, also of an empty text
	mostSteps      = 1000    // components in one sequence
	mostTemplate   = 1000    // pieces of a template
	mostSpecials   = 1 << 16 // tokens that a template adds
	mostPieceBytes = 1 << 12 // of a token of Unigram, which looks at all that begin at a character
)

// checkGrowth is an error if a text of so many bytes became one of size bytes that no sound file makes of it.
func checkGrowth(size, of int) error {
	if size > mostGrowth*of+freeGrowth {
		return errorf("the file's components make a text of %d bytes %d bytes long or longer: is it hostile?", of, size)
	}
	return nil
}

// checkGrowth looks at what became of a part of a text.
func (p *piece) checkGrowth() error { return checkGrowth(len(p.text), p.end-p.start) }

// checkPieces looks at all parts of a text together.
func checkPieces(pieces []piece) error {
	if len(pieces) == 0 {
		return nil
	}
	size := 0
	for i := range pieces {
		size += len(pieces[i].text)
		if pieces[i].mapped { // what is put off
			size += len(pieces[i].text)
		}
	}
	return checkGrowth(size, len(pieces[0].original))
}

// replacedSize is the length of a text once its matches are replaced.
func replacedSize(matches []match, content string) int {
	size := 0
	for _, m := range matches {
		if m.is {
			size += len(content)
		} else {
			size += m.to - m.from
		}
	}
	return size
}

// textSize is the bytes of all tokens.
func textSize(tokens []string) int {
	size := 0
	for _, token := range tokens {
		size += len(token)
	}
	return size
}
