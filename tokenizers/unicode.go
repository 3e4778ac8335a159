package tokenizers

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// unicodeText is what PyPI's tokenizers takes each character for, measured by scripts/golden/tokenizers_unicode.py:
// its parts carry tables of several versions of Unicode, and Go's package unicode those of yet another.
//
//go:embed unicode.txt
var unicodeText string

// A class is a set of characters that some component asks for, one bit each.
type class uint32

const (
	classControl class = 1 << iota // dropped by BertNormalizer
	classMn                        // accents for BertNormalizer
	classMark                      // accents for StripAccents
	classSpace
	classNumeric
	classPunctuation
	classWord      // \w of Whitespace and of single words
	classRegexWord // \w of a file's regular expressions
	classLetter    // \p{L} of a file's regular expressions
	classNumber    // \p{N} of them
	classUpper     // Lu, Lt, Lm, Lo, M: the heads of words of o200k
	classLower     // Ll, Lm, Lo, M: their tails
	classCCC       // has a combining class
	classNFD       // decomposes
	classNFKD      // decomposes into what is compatible
	classCases     // has a lower case
)

// A unicodeTable holds the sets in pages of 256 characters, equal pages once.
type unicodeTable struct {
	pages      [0x1100]*[256]class
	ascii      [128]class
	ccc        map[rune]uint8
	nfd, nfkd  map[rune][]rune // fully decomposed; nfkd only where it differs
	compose    map[[2]rune]rune
	lower      map[rune][]rune
	categories map[string][]runeRange // of regular expressions: Lu ..., and posix.alpha ...
	script     []scriptRange          // sorted
}

type runeRange struct{ low, high rune }

type scriptRange struct {
	runeRange
	script int
}

// unicodes reads the table when it is first needed: a few milliseconds.
var unicodes = sync.OnceValue(readUnicode)

func (t *unicodeTable) of(r rune) class {
	if r < utf8.RuneSelf {
		return t.ascii[r]
	}
	return t.pages[r>>8][r&0xFF]
}

func (t *unicodeTable) is(r rune, c class) bool { return t.of(r)&c != 0 }

// combining is the canonical combining class of r.
func (t *unicodeTable) combining(r rune) uint8 {
	if t.of(r)&classCCC == 0 {
		return 0
	}
	return t.ccc[r]
}

func readUnicode() *unicodeTable {
	t := &unicodeTable{
		ccc: map[rune]uint8{}, compose: map[[2]rune]rune{}, categories: map[string][]runeRange{},
	}
	empty := &[256]class{}
	for i := range t.pages {
		t.pages[i] = empty
	}
	for line := range strings.Lines(unicodeText) {
		name, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch {
		case name == "#":
		case name == "nfd":
			t.nfd = readMap(rest)
			t.mark(t.nfd, classNFD|classNFKD, empty)
		case name == "nfkd":
			t.nfkd = readMap(rest)
			t.mark(t.nfkd, classNFKD, empty)
		case name == "lower":
			t.lower = readMap(rest)
			t.mark(t.lower, classCases, empty)
		case name == "compose":
			for c, pair := range readMap(rest) {
				t.compose[[2]rune(pair)] = c
			}
		case strings.HasPrefix(name, "ccc"):
			ccc, _ := strconv.Atoi(name[3:])
			ranges := readRanges(rest)
			t.add(ranges, classCCC, empty)
			for _, r := range ranges {
				for c := r.low; c <= r.high; c++ {
					t.ccc[c] = uint8(ccc)
				}
			}
		case strings.HasPrefix(name, "script"):
			i, _ := strconv.Atoi(name[6:])
			for _, r := range readRanges(rest) {
				t.script = append(t.script, scriptRange{r, i + 1})
			}
		case strings.HasPrefix(name, "posix."):
			t.categories[name] = readRanges(rest)
		case strings.HasPrefix(name, "gc."):
			ranges := readRanges(rest)
			t.categories[name[3:]] = ranges
			t.add(ranges, classesOfCategory[name[3:]], empty)
		default:
			t.add(readRanges(rest), classesOfLine[name], empty)
		}
	}
	sortScripts(t.script)
	for r := range rune(utf8.RuneSelf) {
		t.ascii[r] = t.pages[0][r]
	}
	return t
}

var classesOfLine = map[string]class{
	"control": classControl, "mn": classMn, "mark": classMark, "space": classSpace, "numeric": classNumeric,
	"punctuation": classPunctuation, "word": classWord, "regex.w": classRegexWord,
}

var classesOfCategory = map[string]class{
	"Lu": classLetter | classUpper, "Lt": classLetter | classUpper, "Lm": classLetter | classUpper | classLower,
	"Lo": classLetter | classUpper | classLower, "Ll": classLetter | classLower,
	"Nd": classNumber, "Nl": classNumber, "No": classNumber,
	"Mn": classUpper | classLower, "Mc": classUpper | classLower, "Me": classUpper | classLower,
}

func (t *unicodeTable) add(ranges []runeRange, c class, empty *[256]class) {
	if c == 0 {
		return
	}
	for _, r := range ranges {
		for at := r.low; at <= r.high; at++ {
			page := t.pages[at>>8]
			if page == empty {
				page = new([256]class)
				t.pages[at>>8] = page
			}
			page[at&0xFF] |= c
		}
	}
}

// mark notes which characters a map changes, so that text without any is known at once.
func (t *unicodeTable) mark(m map[rune][]rune, c class, empty *[256]class) {
	for r := range m {
		t.add([]runeRange{{r, r}}, c, empty)
	}
}

func readRanges(text string) []runeRange {
	ranges := make([]runeRange, 0, 1+strings.Count(text, " "))
	for field := range strings.FieldsSeq(text) {
		low, high, both := strings.Cut(field, "-")
		if !both {
			high = low
		}
		ranges = append(ranges, runeRange{hexRune(low), hexRune(high)})
	}
	return ranges
}

func readMap(text string) map[rune][]rune {
	m := make(map[rune][]rune, 1+strings.Count(text, " "))
	for field := range strings.FieldsSeq(text) {
		from, to, _ := strings.Cut(field, "=")
		out := make([]rune, 0, 1+strings.Count(to, ","))
		for r := range strings.SplitSeq(to, ",") {
			out = append(out, hexRune(r))
		}
		m[hexRune(from)] = out
	}
	return m
}

func hexRune(text string) rune {
	r, err := strconv.ParseUint(text, 16, 21)
	if err != nil {
		panic("tokenizers: unicode.txt: " + err.Error())
	}
	return rune(r)
}
