package twin_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/twin"
)

// recorder is a testing.TB whose end doesn't end the test.
type recorder struct {
	testing.TB
	failed, skipped string
}

func (r *recorder) Fatalf(format string, args ...any) { r.end(&r.failed, fmt.Sprintf(format, args...)) }
func (r *recorder) Fatal(args ...any)                 { r.end(&r.failed, fmt.Sprint(args...)) }
func (r *recorder) Skip(args ...any)                  { r.end(&r.skipped, fmt.Sprint(args...)) }

func (r *recorder) end(which *string, message string) {
	*which = message
	runtime.Goexit()
}

// record runs f with a recorder.
func record(t *testing.T, f func(t testing.TB)) (failed, skipped string) {
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(r)
	}()
	<-done
	return r.failed, r.skipped
}

var dtypes = []torch.DType{
	torch.Bool, torch.Uint8, torch.Int8, torch.Int16, torch.Int32, torch.Int64, torch.Float16, torch.BFloat16, torch.Float32,
	torch.Float64, torch.Complex64,
}

func TestTensorsGoToPythonAndBack(t *testing.T) {
	inputs := map[string]*torch.Tensor{
		"scalar": torch.New(1.5), "empty": torch.Zeros(torch.Shape{3, 0}), "turned": torch.New([][]int{{1, 2}, {3, 4}}).T(),
		"nan": torch.New([]float32{float32(math.NaN()), float32(math.Inf(-1)), float32(math.Copysign(0, -1))}),
	}
	for _, d := range dtypes {
		inputs[d.String()] = torch.New([][]float32{{0, 1, 2}, {3, 4, 5}}).To(d)
	}
	inputs["tied"] = inputs["float32"]
	got := twin.Run(t, `
		assert inputs["turned"].tolist() == [[1, 3], [2, 4]], inputs["turned"]
		assert inputs["complex64"][1, 2] == 5 and inputs["empty"].shape == (3, 0)
		assert torch.get_num_threads() == 1
		for name, x in inputs.items():
			if name not in ("scalar", "empty", "turned", "nan", "tied"):
				assert str(x.dtype) == "torch." + name, (name, x.dtype)
			out[name] = x
		save(number=0.1, count=7, yes=True, args=len(args), conj=inputs["complex64"].conj())
		assert args == ["a b", "--c"], args
	`, inputs, "a b", "--c")
	for name, x := range inputs {
		twin.RequireEqual(t, x, got[name], name)
	}
	require.Equal(t, 0.1, got["number"].Item())
	require.Equal(t, int64(7), got["count"].ItemInt())
	require.Equal(t, torch.Bool, got["yes"].DType())
	require.Equal(t, int64(2), got["args"].ItemInt())
	require.Len(t, got, len(inputs)+5)
	require.Equal(t, 1, torch.NumThreads())
}

func TestThreadsComeBack(t *testing.T) {
	before := torch.NumThreads()
	torch.SetNumThreads(2)
	defer torch.SetNumThreads(before)
	t.Run("one", func(t *testing.T) {
		twin.OneThread(t)
		require.Equal(t, 1, torch.NumThreads())
	})
	require.Equal(t, 2, torch.NumThreads())
}

func TestPythonErrorsFailTheTest(t *testing.T) {
	failed, _ := record(t, func(t testing.TB) { twin.Run(t, "x = 1\nx.no", nil) })
	require.Contains(t, failed, `File "script.py", line 2`)
	require.Contains(t, failed, "AttributeError")
	failed, _ = record(t, func(t testing.TB) { twin.Run(t, `out["x"] = torch.zeros(1, dtype=torch.complex128)`, nil) })
	require.Contains(t, failed, "complex128")
}

