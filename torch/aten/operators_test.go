package aten

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// Every function is held against the running libtorch: the operator is found by
// its name, and the schema has no argument that the function doesn't know.
func TestEveryOperatorResolves(t *testing.T) {
	schemas := Arguments()
	found := 0
	for _, o := range operators {
		want, exists := schemas[o.name]
		require.Equal(t, exists, o.get().Exists(), o.name)
		if !exists {
			continue
		}
		found++
		var known []string
		for name := range strings.FieldsSeq(o.required + " " + o.optional) {
			known = append(known, strings.Split(strings.TrimSuffix(name, "?"), "|")...)
		}
		for _, name := range want {
			require.Contains(t, known, name, "the function of %s can't give it", o.name)
		}
	}
	t.Logf("%d of %d operators are in libtorch %s", found, len(operators), torch.Version())
	require.Greater(t, found, 1500)
}

func TestDeclarations(t *testing.T) {
	for list, want := range map[string][]declared{
		"":            nil,
		"Tensor self": {{name: "self", base: "Tensor"}},
		"Tensor(a -> *) self, int[2] stride=[1, 1], *, str norm=\"x\", bool[3] mask": {
			{name: "self", base: "Tensor"},
			{name: "stride", base: "int", list: true, free: true},
			{name: "norm", base: "str", free: true, keyword: true},
			{name: "mask", base: "bool", list: true, keyword: true},
		},
		"Tensor(a!) out, Tensor?[] indices, SymInt[]? size=None, Scalar? min=None": {
			{name: "out", base: "Tensor", written: true},
			{name: "indices", base: "Tensor", list: true},
			{name: "size", base: "int", list: true, optional: true, free: true},
			{name: "min", base: "Scalar", optional: true, free: true},
		},
	} {
		require.Equal(t, want, declarations(list), list)
	}
}

// What an older libtorch lacks is nil there, and the error says so if it isn't.
func TestAnOperatorOrArgumentThatIsMissing(t *testing.T) {
	x := torch.Ones(torch.Shape{2})
	unknown := operator{name: "aten::frobnicate.Tensor", required: "self"}
	e := failure(t, func() { unknown.unary(nil, x) })
	require.Contains(t, e.Message, "libtorch "+torch.Version()+" has no operator aten::frobnicate.Tensor")

	grown := operator{name: "aten::mul.Tensor", required: "self other", optional: "frobnicate"}
	require.Equal(t, 2.0, grown.binary(nil, x, x).Sum().Item())
	require.Equal(t, 2.0, grown.binary([]Option{Named("frobnicate", nil)}, x, x).Sum().Item())
	e = failure(t, func() { grown.binary([]Option{Named("frobnicate", 1)}, x, x) })
	require.Contains(t, e.Message, "libtorch "+torch.Version()+" has no argument 'frobnicate'")

	renamed := operator{name: "aten::mul.Tensor", required: "me|self other"}
	require.Equal(t, 2.0, renamed.binary(nil, x, x).Sum().Item())
}

func failure(t *testing.T, f func()) *torch.Error {
	t.Helper()
	err := torch.Try(func() error { f(); return nil })
	var e *torch.Error
	require.ErrorAs(t, err, &e)
	return e
}

// No operator has two functions, and no function two arguments of one name.
func TestNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, o := range operators {
		require.False(t, seen[o.name], o.name)
		seen[o.name] = true
		names := strings.Fields(o.required + " " + o.optional)
		require.Len(t, slices.Compact(slices.Sorted(slices.Values(names))), len(names), o.name)
	}
}
