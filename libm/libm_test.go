package libm_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/libm"
	"multitorch/torch"
	"multitorch/twin"
)

var functions = []struct {
	python string
	of     func(x float64) float64
}{
	{"math.exp(x)", libm.Exp},
	{"libm.exp2(x)", libm.Exp2},
	{"math.expm1(x)", libm.Expm1},
	{"math.log(abs(x))", func(x float64) float64 { return libm.Log(math.Abs(x)) }},
	{"math.log1p(abs(x))", func(x float64) float64 { return libm.Log1p(math.Abs(x)) }},
	{"math.log2(abs(x))", func(x float64) float64 { return libm.Log2(math.Abs(x)) }},
	{"math.log10(abs(x))", func(x float64) float64 { return libm.Log10(math.Abs(x)) }},
	{"math.sqrt(abs(x))", func(x float64) float64 { return libm.Sqrt(math.Abs(x)) }},
	{"libm.cbrt(x)", libm.Cbrt},
	{"math.sin(x)", libm.Sin},
	{"math.cos(x)", libm.Cos},
	{"math.tan(x)", libm.Tan},
	{"math.asin(x / 25)", func(x float64) float64 { return libm.Asin(x / 25) }},
	{"math.acos(x / 25)", func(x float64) float64 { return libm.Acos(x / 25) }},
	{"math.atan(x)", libm.Atan},
	{"math.sinh(x)", libm.Sinh},
	{"math.cosh(x)", libm.Cosh},
	{"math.tanh(x)", libm.Tanh},
	{"math.asinh(x)", libm.Asinh},
	{"math.acosh(1 + abs(x))", func(x float64) float64 { return libm.Acosh(1 + math.Abs(x)) }},
	{"math.atanh(x / 25)", func(x float64) float64 { return libm.Atanh(x / 25) }},
	{"math.erf(x / 5)", func(x float64) float64 { return libm.Erf(x / 5) }},
	{"math.erfc(x / 5)", func(x float64) float64 { return libm.Erfc(x / 5) }},
	{"abs(x) ** 0.37", func(x float64) float64 { return libm.Pow(math.Abs(x), 0.37) }},
	{"0.999 ** (x * x)", func(x float64) float64 { return libm.Pow(0.999, x*x) }},
	{"math.atan2(x, 3.5)", func(x float64) float64 { return libm.Atan2(x, 3.5) }},
}

func TestAsInPython(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	xs := []float64{0, -0.5, 1, 3.8648592948913576, math.Pi * 16 / 25, math.Pi * 17 / 25, math.Pi * 20 / 25}
	for len(xs) < 2000 {
		xs = append(xs, rng.Float64()*50-25)
	}
	xs[0] = 1e-9
	var expressions []string
	for _, f := range functions {
		expressions = append(expressions, f.python)
	}
	want := twin.Run(t, `
		import ctypes, ctypes.util, math
		libm = ctypes.CDLL(ctypes.util.find_library("m"))
		for f in libm.cbrt, libm.exp2:  # which Python's math has from 3.11 on
			f.restype, f.argtypes = ctypes.c_double, [ctypes.c_double]
		for e in args:
			f = eval("lambda x: " + e, {"math": math, "libm": libm})
			out[e] = torch.tensor([f(x) for x in inputs["x"].tolist()], dtype=torch.float64)
	`, map[string]*torch.Tensor{"x": torch.FromSlice(xs)}, expressions...)
	for _, f := range functions {
		got := make([]float64, len(xs))
		for i, x := range xs {
			got[i] = f.of(x)
		}
		twin.RequireEqual(t, want[f.python], torch.FromSlice(got), f.python)
	}
}

// differing are the functions of Go's math that are not libm's. (Sqrt is the same: both
// round correctly.)
var differing = strings.Fields("Exp Exp2 Expm1 Log Log1p Log2 Log10 Cbrt Pow Sin Cos Tan Asin Acos Atan Atan2 Sinh Cosh Tanh Asinh Acosh Atanh " +
	"Erf Erfc Gamma Lgamma Hypot Sincos")

// elsewhere are the files that may use them, and why.
var elsewhere = map[string]string{ // a file, or a folder
	"internal/mp3":                  "a decoder's tables, which it is held against others for",
	"internal/sound":                "the same",
	"multimodal/ctc":                "scores of a search, in which each step would be a call of C",
	"cmd/multitorch/task_speech.go": "a share that is shown",
	"trainer/progress/state.go":     "what a progress bar shows has no counterpart in Python",
	"tokenizers":                    "pure Go, without C: training alone takes logarithms, whose scores agree within 1e-9",
	"trainer/plot/axis.go":          "ticks of an axis",
	"trainer/report/chart.go":       "ticks of an axis",
}

// No number that Python has too is computed by Go's math.
func TestNobodyElseComputesThem(t *testing.T) {
	root := ".."
	used := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "third_party" || d.Name() == "libm" || d.Name() == "bin" || strings.HasPrefix(d.Name(),
			".") && d.Name() != "..") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		for _, at := range uses(t, path) {
			listed := name
			if elsewhere[listed] == "" {
				listed = filepath.ToSlash(filepath.Dir(name))
			}
			if elsewhere[listed] == "" {
				t.Errorf("%s uses %s; libm has Python's", name, at)
			}
			used[listed] = true
		}
		return nil
	})
	require.NoError(t, err)
	for name := range elsewhere {
		require.True(t, used[name], "%s needs no exception any more", name)
	}
}

// uses are the places in a file where Go's math computes what it computes differently.
func uses(t *testing.T, path string) (places []string) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, 0)
	require.NoError(t, err)
	as := ""
	for _, i := range file.Imports {
		if p, _ := strconv.Unquote(i.Path.Value); p == "math" {
			as = p
			if i.Name != nil {
				as = i.Name.Name
			}
		}
	}
	if as == "" {
		return nil
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && slices.Contains(differing, s.Sel.Name) {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == as {
				places = append(places, fmt.Sprintf("%s.%s in line %d", as, s.Sel.Name, set.Position(s.Pos()).Line))
			}
		}
		return true
	})
	return places
}
