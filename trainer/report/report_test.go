package report_test

import (
	"bytes"
	"image"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/trainer/report"
)

func page(t *testing.T, r *report.Report) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, r.Write(&b))
	return b.String()
}

func dotted(side int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		m.SetNRGBA(i%side, i/side, color.NRGBA{uint8(i % 256), uint8(i / side * 5), 128, 255})
	}
	return m
}

// full is a report with everything in it, and one text at each place.
func full(text string) *report.Report {
	return &report.Report{
		Title: text, State: text, Figures: []report.Figure{{Name: text, Value: text}},
		Charts: []report.Chart{{Title: text, X: text, Series: []report.Series{
			{Name: text, X: []float64{1, 2, 3}, Y: []float64{3, 1, 2}}, {Name: text, X: []float64{1, 2}, Y: []float64{0, 1}, Faint: true},
		}}},
		Confusion: &report.Confusion{Classes: []string{text, "b"}, Counts: [][]int{{5, 1}, {0, 0}}},
		Samples:   []report.Sample{{Picture: dotted(8), Text: text, Truth: text, Said: "x" + text}, {Text: text, Said: text}},
		Tables:    []report.Table{{Title: text, Rows: [][2]string{{text, text}}}},
	}
}

var tags = regexp.MustCompile(`<[a-zA-Z/!][^>]*>`)

// Whatever stands in names and texts, the page has the same tags as with a harmless one.
func TestHostileTexts(t *testing.T) {
	harmless := tags.FindAllString(page(t, full("harmless")), -1)
	for _, text := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onload='alert(1)`, `</title></style><script>`, `javascript:alert(1)`,
		`{{.}}`, `<!--`, `]]>`, "\x00\x1b[31m", "\xff\xfe", "\u202eevil", `&lt;b&gt;`, `</svg><svg onload=alert(1)>`, "`${alert(1)}`", `\u003cb>`,
	} {
		got := page(t, full(text))
		found := tags.FindAllString(got, -1)
		require.Equal(t, len(harmless), len(found), "%q", text)
		for i, tag := range found {
			name := func(s string) string { return strings.Fields(strings.Trim(s, "<>"))[0] }
			require.Equal(t, name(harmless[i]), name(tag), "%q", text)
			require.NotRegexp(t, `\son[a-z]+=`, regexp.MustCompile(`"[^"]*"`).ReplaceAllString(tag, ""), "%q", text)
		}
		require.NotContains(t, got, "<script")
		require.NotContains(t, got, "\x1b")
		require.NotContains(t, got, "ZgotmplZ")
	}
}

// A page loads nothing: its policy forbids it, and there is nothing to load.
func TestNoNetwork(t *testing.T) {
	got := page(t, full("text"))
	require.Contains(t, got, `content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`)
	require.Contains(t, got, `src="data:image/png;base64,`)
	require.NotRegexp(t, `(?i)(src|href|url)\s*[=(]\s*["']?(http|//)|@import|<link|<script`, got)
}

func TestLongTexts(t *testing.T) {
	got := page(t, full(strings.Repeat("long ", 100_000)))
	require.Less(t, len(got), 30_000)
}

