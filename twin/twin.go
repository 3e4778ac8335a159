// Package twin runs Python code on the same libtorch, so that a test can hold Go's
// tensors against PyTorch's, bit for bit.
package twin

import (
	"bytes"
	_ "embed"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"multitorch/torch"
)

//go:embed prelude.py
var prelude []byte

// unusable is the exit status by which prelude.py says that this Python won't do.
const unusable = 3

// Run runs a Python script and returns what it saved. The script finds torch
// imported, its inputs as a dict of tensors (inputs["x"]), its arguments as a list
// of strings (args), and hands results back by name, tensors or numbers:
//
//	want := twin.Run(t, `
//		x = inputs["x"]
//		save(sum=x.sum(), mean=x.mean(0))
//		for p in 1, 2:
//			out["norm%d" % p] = x.norm(p)
//	`, map[string]*torch.Tensor{"x": x})
//	twin.RequireEqual(t, want["sum"], x.Sum())
//
// A start of Python costs about a second: better one script that saves many
// results than many scripts.
//
// Python is the one that the environment variable PYTHON names, else Debian's. It
// computes with one thread, and so does Go until the test ends: see [OneThread].
// A Python without torch, or with one of another version, fails the test; with
// MULTITORCH_NO_TWIN=1 in the environment Python isn't asked, and the test is
// skipped.
func Run(t testing.TB, script string, inputs map[string]*torch.Tensor, args ...string) map[string]*torch.Tensor {
	t.Helper()
	if os.Getenv("MULTITORCH_NO_TWIN") == "1" {
		t.Skip("not compared with Python: MULTITORCH_NO_TWIN=1")
	}
	OneThread(t)
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	write(t, file("prelude.py"), prelude)
	write(t, file("script.py"), []byte(script))
	var tensors []torch.NamedTensor
	for _, name := range slices.Sorted(maps.Keys(inputs)) {
		tensors = append(tensors, torch.NamedTensor{Name: name, Tensor: inputs[name]})
	}
	if err := torch.SaveSafetensors(file("in"), tensors, nil); err != nil {
		t.Fatalf("twin: %v", err)
	}
	python(t, dir, append([]string{"prelude.py", "script.py", "in", "out", torch.Version()}, args...))
	saved, _, err := torch.LoadSafetensors(file("out"))
	if err != nil {
		t.Fatalf("twin: %v", err)
	}
	results := make(map[string]*torch.Tensor, len(saved))
	for _, s := range saved {
		results[s.Name] = s.Tensor
	}
	return results
}

// OneThread sets the threads that one operator may use to 1 until the test ends:
// the number of threads changes the order of sums, and so their last bits.
func OneThread(t testing.TB) {
	before := torch.NumThreads()
	torch.SetNumThreads(1)
	t.Cleanup(func() { torch.SetNumThreads(before) })
}

func write(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatalf("twin: %v", err)
	}
}

// python runs it in dir: in this checkout it would take the folder torch for the
// package.
func python(t testing.TB, dir string, args []string) {
	t.Helper()
	name := os.Getenv("PYTHON")
	if name == "" {
		name = "/usr/bin/python3"
	}
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1", "MKL_NUM_THREADS=1", "PYTHONDONTWRITEBYTECODE=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	_, err := cmd.Output()
	if err == nil {
		return
	}
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() != unusable {
		t.Fatalf("twin: the Python script failed (%v):\n%s", err, stderr.String())
	}
	t.Fatalf("twin: this test compares with PyTorch %s, but %s can't do that (%v: %s).\n"+
		"Run `make test`, which installs what is missing, or `PYTHON=\"$(scripts/setup-python.sh)\" go test ...`;\n"+
		"to leave all such tests out, set MULTITORCH_NO_TWIN=1.", torch.Version(), name, err, bytes.TrimSpace(stderr.Bytes()))
}
