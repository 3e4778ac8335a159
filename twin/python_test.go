package twin

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// Without PYTHON, python3 on the PATH is asked first, and the system's when that one has no torch.
func TestWhichPython(t *testing.T) {
	if os.Getenv("MULTITORCH_NO_TWIN") == "1" {
		t.Skip("not compared with Python: MULTITORCH_NO_TWIN=1")
	}
	usable := os.Getenv("PYTHON")
	if usable == "" {
		usable = candidates()[len(candidates())-1]
	}
	usable, err := exec.LookPath(usable)
	require.NoError(t, err)
	before := found.Load()
	t.Cleanup(func() { found.Store(before) })
	log := filepath.Join(t.TempDir(), "log")
	python := func(script string) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "python3"), []byte("#!/bin/sh\necho asked >>"+log+"\n"+script), 0o755))
		t.Setenv("PYTHON", "")
		t.Setenv("PATH", dir)
		found.Store(nil)
	}
	asked := func() string {
		text, err := os.ReadFile(log)
		require.NoError(t, err)
		return string(text)
	}

	python(`exec ` + usable + ` "$@"`)
	for range 2 {
		require.Equal(t, 2.0, Run(t, `save(x=inputs["x"] * 2)`, map[string]*torch.Tensor{"x": torch.Ones(nil)})["x"].Item())
	}
	require.Equal(t, "asked\nasked\n", asked())

	// It is looked for once.
	found.Store(&usable)
	Run(t, "", nil)
	require.Equal(t, "asked\nasked\n", asked())
	require.Equal(t, []string{usable}, candidates())
}
