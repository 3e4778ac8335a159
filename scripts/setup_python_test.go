package scripts

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// pythonWith makes a Python that sees the given packages only. torch is a folder to link as the
// package torch; a version.py in it gives the version that Python knows.
func pythonWith(t *testing.T, path, torch string, packages ...string) {
	t.Helper()
	python := os.Getenv("PYTHON")
	if python == "" {
		python = "/usr/bin/python3"
	}
	python, err := exec.LookPath(python)
	require.NoError(t, err)
	site := t.TempDir()
	for _, name := range packages {
		writeFile(t, filepath.Join(site, name, "__init__.py"), "")
	}
	if torch != "" {
		require.NoError(t, os.Symlink(torch, filepath.Join(site, "torch")))
	}
	// -S leaves out the packages that are really installed.
	writeFile(t, path, fmt.Sprintf("#!/bin/sh\nPYTHONPATH=%s exec %s -S \"$@\"\n", site, python))
	require.NoError(t, os.Chmod(path, 0o755))
}

// fakeTorch is a Python package torch, with the headers and libraries that wheels have.
func fakeTorch(t *testing.T, version, pythonVersion string) string {
	t.Helper()
	folder := fakeLibtorch(t, version)
	writeFile(t, folder+"/__init__.py", "raise Exception('set-up imports torch, which takes seconds')")
	writeFile(t, folder+"/version.py", "__version__ = '"+pythonVersion+"'\n")
	return folder
}

func TestTorchOfPythonIsChosen(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.systemLibtorch(s.sys, "1.13.0") // the Python on PATH comes before it
	torch := fakeTorch(t, "2.6.0", "2.6.0+cpu")
	pythonWith(t, s.bin+"/python3", torch)
	require.Contains(t, s.setup(), "libtorch 2.6.0 from the torch of "+s.bin+"/python3: "+torch)
	target, err := os.Readlink(s.link())
	require.NoError(t, err)
	require.Equal(t, torch, target)

	header := s.header()
	s.setup()
	require.Equal(t, header, s.header(), "found by the link, it is still the same libtorch")
}

func TestTorchOfPythonIsPassedOver(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.systemLibtorch(s.sys, "1.13.0")
	bare := fakeTorch(t, "2.6.0", "2.6.0")
	require.NoError(t, os.RemoveAll(bare+"/include"))
	pythonWith(t, s.bin+"/python3", bare)
	require.Contains(t, s.setup(), "from the system's packages", "a torch without headers")

	// Debian's Python package leads to the system's own libraries and headers.
	debian := t.TempDir()
	writeFile(t, debian+"/__init__.py", "")
	require.NoError(t, os.Symlink(s.sys+"/usr/include", debian+"/include"))
	require.NoError(t, os.Symlink(s.sys+"/usr/lib/x86_64-linux-gnu", debian+"/lib"))
	pythonWith(t, s.bin+"/python3", debian)
	require.Contains(t, s.setup(), "from the system's packages")

	pythonWith(t, s.bin+"/python3", fakeTorch(t, "1.12.1", "1.12.1"))
	r := s.run("setup-libtorch.sh")
	require.Zero(t, r.code)
	require.Contains(t, r.stderr, "1.12.1 is older than 1.13")
	require.Contains(t, r.stdout, "from the system's packages")
	require.Equal(t, []string{headerName}, s.files())
}

// The checkout has a folder named torch, which Python would take for a package.
func TestCheckoutIsNotTheTorchOfPython(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.systemLibtorch(s.sys, "1.13.0")
	writeFile(t, s.root+"/torch/__init__.py", "")
	fakeHeaders(t, s.root+"/torch/include", "2.6.0")
	fakeLibraries(t, s.root+"/torch/lib", "2.6.0", 1)
	pythonWith(t, s.bin+"/python3", "")
	require.Contains(t, s.setup(), "from the system's packages")
}

