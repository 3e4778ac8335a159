package text_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/text"
	"multitorch/torch"
	"multitorch/twin"
)

// inPython runs a script on a value as JSON; the script leaves its result in answer.
func inPython(t *testing.T, script string, value, answer any) {
	question, err := json.Marshal(value)
	require.NoError(t, err)
	out := twin.Run(t, `
	import json, re, collections, unicodedata
	question = json.loads(bytes(inputs["question"].tolist()).decode())
`+script+`
	out["answer"] = torch.tensor(list(json.dumps(answer).encode()), dtype=torch.uint8)
`, map[string]*torch.Tensor{"question": torch.FromSlice(question)})
	require.NoError(t, json.Unmarshal(torch.ToSlice[uint8](out["answer"]), answer))
}

// odd is random texts of what is treated specially.
func odd(n int) []string {
	source := rand.New(rand.NewPCG(3, 4))
	parts := []string{
		"a", "B", "Zebra", "don't", "'", `"`, ".", ",", "(", ")", "!", "?", ";", ":", "<br />", "<br", " />", "<", ">", " ", "  ", "\t", "\n",
		"\u00a0", "\x1c", "\x1f", "\u2003", "\u200b", "\u3000", "ΣΑΣ", "Σ", "İ", "ẞ", "Å", "A\u030a", "ﬁ", "日本", "😀", "é", "1.5", "x-y",
	}
	texts := make([]string, n)
	for i := range texts {
		for range source.IntN(12) {
			texts[i] += parts[source.IntN(len(parts))]
		}
	}
	return texts
}

// TestTokenizersAsInPython compares with the rules of torchtext's basic_english, one after the other, with re.findall,
// with str.split and with the normal forms.
func TestTokenizersAsInPython(t *testing.T) {
	texts := odd(600)
	var want struct {
		Basic, Words, Split          [][]string
		NFC, NFD, NFKC, NFKD, Accent []string
	}
	inPython(t, `
	rules = [(r"'", " '  "), (r'"', ""), (r"\.", " . "), (r"<br />", " "), (r",", " , "), (r"\(", " ( "), (r"\)", " ) "),
		(r"!", " ! "), (r"\?", " ? "), (r";", " "), (r":", " "), (r"\s+", " ")]
	def basic(line):
		line = line.lower()
		for a, b in rules:
			line = re.sub(a, b, line)
		return line.split()
	strip = lambda s: unicodedata.normalize("NFC", "".join(c for c in unicodedata.normalize("NFD", s) if unicodedata.category(c) != "Mn"))
	answer = {"Basic": [basic(s) for s in question], "Words": [re.findall("[a-z']+|[0-9]+", s) for s in question],
		"Split": [s.split() for s in question], "Accent": [strip(s) for s in question]}
	for form in "NFC", "NFD", "NFKC", "NFKD":
		answer[form] = [unicodedata.normalize(form, s) for s in question]
`, texts, &want)
	words, err := text.NewRegexTokenizer(`[a-z']+|[0-9]+`)
	require.NoError(t, err)
	for i, s := range texts {
		require.Equal(t, want.Basic[i], orEmpty(text.BasicEnglish(s)), "%q", s)
		require.Equal(t, want.Words[i], orEmpty(words(s)), "%q", s)
		require.Equal(t, want.Split[i], orEmpty(text.Split(s)), "%q", s)
		require.Equal(t, want.Accent[i], text.StripAccents(s), "%q", s)
		for form, forms := range map[text.Form][]string{text.NFC: want.NFC, text.NFD: want.NFD, text.NFKC: want.NFKC, text.NFKD: want.NFKD} {
			require.Equal(t, forms[i], text.Normalize(s, form), "%q", s)
		}
	}
}

func orEmpty(tokens []string) []string { return append([]string{}, tokens...) }

type vocabularyCase struct {
	Texts     [][]string
	MinFreq   int
	MaxTokens int
	Specials  []string
	Last      bool
}

// TestVocabulariesAsInPython compares with torchtext's build_vocab_from_iterator.
func TestVocabulariesAsInPython(t *testing.T) {
	source := rand.New(rand.NewPCG(5, 6))
	var cases []vocabularyCase
	for range 300 {
		c := vocabularyCase{MinFreq: 1 + source.IntN(3), Last: source.IntN(2) == 0, Texts: [][]string{}, Specials: []string{}}
		for range source.IntN(5) {
			c.Texts = append(c.Texts, strings.Fields(strings.Repeat("b ", source.IntN(3))+
				[]string{"a é z", "<unk> b", "a a c", "Z 日本 😀 ﬁ", ""}[source.IntN(5)]))
		}
		c.Specials = [][]string{{}, {"<pad>", "<unk>"}, {"a"}}[source.IntN(3)]
		if source.IntN(2) == 0 {
			c.MaxTokens = len(c.Specials) + 1 + source.IntN(5)
		}
		cases = append(cases, c)
	}
	var want [][]string
	inPython(t, `
	answer = []
	for q in question:
		counter = collections.Counter(token for tokens in q["Texts"] for token in tokens or [])
		ordered = collections.OrderedDict(sorted(counter.items(), key=lambda x: (-x[1], x[0])))
		if q["MaxTokens"]:
			ordered = collections.OrderedDict(list(ordered.items())[: q["MaxTokens"] - len(q["Specials"])])
		for token in q["Specials"]:
			ordered.pop(token, None)
		tokens = [token for token, count in ordered.items() if count >= q["MinFreq"]]
		answer.append(tokens + q["Specials"] if q["Last"] else q["Specials"] + tokens)
`, cases, &want)
	for i, c := range cases {
		v, err := text.BuildVocabulary(slices.Values(c.Texts), text.MinFreq(c.MinFreq), text.MaxTokens(c.MaxTokens),
			text.Specials(c.Specials), text.SpecialsLast(c.Last))
		require.NoError(t, err)
		require.Equal(t, want[i], orEmpty(v.Tokens()), "%+v", c)
	}
}
