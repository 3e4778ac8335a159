package twin

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"multitorch/torch"
)

// unusable are the exit statuses by which prelude.py says that this Python won't do, and by which shells and
// version managers say that there is none behind a name.
var unusable = []int{3, 126, 127}

// found is the Python that did when it was looked for without PYTHON.
var found atomic.Pointer[string]

// candidates are the Pythons that may do.
func candidates() []string {
	if name := os.Getenv("PYTHON"); name != "" {
		return []string{name}
	}
	if name := found.Load(); name != nil {
		return []string{*name}
	}
	return []string{"python3", "/usr/bin/python3"}
}

// runPython runs the first Python that does. It starts in dir: in the checkout it would take the folder torch
// for the package.
func runPython(t testing.TB, dir string, args []string) {
	t.Helper()
	var reasons strings.Builder
	for _, name := range candidates() {
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1", "MKL_NUM_THREADS=1", "PYTHONDONTWRITEBYTECODE=1")
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		err := cmd.Run()
		if err == nil {
			found.Store(&name)
			return
		}
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && !slices.Contains(unusable, exit.ExitCode()) {
			t.Fatalf("twin: the Python script failed (%v):\n%s", err, stderr.String())
		}
		fmt.Fprintf(&reasons, "  %s: %v: %s\n", name, err, bytes.TrimSpace(stderr.Bytes()))
	}
	t.Fatalf("twin: this test compares with PyTorch %s, which no Python here can do:\n%s"+
		"Set PYTHON to one that has it; in a checkout of multitorch PYTHON=\"$(scripts/setup-python.sh)\" finds or installs one, "+
		"as `make test` does.\nTo leave all such tests out, set MULTITORCH_NO_TWIN=1.", torch.Version(), reasons.String())
}
