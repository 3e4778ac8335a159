// Package twin runs Python beside Go in a test, on the same libtorch, and holds Go's tensors against
// PyTorch's, bit for bit. It is for whoever ports a program:
//
//	func TestLinear(t *testing.T) {
//		want := twin.Run(t, `
//			torch.manual_seed(0)
//			model = torch.nn.Linear(2, 3)
//			save(y=model(inputs["x"]))
//		`, map[string]*torch.Tensor{"x": x})
//		torch.ManualSeed(0)
//		twin.RequireEqual(t, want["y"], nn.NewLinear(2, 3).Forward(x))
//	}
//
// [Run] runs a script once; [RunPrograms] runs small programs that are written twice, with several seeds.
//
// # Python
//
// Equal bits can be expected of the same libtorch on the same machine alone, so a Python is wanted whose torch
// has the version of the libtorch that this process has loaded. It is the one that the environment variable
// PYTHON names, else python3 on the PATH, else the system's /usr/bin/python3, whichever has it first. A test
// for which there is none fails: a comparison that was not made must not look like one that was. Who wants
// such tests left out says so by MULTITORCH_NO_TWIN=1, and they are reported as skipped.
//
// Both sides compute with one thread, see [OneThread].
package twin

import (
	_ "embed"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"multitorch/torch"
)

//go:embed prelude.py
var prelude []byte

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
// Tensors of all dtypes but complex128 can be passed, either way; that one goes as view_as_real. What Python
// raises fails the test, with its traceback.
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
	runPython(t, dir, append([]string{"prelude.py", "script.py", "in", "out", torch.Version()}, args...))
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

// OneThread sets the threads that one operator may use to 1 until the test ends: the number of threads
// changes the order of sums, and so their last bits. It is the process's: tests that run in parallel with
// this one compute with one thread, too.
func OneThread(t testing.TB) {
	t.Helper()
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