func TestPythonWithTheSameTorchIsUsed(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.env = []string{"LIBTORCH=" + fakeLibtorch(t, "2.6.0")}
	pythonWith(t, s.bin+"/python3", fakeTorch(t, "2.6.0", "2.6.0+cpu"), "numpy", "PIL", "setuptools")
	r := s.run("setup-python.sh")
	require.Zero(t, r.code, r.stderr)
	require.Equal(t, s.bin+"/python3\n", r.stdout)

	// PYTHON comes first, and is made absolute: tests run in other folders.
	pythonWith(t, s.root+"/venv/bin/python", fakeTorch(t, "2.6.0", "2.6.0a0+git"), "numpy", "PIL", "setuptools")
	s.env = append(s.env, "PYTHON=venv/bin/python")
	r = s.run("setup-python.sh")
	require.Zero(t, r.code, r.stderr)
	require.Equal(t, s.root+"/venv/bin/python\n", r.stdout)
	require.Empty(t, s.aptLog())
}

func TestPYTHONThatLacksSomethingIsRefused(t *testing.T) {
	t.Parallel()
	same := fakeTorch(t, "2.6.0", "2.6.0")
	for lacks, make := range map[string]func(path string){
		"torch 2.6.0":                func(path string) { pythonWith(t, path, "", "numpy", "PIL", "setuptools") },
		"torch 2.6.0 (it has 2.6.1)": func(path string) { pythonWith(t, path, fakeTorch(t, "2.6.1", "2.6.1"), "numpy", "PIL", "setuptools") },
		"numpy":                      func(path string) { pythonWith(t, path, same, "PIL", "setuptools") },
		"PIL":                        func(path string) { pythonWith(t, path, same, "numpy", "setuptools") },
		"setuptools":                 func(path string) { pythonWith(t, path, same, "numpy", "PIL") },
		"a working Python 3":         func(string) {},
	} {
		s := newSandbox(t)
		python := s.root + "/python"
		make(python)
		s.env = []string{"LIBTORCH=" + fakeLibtorch(t, "2.6.0"), "PYTHON=" + python}
		r := s.run("setup-python.sh")
		require.Equal(t, 1, r.code, lacks)
		require.Empty(t, r.stdout)
		require.Contains(t, r.stderr, "PYTHON="+python+" lacks "+lacks+"; install it there, or unset PYTHON")
		require.Empty(t, s.aptLog())
	}
}

func TestDebiansPython(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.systemLibtorch(s.sys, "1.13.0")
	debian := s.sys + "/usr/bin/python3"

	s.user(1000)
	r := s.run("setup-python.sh")
	require.Equal(t, 1, r.code)
	require.Contains(t, r.stderr, install+"python3-torch python3-numpy python3-pil python3-setuptools\n")
	require.Empty(t, r.stdout)

	// Root gets it installed, once. Debian's 1.13.1 calls itself 1.13.0a0 in Python.
	s.user(0)
	pythonWith(t, s.sys+"/offered/usr/bin/python3", fakeTorch(t, "1.13.0", "1.13.0a0"), "numpy", "PIL", "setuptools")
	for range 2 {
		r = s.run("setup-python.sh")
		require.Zero(t, r.code, r.stderr)
		require.Equal(t, debian+"\n", r.stdout)
		require.Len(t, s.aptLog(), 2)
	}
	require.Contains(t, s.aptLog()[1], "install -y --no-install-recommends python3-torch python3-numpy python3-pil python3-setuptools")
}

func TestDebiansPythonWithAnotherTorchIsRefused(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.env = []string{"LIBTORCH=" + fakeLibtorch(t, "2.6.0")}
	pythonWith(t, s.sys+"/usr/bin/python3", fakeTorch(t, "1.13.0", "1.13.0a0"), "numpy", "PIL", "setuptools")
	r := s.run("setup-python.sh")
	require.Equal(t, 1, r.code)
	require.Contains(t, r.stderr, "lacks torch 2.6.0 (it has 1.13.0a0); set PYTHON to a Python that has it")
	require.Empty(t, s.aptLog())
}
