package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/twin"
)

// TestParity runs the program and its Python twin, 200 steps each with the
// shuffling loader, and compares what they print line by line: every loss to its
// last bit, and a checksum of each final weight.
func TestParity(t *testing.T) {
	program := filepath.Join(t.TempDir(), "tutorial")
	out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	cmd := exec.Command(program, "--verify")
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1")
	printed, err := cmd.Output()
	require.NoError(t, err)

	source, err := filepath.Abs("tutorial.py")
	require.NoError(t, err)
	python := twin.Run(t, `
		import contextlib, io, runpy, sys
		sys.argv = [args[0], "--verify"]
		printed = io.StringIO()
		with contextlib.redirect_stdout(printed):
			runpy.run_path(args[0], run_name="__main__")
		out["printed"] = torch.tensor(list(printed.getvalue().encode()), dtype=torch.uint8)
	`, nil, source)

	want := strings.Split(string(torch.ToSlice[uint8](python["printed"])), "\n")
	got := strings.Split(string(printed), "\n")
	require.Equal(t, 200, strings.Count(string(printed), "train loss"))
	for i, line := range want {
		require.Equal(t, line, got[i], "line %d", i+1)
	}
	require.Len(t, got, len(want))
}
