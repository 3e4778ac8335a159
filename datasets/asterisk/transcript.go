package asterisk

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxTranscripts bounds what the list of transcripts unpacks to. The real ones have 25 to 60 kB.
const maxTranscripts = 1 << 20

// parseTranscripts reads a list of transcripts: a line each of a clip's name, a colon and its text; lines that begin with a
// semicolon and empty ones are left out. Lines without a colon, texts that are no UTF-8 and names that come twice are
// errors that say the line.
func parseTranscripts(packed []byte) (map[string]string, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	limited := &io.LimitedReader{R: unzipped, N: maxTranscripts}
	lines := bufio.NewScanner(limited)
	lines.Buffer(nil, 1<<16)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || line[0] == ';' {
			continue
		}
		name, text, ok := strings.Cut(line, ":")
		switch _, twice := texts[name]; {
		case !utf8.ValidString(line):
			return nil, fmt.Errorf("line %d is not UTF-8", n)
		case !ok:
			return nil, fmt.Errorf("line %d: expected a name, a colon and a text, found %.60q", n, line)
		case twice:
			return nil, fmt.Errorf("line %d: there is another transcript of %.60q", n, name)
		}
		texts[name] = strings.TrimSpace(text)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if limited.N <= 0 {
		return nil, fmt.Errorf("it unpacks to more than %d bytes, which is not the list expected", maxTranscripts)
	}
	return texts, nil
}

// isSpoken reports whether a transcript is what is said and nothing else: texts with brackets describe tones, silence or
// how something is said.
func isSpoken(text string) bool { return text != "" && !strings.ContainsAny(text, "[]()<>") }

// isWritten reports whether all that is said is written out in letters: "press 1" and "press #" are not.
func isWritten(text string) bool {
	return !strings.ContainsAny(text, "#*@") && !strings.ContainsFunc(text, unicode.IsDigit)
}

// spelled is what the English voice says for a sign.
var spelled = strings.NewReplacer("0", " zero ", "1", " one ", "2", " two ", "3", " three ", "4", " four ", "5", " five ",
	"6", " six ", "7", " seven ", "8", " eight ", "9", " nine ", "#", " pound ", "*", " star ")

// numeral is digits in a row, of which the text doesn't say how they are spoken.
var numeral = regexp.MustCompile(`[0-9]{2}`)

// spellOut writes out single digits and signs in English, and leaves a text with numerals as it is.
func spellOut(text string) string {
	if numeral.MatchString(text) {
		return text
	}
	return spelled.Replace(text)
}

// Words is a text as a recogniser of letters writes it: in lower case, letters and apostrophes only, single spaces between
// words. Hyphens separate words; all other signs vanish. "Speed-dial: it's on!" gives "speed dial it's on".
func Words(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		switch {
		case r == '’':
			b.WriteByte('\'')
		case unicode.IsLetter(r) || unicode.IsMark(r) || r == '\'':
			b.WriteRune(r)
		case unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || r == '/':
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
