package torch_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// privateMiB is the memory that the process has for itself.
func privateMiB(t *testing.T) int {
	status, err := os.ReadFile("/proc/self/status")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(status), "RssAnon:")
	require.True(t, found)
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	require.NoError(t, err)
	return kib / 1024
}

// requireLevel runs f so often that the process would grow by several times most, in
// MiB, if each run left something behind.
func requireLevel(t *testing.T, most, runs int, f func(i int)) {
	t.Helper()
	for i := range runs / 10 {
		f(i)
	}
	runtime.GC()
	before := privateMiB(t)
	for i := range runs {
		f(i)
	}
	runtime.GC()
	require.Less(t, privateMiB(t)-before, most)
}

func TestNothingGrowsByItself(t *testing.T) {
	x := torch.Ones(torch.Shape{2}, torch.RequiresGrad(true))
	g := torch.NewGenerator(1)
	for name, c := range map[string]struct {
		runs, most int
		f          func(i int)
	}{
		"generators":       {100_000, 100, func(i int) { torch.NewGenerator(int64(i)) }},
		"generator clones": {100_000, 100, func(int) { g.Clone() }},
		"operators":        {200_000, 100, func(int) { torch.NewOperator("aten::relu", "self").Exists() }},
		"hooks":            {500_000, 12, func(int) { x.RegisterHook(func(*torch.Tensor) *torch.Tensor { return nil }).Remove() }},
	} {
		t.Run(name, func(t *testing.T) { requireLevel(t, c.most, c.runs, c.f) })
	}
}

// What is written to on pages of a file is private memory, which presses on the collector.
func TestMappedTensorsThatAreWrittenTo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.safetensors")
	w := torch.Ones(torch.Shape{4 << 20})
	require.NoError(t, torch.SaveSafetensors(path, []torch.NamedTensor{{Name: "w", Tensor: w}}, nil))
	w.Free()
	f, err := torch.OpenSafetensors(path)
	require.NoError(t, err)
	defer f.Close()
	requireLevel(t, 300, 50, func(int) {
		w, err := f.Tensor("w")
		require.NoError(t, err)
		w.AddInplace(1)
	})
}

// Hooks run in the order of registration, whichever were removed before and between.
func TestHooksKeepTheirOrder(t *testing.T) {
	x := torch.Ones(torch.Shape{1}, torch.RequiresGrad(true))
	var order string
	hook := func(name string) *torch.Hook {
		return x.RegisterHook(func(g *torch.Tensor) *torch.Tensor {
			order += name
			return g.Mul(2)
		})
	}
	backward := func() float64 {
		order = ""
		x.SetGrad(nil)
		x.Mul(1).Sum().Backward()
		return x.Grad().Item()
	}
	a, b := hook("a"), hook("b")
	require.Equal(t, 4.0, backward())
	require.Equal(t, "ab", order)
	a.Remove()
	c := hook("c")
	require.Equal(t, 4.0, backward())
	require.Equal(t, "bc", order)
	var itself *torch.Hook
	itself = x.RegisterHook(func(*torch.Tensor) *torch.Tensor { order += "!"; itself.Remove(); return nil })
	d := hook("d")
	require.Equal(t, 8.0, backward())
	require.Equal(t, "bc!d", order)
	require.Equal(t, 8.0, backward())
	require.Equal(t, "bcd", order)
	for _, h := range []*torch.Hook{b, c, d, d} {
		h.Remove()
	}
	require.Equal(t, 1.0, backward())
	require.Empty(t, order)
}
