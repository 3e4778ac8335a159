package tokenizers

import "slices"

// Hangul syllables are computed: https://www.unicode.org/versions/Unicode9.0.0/ch03.pdf#M9.32468
const (
	hangulS, hangulL, hangulV, hangulT = 0xAC00, 0x1100, 0x1161, 0x11A7
	hangulVs, hangulTs, hangulSs       = 21, 28, 11172
)

func isHangul(r rune) bool { return r >= hangulS && r < hangulS+hangulSs }

// decompose is the canonical (or, with compatible, the compatibility) decomposition of a text, in canonical order.
// All but the first character that an old one becomes are added ones.
func decompose(text string, compatible bool) []change {
	t := unicodes()
	out := make([]change, 0, len(text)+8)
	pending := 0 // from here on characters may still change places
	push := func(r rune, change0 int) {
		if t.combining(r) == 0 {
			sortMarks(t, out[pending:])
			pending = len(out) + 1
		}
		out = append(out, change{r, change0})
	}
	for _, r := range text {
		if r < 0xA0 {
			push(r, 0)
			continue
		}
		if isHangul(r) {
			s := r - hangulS
			push(hangulL+s/(hangulVs*hangulTs), 0)
			push(hangulV+s%(hangulVs*hangulTs)/hangulTs, 1)
			if s%hangulTs != 0 {
				push(hangulT+s%hangulTs, 1)
			}
			continue
		}
		parts, ok := t.nfkd[r]
		if !ok || !compatible {
			parts, ok = t.nfd[r]
		}
		if !ok {
			push(r, 0)
			continue
		}
		for i, part := range parts {
			push(part, min(i, 1))
		}
	}
	sortMarks(t, out[min(pending, len(out)):])
	return out
}

func sortMarks(t *unicodeTable, marks []change) {
	if len(marks) > 1 {
		slices.SortStableFunc(marks, func(a, b change) int { return int(t.combining(a.r)) - int(t.combining(b.r)) })
	}
}

// compose puts a decomposed text together again: what is merged counts as removed after the first.
func compose(in []change) []change {
	t := unicodes()
	out := make([]change, 0, len(in))
	starter, last := -1, -1 // the character that others join, and the class of the last one that could not
	for _, c := range in {
		ccc := int(t.combining(c.r))
		if starter >= 0 && last < ccc || starter >= 0 && last < 0 {
			if r, ok := t.composed(out[starter].r, c.r); ok {
				out[starter] = change{r, out[starter].change + c.change - 1}
				continue
			}
		}
		if ccc == 0 {
			starter, last = len(out), -1
		} else if starter >= 0 {
			last = ccc
		}
		out = append(out, c)
	}
	return out
}

func (t *unicodeTable) composed(a, b rune) (rune, bool) {
	if a >= hangulL && a < hangulL+19 && b >= hangulV && b < hangulV+hangulVs {
		return hangulS + ((a-hangulL)*hangulVs+b-hangulV)*hangulTs, true
	}
	if isHangul(a) && (a-hangulS)%hangulTs == 0 && b > hangulT && b < hangulT+hangulTs {
		return a + b - hangulT, true
	}
	r, ok := t.compose[[2]rune{a, b}]
	return r, ok
}

// changesForm says whether some normal form may change a text: composing ones change nothing below U+0300 that they
// don't decompose.
func changesForm(text string, composing bool, decomposes class) bool {
	ascii := true
	for i := range len(text) {
		if text[i] >= 0x80 {
			ascii = false
			break
		}
	}
	if ascii {
		return false
	}
	t := unicodes()
	for _, r := range text {
		if r >= 0x300 && composing || isHangul(r) || t.is(r, decomposes|classCCC) {
			return true
		}
	}
	return false
}
