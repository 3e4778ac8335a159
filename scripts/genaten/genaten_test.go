package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const aten = "../../torch/aten"

// What is in the repository is what the generator makes of the dumps there.
func TestGeneratedFilesAreUpToDate(t *testing.T) {
	dumps, err := readDumps(filepath.Join(aten, "schemas"))
	require.NoError(t, err)
	files, summary, err := generate(dumps)
	require.NoError(t, err)
	t.Log(strings.SplitN(summary, "\n", 2)[0])
	there, err := generated(aten)
	require.NoError(t, err)
	require.Len(t, there, len(files), "run make generate")
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(aten, name))
		require.NoError(t, err)
		require.True(t, string(want) == string(got), "%s is not what the generator writes: run make generate", name)
	}
}

func TestWriteRemovesWhatIsNotMadeAnyMore(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, "schemas"), 0o755))
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644))
	}
	write("old_gen.go", "package aten")
	write("mine.go", "package aten")
	write("schemas/1.0.0.txt", "aten::abs(Tensor self) -> Tensor\n")
	require.NoError(t, run(folder))
	require.NoFileExists(t, filepath.Join(folder, "old_gen.go"))
	require.FileExists(t, filepath.Join(folder, "mine.go"))
	text, err := os.ReadFile(filepath.Join(folder, "a_gen.go"))
	require.NoError(t, err)
	require.Contains(t, string(text), "func Abs(self *torch.Tensor) *torch.Tensor {")

	require.ErrorContains(t, run(t.TempDir()), "there are no dumps")
	write("schemas/1.1.0.txt", "nonsense\n")
	require.ErrorContains(t, run(folder), "libtorch 1.1.0: not a schema")
}

// merged makes one operator of the schemas of versions 1.9.0, 1.10.0, …
func merged(t *testing.T, schemas ...string) (operator, error) {
	var dumps []dump
	for i, s := range schemas {
		d, err := parseDump([]string{"1.9.0", "1.10.0", "2.0.0"}[i], s)
		require.NoError(t, err)
		dumps = append(dumps, d)
	}
	all, err := operators(dumps)
	if err != nil {
		return operator{}, err
	}
	require.Len(t, all, 1)
	return all[0], nil
}

func TestMerge(t *testing.T) {
	for _, c := range []struct{ about, old, young, required, optional string }{
		{"the same", "f(Tensor self, *, Scalar alpha=1) -> Tensor", "f(Tensor self, *, Scalar alpha=1) -> Tensor", "self", "alpha"},
		{"grown", "f(Tensor self) -> Tensor", "f(Tensor self, bool? mask=None) -> Tensor", "self", "mask"},
		{"grown by a tensor", "f(Tensor a, Tensor b) -> Tensor", "f(Tensor a, Tensor new, Tensor b) -> Tensor", "a new? b", ""},
		{"renamed", "f(Tensor a, Tensor b) -> Tensor", "f(Tensor a, Tensor c) -> Tensor", "a c|b", ""},
		{"a default came", "f(Tensor a, *, int? n) -> Tensor", "f(Tensor a, *, Scalar? n=None) -> Tensor", "a n?", ""},
		{"may be None now", "f(Tensor a) -> Tensor", "f(Tensor? a) -> Tensor", "a?", ""},
		{"a symbolic size", "f(Tensor a, int[2] n) -> int", "f(Tensor a, SymInt[2] n) -> SymInt", "a n", ""},
	} {
		o, err := merged(t, "aten::"+c.old, "aten::"+c.young)
		require.NoError(t, err, c.about)
		require.Equal(t, c.required, names(o.required, true), c.about)
		require.Equal(t, c.optional, names(o.optional, false), c.about)
	}
	for _, c := range []struct{ old, young, want string }{
		{"f(Tensor a) -> Tensor", "f(Tensor a) -> bool", "other results"},
		{"f(Tensor a, int b) -> Tensor", "f(Tensor a) -> Tensor", "lacks the argument b"},
		{"f(Tensor a) -> Tensor", "f(Tensor a, int b) -> Tensor", "lacks the required argument b"},
		{"f(Tensor a, str b) -> Tensor", "f(Tensor a, bool b) -> Tensor", "a str in one version and a bool in another"},
	} {
		_, err := merged(t, "aten::"+c.old, "aten::"+c.young)
		require.ErrorContains(t, err, c.want)
	}
}

func TestFunctionSaysWhichVersionsHaveIt(t *testing.T) {
	dumps := []dump{{"1.9.0", map[string]schema{}}}
	d, err := parseDump("2.0.0", "aten::new_.Tensor(Tensor(a!) self, Tensor[] xs, str? mode, int[1]? dim, *, Layout? layout=None) -> Tensor(a!)")
	require.NoError(t, err)
	files, _, err := generate(append(dumps, d))
	require.NoError(t, err)
	require.Equal(t, header+withTorch+`// NewInplaceTensor calls the operator new_.Tensor, which is not in libtorch 1.9.0.
//
//	new_.Tensor(Tensor(a!) self, Tensor[] xs, str? mode, int[1]? dim, *, Layout? layout=None) -> Tensor(a!)
//
// Options: [WithLayout].
func NewInplaceTensor(self *torch.Tensor, xs []*torch.Tensor, mode string, dim []int, options ...Option) *torch.Tensor {
	opNewInplaceTensor.do(options, self, xs, textOrNone(mode), listOrNone(dim))
	return self
}

var opNewInplaceTensor = operator{name: "aten::new_.Tensor", required: "self xs mode? dim?", optional: "layout"}
`, string(files["n_gen.go"]))
	require.Contains(t, string(files["options_gen.go"]), `func WithLayout(v Layout) Option { return Option{"layout", int(v)} }`)
}

func TestVariantsThatWriteToKeywordsAreLeftOut(t *testing.T) {
	for text, want := range map[string]bool{
		"aten::add.out(Tensor self, *, Tensor(a!) out) -> Tensor(a!)":         false,
		"aten::kthvalue.values(Tensor self, *, Tensor(a!) values) -> Tensor":  false,
		"aten::f.out(Tensor self, Tensor(a!) output) -> Tensor":               false,
		"aten::_softmax(Tensor self, int dim, bool half_to_float) -> Tensor":  false,
		"aten::_foreach_abs(Tensor[] self) -> Tensor[]":                       true,
		"aten::_pack_padded_sequence(Tensor input) -> (Tensor, Tensor)":       true,
		"aten::rrelu_with_noise_(Tensor(a!) self, Tensor(b!) n) -> Tensor(a)": true,
		"aten::flatten.named_out_dim(Tensor self, str out_dim) -> Tensor":     true,
	} {
		s, err := parseSchema(text)
		require.NoError(t, err)
		require.Equal(t, want, public(s), text)
	}
}

func TestTwoFunctionsOfOneNameAreAnError(t *testing.T) {
	d, err := parseDump("2.0.0", "aten::all.dim(Tensor self) -> Tensor\naten::all_dim(Tensor self) -> Tensor")
	require.NoError(t, err)
	_, _, err = generate([]dump{d})
	require.ErrorContains(t, err, "would both be AllDim")
}
