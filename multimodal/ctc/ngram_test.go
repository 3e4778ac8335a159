package ctc_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/multimodal/ctc"
)

// TestProbabilitiesSumToOne after any history, seen or not, and go through a file unchanged.
func TestProbabilitiesSumToOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SampledFrom([]string{"a", "b", "c", "d"})
		texts := rapid.SliceOfN(rapid.SliceOfN(words, 0, 6), 1, 6).Draw(t, "texts")
		order := rapid.IntRange(1, 4).Draw(t, "order")
		m, err := ctc.NewNGram(order, texts)
		require.NoError(t, err)
		var file bytes.Buffer
		require.NoError(t, m.WriteARPA(&file))
		read, err := ctc.ReadARPA(bytes.NewReader(file.Bytes()))
		require.NoError(t, err)
		require.Equal(t, m.Len(), read.Len())
		history := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d", "new"}), 0, 4).Draw(t, "history")
		if rapid.Bool().Draw(t, "from the beginning") {
			history = append([]string{ctc.BeginToken}, history...)
		}
		seen := map[string]bool{ctc.EndToken: true, ctc.UnknownToken: true}
		for _, text := range texts {
			for _, w := range text {
				seen[w] = true
			}
		}
		sum := 0.0
		for w := range seen {
			p := m.LogProbability(history, w)
			require.InDelta(t, p, read.LogProbability(history, w), 1e-7)
			sum += math.Exp(p)
		}
		require.InDelta(t, 1, sum, 1e-9)
		require.Equal(t, m.LogProbability(history, ctc.UnknownToken), m.LogProbability(history, "never seen"))
	})
}

// TestWittenBell is computed by hand: "a b" and "a c", order 2.
func TestWittenBell(t *testing.T) {
	m, err := ctc.NewNGram(2, [][]string{{"a", "b"}, {"a", "c"}})
	require.NoError(t, err)
	p := func(h, w string) float64 { return math.Exp(m.LogProbability([]string{h}, w)) }
	// Unigrams: a 2, b 1, c 1, </s> 2 of 6 tokens and 4 types; 5 tokens with <unk>.
	uni := func(count float64) float64 { return (count + 4./5) / 10 }
	require.InDelta(t, (1+2*uni(1))/4, p("a", "b"), 1e-12)   // after a: b and c, once each
	require.InDelta(t, 2*uni(2)/4, p("a", "a"), 1e-12)       // never after a
	require.InDelta(t, (2+1*uni(2))/3, p("<s>", "a"), 1e-12) // always first
	require.InDelta(t, 4./5/10, p("x", "x"), 1e-12)
	require.Equal(t, []int{6, 5}, m.Len())
	require.Less(t, m.Perplexity([][]string{{"a", "b"}}), m.Perplexity([][]string{{"b", "a"}}))
}

const arpa = `a comment

\data\
ngram 1=4
ngram 2=2

\1-grams:
-0.5	<s>	-0.3
-0.5	</s>
-0.7	a	-0.2
-99	<unk>

\2-grams:
-0.1	<s> a
-0.4	a </s>

\end\
`

func TestReadARPA(t *testing.T) {
	m, err := ctc.ReadARPA(strings.NewReader(arpa))
	require.NoError(t, err)
	require.InDelta(t, -0.1*math.Ln10, m.LogProbability([]string{"<s>"}, "a"), 1e-12)
	require.InDelta(t, -0.9*math.Ln10, m.LogProbability([]string{"a"}, "a"), 1e-12)
	require.Equal(t, math.Inf(-1), m.LogProbability([]string{"a"}, "b"))
	for _, c := range []struct{ change, to, want string }{
		{`\data\`, "data", `expected a line \data\`},
		{"ngram 1=4", "ngram 1=5", "the beginning says that there are 5 1-grams, but there are 4"},
		{"ngram 1=4", "ngram 2=4", `line 4: expected the number of 1-grams`},
		{"ngram 1=4", "ngram 1=99999999999", "at most 20000000"},
		{"-0.7\ta", "x\ta", `line 10: expected a number, found "x"`},
		{"-0.7\ta", "0.7\ta", `line 10: the probability 10^0.7 is above 1`},
		{"-0.7\ta", "nan\ta", `expected a number, found "nan"`},
		{"-0.7\ta\t-0.2", "-0.7\t</s>", `the n-gram "</s>" is there already`},
		{"<s> a\n", "<s>\n", "expected a number, 2 tokens and maybe a number"},
		{`\end\`, "", "the file is cut short or damaged"},
		{`\2-grams:`, `\3-grams:`, `expected "\\2-grams:"`},
	} {
		_, err := ctc.ReadARPA(strings.NewReader(strings.Replace(arpa, c.change, c.to, 1)))
		require.ErrorContains(t, err, c.want)
	}
	_, err = ctc.ReadARPA(strings.NewReader(strings.Repeat("x", 1<<17)))
	require.ErrorContains(t, err, "token too long")
}

func TestTextsForModels(t *testing.T) {
	for _, c := range []struct {
		order int
		texts [][]string
		want  string
	}{
		{0, [][]string{{"a"}}, "expected 1 to 16, but got 0"},
		{2, nil, "needs texts"},
		{2, [][]string{{"a"}, {"b c"}}, `text 1: the token "b c"`},
		{2, [][]string{{""}}, `the token ""`},
		{2, [][]string{{"</s>"}}, "has a meaning of its own"},
	} {
		_, err := ctc.NewNGram(c.order, c.texts)
		require.ErrorContains(t, err, c.want)
	}
}

func FuzzReadARPA(f *testing.F) {
	f.Add([]byte(arpa))
	f.Add([]byte("\\data\\\nngram 1=0\n\\1-grams:\n\\end\\\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		m, err := ctc.ReadARPA(bytes.NewReader(content))
		if err != nil {
			return
		}
		m.LogProbability([]string{"<s>", "a"}, "b")
		var file bytes.Buffer
		require.NoError(t, m.WriteARPA(&file))
		again, err := ctc.ReadARPA(&file)
		require.NoError(t, err)
		require.Equal(t, m.Len(), again.Len())
	})
}