func TestCharts(t *testing.T) {
	one := func(x, y []float64) string {
		return page(t, &report.Report{Charts: []report.Chart{{Title: "c", Series: []report.Series{{Name: "s", X: x, Y: y}}}}})
	}
	path := regexp.MustCompile(` d="(M[^"]*)"`)
	require.Equal(t, "M62.0 263.9L345.0 22.1L628.0 143.0", path.FindStringSubmatch(one([]float64{1, 2, 3}, []float64{1, 3, 2}))[1])
	gap := one([]float64{1, 2, 3, 4}, []float64{1, math.NaN(), 2, 3})
	require.Equal(t, 2, strings.Count(path.FindStringSubmatch(gap)[1], "M"))
	require.Equal(t, 3, strings.Count(gap, "<circle"))
	for _, y := range [][]float64{
		{math.NaN(), math.Inf(1)}, {}, nil, {1e300, -1e300},
	} {
		require.NotContains(t, one([]float64{1, 2}, y), "<figure>", "%v: there is nothing to draw", y)
	}
	for _, y := range [][]float64{{0, 0}, {5, 5}, {1e-30, 1e30}, {-1e-12, 1e-12}, {math.SmallestNonzeroFloat64, 0}, {1e38, -1e38}} {
		got := one([]float64{1, 2}, y)
		require.Contains(t, got, "<path", "%v", y)
		require.NotContains(t, got, "NaN", "%v", y)
		require.NotContains(t, got, "Inf", "%v", y)
		require.LessOrEqual(t, strings.Count(got, `class="grid"`), 20, "%v", y)
		require.GreaterOrEqual(t, strings.Count(got, `class="grid"`), 4, "%v", y)
	}
	require.NotContains(t, one([]float64{1, 2, 4}, []float64{3, 5, 4}), ">1.5</text>", "steps are counted")
	require.Contains(t, one([]float64{0.5, 1, 2}, []float64{3, 5, 4}), ">1.5</text>")
	many := make([]float64, 1000)
	for i := range many {
		many[i] = float64(i)
	}
	require.NotContains(t, one(many, many), "<circle")
}

func TestConfusion(t *testing.T) {
	got := page(t, &report.Report{Confusion: &report.Confusion{
		Classes: []string{"cat", "dog", "none"}, Counts: [][]int{{8, 2, 0}, {3, 1, 0}, {0, 0, 0}},
	}})
	for _, want := range []string{
		`<td class="h7 diagonal">8</td><td class="h2">2</td><td class="h0">0</td><td>80.0 %</td>`,
		`<td class="h7">3</td><td class="h3 diagonal">1</td>`, `<td>–</td>`,
		"<td><bdi>dog</bdi></td><td><bdi>cat</bdi></td><td>3</td><td>75.0 %</td>",
	} {
		require.Contains(t, got, want)
	}
	require.Less(t, strings.Index(got, "<td>3</td>"), strings.Index(got, "<td>2</td>"))

	large := report.Confusion{Classes: make([]string, 1000), Counts: make([][]int, 1000)}
	for i := range large.Counts {
		large.Counts[i] = make([]int, 1000)
		large.Counts[i][(i+1)%1000] = i
	}
	got = page(t, &report.Report{Confusion: &large})
	require.Less(t, len(got), 20_000)
	require.Contains(t, got, "<td>999</td>")

	var b bytes.Buffer
	require.ErrorContains(t, (&report.Report{Confusion: &report.Confusion{Classes: []string{"a"}, Counts: [][]int{{1, 2}}}}).Write(&b), "of 1 classes")
	require.ErrorContains(t, (&report.Report{Samples: []report.Sample{{Picture: image.NewGray(image.Rect(0, 0, 0, 5))}}}).Write(&b), "sample 0")
	require.ErrorContains(t, (&report.Report{Samples: []report.Sample{{Picture: image.NewUniform(color.White)}}}).Write(&b), "at most 4 million")
}

func TestSave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.html")
	require.NoError(t, full("a run").Save(path))
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, page(t, full("a run")), string(b))
	require.ErrorContains(t, full("").Save(filepath.Join(path, "none")), "report "+path)
	empty := page(t, &report.Report{Title: "nothing"})
	require.NotContains(t, empty, "<h2>")
	require.NotContains(t, empty, "<ul")
}

func Example() {
	r := report.Report{
		Title: "cats and dogs, seed 0", State: "finished", Figures: []report.Figure{{Name: "accuracy", Value: "91.2 %"}},
		Charts: []report.Chart{{Title: "Loss", Series: []report.Series{{Name: "train", X: []float64{10, 20, 30}, Y: []float64{0.9, 0.5, 0.4}}}}},
	}
	if err := r.Save(filepath.Join(os.TempDir(), "report.html")); err != nil {
		panic(err)
	}
	// Output:
}
