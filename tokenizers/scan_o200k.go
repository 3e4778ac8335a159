package tokenizers

// o200kPattern is that of GPT-4o and Llama 4: words of capitals and small letters, each with a contraction.
const o200kPattern = `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?` +
	`|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?` +
	`|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`

func (t *unicodeTable) scanO200k(text string, i int) int {
	k, n := t.kind(text, i)
	if k == classNumber {
		return t.scanDigits(text, i, 3)
	}
	lead := i // one of anything may stand before a word
	if k != classLetter && text[i] != '\r' && text[i] != '\n' {
		lead = i + n
	}
	for _, small := range []bool{true, false} {
		end, ok := t.capitalWord(text, lead, small)
		if !ok && lead > i {
			end, ok = t.capitalWord(text, i, small)
		}
		if ok {
			if end < len(text) && text[end] == '\'' {
				end += contraction(text, end, true)
			}
			return end
		}
	}
	return t.scanRest(text, i, "\r\n/")
}

// capitalWord is where a word ends: capitals and then small letters, at least one of the latter if small, else of the
// former. Letters without case, and marks, count as both.
func (t *unicodeTable) capitalWord(text string, i int, small bool) (end int, ok bool) {
	capitals := t.runOf(text, i, classUpper)
	if !small {
		return t.runOf(text, capitals, classLower), capitals > i
	}
	if end := t.runOf(text, capitals, classLower); end > capitals {
		return end, true
	}
	for capitals > i { // one of the capitals may be taken for a small letter
		r := lastRune(text[:capitals])
		if t.is(r, classLower) {
			return capitals, true
		}
		capitals -= len(string(r))
	}
	return 0, false
}

// runOf is where the run of characters of a class that begins at text[i] ends.
func (t *unicodeTable) runOf(text string, i int, c class) int {
	for j, r := range text[i:] {
		if !t.is(r, c) {
			return i + j
		}
	}
	return len(text)
}
