package ctc

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// noProbability is what ARPA files have for the logarithm of 0.
const noProbability = -99

// WriteARPA writes the model in the format of ARPA, which KenLM and SRILM read too: logarithms to the base 10, and the
// n-grams of each length in byte order.
func (m *NGram) WriteARPA(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprint(out, "\\data\\\n")
	for n, grams := range m.grams {
		fmt.Fprintf(out, "ngram %d=%d\n", n+1, len(grams))
	}
	for n, grams := range m.grams {
		fmt.Fprintf(out, "\n\\%d-grams:\n", n+1)
		for _, key := range slices.Sorted(maps.Keys(grams)) {
			g := grams[key]
			fmt.Fprintf(out, "%s\t%s", decimal(g.probability), key)
			if g.backoff != 0 {
				fmt.Fprintf(out, "\t%s", decimal(g.backoff))
			}
			fmt.Fprintln(out)
		}
	}
	fmt.Fprint(out, "\n\\end\\\n")
	return out.Flush()
}

func decimal(ln float64) string {
	if math.IsInf(ln, -1) {
		return strconv.Itoa(noProbability)
	}
	return strconv.FormatFloat(ln/math.Ln10, 'g', 9, 64)
}

// What an ARPA file may hold at most: 20 million n-grams take some 3 GB.
const (
	maxGrams = 20_000_000
	maxLine  = 1 << 16
)

// ReadARPA reads a model in the format of ARPA. Errors name the line: a number that is none, a probability above 1, an
// n-gram of the wrong length or that comes twice, other counts than the beginning says, an end that is missing. Without
// unigrams for [UnknownToken], tokens that the model lacks are impossible.
func ReadARPA(r io.Reader) (*NGram, error) {
	a := arpaReader{lines: bufio.NewScanner(r)}
	a.lines.Buffer(nil, maxLine)
	m, err := a.read()
	if err == nil {
		err = a.lines.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("ARPA model, line %d: %w", a.line, err)
	}
	return m, nil
}

type arpaReader struct {
	lines *bufio.Scanner
	line  int
	total int
}

// next is the next line that is not empty; false at the end.
func (a *arpaReader) next() (string, bool) {
	for a.lines.Scan() {
		a.line++
		if text := strings.TrimSpace(a.lines.Text()); text != "" {
			return text, true
		}
	}
	return "", false
}

func (a *arpaReader) read() (*NGram, error) {
	text, ok := a.next()
	for ok && text != `\data\` { // what stands before is a comment
		text, ok = a.next()
	}
	if !ok {
		return nil, a.or(errors.New(`expected a line \data\`))
	}
	var counts []int
	for text, ok = a.next(); ok && strings.HasPrefix(text, "ngram "); text, ok = a.next() {
		n, count, err := parseCount(text)
		if err != nil {
			return nil, err
		}
		if n != len(counts)+1 {
			return nil, fmt.Errorf("expected the number of %d-grams, found %.60q", len(counts)+1, text)
		}
		counts = append(counts, count)
	}
	if len(counts) == 0 {
		return nil, a.or(fmt.Errorf("expected \"ngram 1=\" and a number, found %.60q", text))
	}
	m := &NGram{order: len(counts)}
	for n, count := range counts {
		if want := fmt.Sprintf(`\%d-grams:`, n+1); text != want {
			return nil, a.or(fmt.Errorf("expected %q, found %.60q", want, text))
		}
		grams := map[string]gram{}
		for text, ok = a.next(); ok && !strings.HasPrefix(text, `\`); text, ok = a.next() {
			if err := a.gram(grams, text, n+1); err != nil {
				return nil, err
			}
		}
		if len(grams) != count {
			return nil, a.or(fmt.Errorf("the beginning says that there are %d %d-grams, but there are %d", count, n+1, len(grams)))
		}
		m.grams = append(m.grams, grams)
	}
	if text != `\end\` {
		return nil, a.or(fmt.Errorf(`expected \end\, found %.60q: the file is cut short or damaged`, text))
	}
	return m, nil
}

// or is the reader's error, if it has one.
func (a *arpaReader) or(err error) error {
	if a.lines.Err() != nil {
		return a.lines.Err()
	}
	return err
}

func parseCount(text string) (n, count int, err error) {
	left, right, _ := strings.Cut(strings.TrimPrefix(text, "ngram "), "=")
	n, err = strconv.Atoi(strings.TrimSpace(left))
	if err == nil {
		count, err = strconv.Atoi(strings.TrimSpace(right))
	}
	if err != nil || n < 1 || n > maxOrder || count < 0 || count > maxGrams {
		return 0, 0, fmt.Errorf("expected \"ngram N=COUNT\" with an N from 1 to %d and at most %d of them, found %.60q", maxOrder, maxGrams, text)
	}
	return n, count, nil
}

// gram reads a line: a logarithm, n tokens, and maybe a second logarithm.
func (a *arpaReader) gram(grams map[string]gram, text string, n int) error {
	fields := strings.Fields(text)
	if len(fields) != n+1 && len(fields) != n+2 {
		return fmt.Errorf("expected a number, %d tokens and maybe a number, found %.60q", n, text)
	}
	if a.total++; a.total > maxGrams {
		return fmt.Errorf("there are more than %d n-grams", maxGrams)
	}
	probability, err := parseLog(fields[0])
	if err == nil && probability > 1e-6 {
		err = fmt.Errorf("the probability 10^%.20s is above 1", fields[0])
	}
	g := gram{probability: probability}
	if err == nil && len(fields) == n+2 {
		g.backoff, err = parseLog(fields[n+1])
	}
	if err != nil {
		return err
	}
	key := strings.Join(fields[1:n+1], " ")
	if _, twice := grams[key]; twice {
		return fmt.Errorf("the n-gram %.60q is there already", key)
	}
	grams[key] = g
	return nil
}

func parseLog(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("expected a number, found %.40q", text)
	}
	if v <= noProbability {
		return math.Inf(-1), nil
	}
	return v * math.Ln10, nil
}