func TestUnusablePythonFailsTheTest(t *testing.T) {
	for name, script := range map[string]string{
		"no torch":      "echo \"No module named 'torch'\" >&2; exit 3",
		"other version": "exec \"$REAL\" -c 'import sys, types; sys.modules[\"torch\"] = types.SimpleNamespace(__version__=\"9.9.1+cpu\"); sys.argv = sys.argv[1:]; exec(open(sys.argv[0]).read())' \"$@\"",
	} {
		t.Run(name, func(t *testing.T) {
			python := filepath.Join(t.TempDir(), "python")
			require.NoError(t, os.WriteFile(python, []byte("#!/bin/sh\n"+script), 0o755))
			real := os.Getenv("PYTHON")
			if real == "" {
				real = "/usr/bin/python3"
			}
			t.Setenv("REAL", real)
			t.Setenv("PYTHON", python)
			failed, _ := record(t, func(t testing.TB) { twin.Run(t, "", nil) })
			require.Contains(t, failed, "make test")
			require.Contains(t, failed, "scripts/setup-python.sh")
			require.Contains(t, failed, map[string]string{"no torch": "No module", "other version": "9.9.1+cpu"}[name])

			t.Setenv("MULTITORCH_NO_TWIN", "1")
			failed, skipped := record(t, func(t testing.TB) { twin.Run(t, "", nil) })
			require.Empty(t, failed)
			require.Contains(t, skipped, "MULTITORCH_NO_TWIN")
		})
	}
	t.Setenv("PYTHON", filepath.Join(t.TempDir(), "missing"))
	failed, _ := record(t, func(t testing.TB) { twin.Run(t, "", nil) })
	require.Contains(t, failed, "make test")
}

func TestRequireEqual(t *testing.T) {
	f32 := func(vs ...float32) *torch.Tensor { return torch.New(vs) }
	next := math.Nextafter32(1, 2)
	for name, c := range map[string]struct {
		want, got *torch.Tensor
		message   string
	}{
		"equal":     {f32(1, 2), f32(1, 2), ""},
		"equal nan": {f32(float32(math.NaN())), f32(float32(math.NaN())), ""},
		"value": {
			f32(1, 2, 1), f32(1, 2, math.Nextafter32(next, 2)),
			"x: 1 of 3 elements differ, the first at [2]: want 1 (0x3f800000), got 1.0000002 (0x3f800002) (at most 2 units in the last place apart, in float32[3])",
		},
		"across zero":  {f32(-math.SmallestNonzeroFloat32), f32(math.SmallestNonzeroFloat32), "at most 2 units"},
		"signed zero":  {f32(0), f32(float32(math.Copysign(0, -1))), "want 0 (0x00000000), got -0 (0x80000000)"},
		"index":        {torch.New([][]int{{1, 2}, {3, 4}}), torch.New([][]int{{1, 2}, {5, 4}}), "the first at [1 0]: want 3, got 5"},
		"scalar":       {torch.New(1), torch.New(2), "the first at []"},
		"bytes":        {torch.New([]uint8{250}), torch.New([]uint8{5}), "want 250, got 5 (at most 245"},
		"bool":         {torch.New([]bool{true}), torch.New([]bool{false}), "want 1, got 0"},
		"half":         {f32(1.5).To(torch.Float16), f32(2).To(torch.Float16), "want 1.5 (0x3e00), got 2 (0x4000)"},
		"bfloat16":     {f32(1.5).To(torch.BFloat16), f32(2).To(torch.BFloat16), "want 1.5 (0x3fc0), got 2 (0x4000)"},
		"complex":      {torch.New([]complex64{1 + 2i}), torch.New([]complex64{1 + 3i}), "i 2 (0x40000000), got 1 (0x3f800000) + i 3"},
		"dtype":        {f32(1), torch.New([]int{1}), "want float32[1], got int64[1]"},
		"shape":        {f32(1), torch.New(float32(1)), "want float32[1], got float32[]"},
		"nil":          {f32(1), nil, "want float32[1], got nil"},
		"both missing": {nil, nil, "both tensors are nil"},
	} {
		t.Run(name, func(t *testing.T) {
			failed, _ := record(t, func(t testing.TB) { twin.RequireEqual(t, c.want, c.got, "x") })
			require.Contains(t, failed, c.message)
			require.Equal(t, c.message == "", failed == "")
		})
	}
}
