package scripts

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const install = "apt-get update && apt-get install -y --no-install-recommends "

func TestSystemLibtorchNeedsNothing(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.user(1000)
	s.systemLibtorch(s.sys, "1.13.0")
	require.Equal(t, "libtorch 1.13.0 from the system's packages: "+s.sys+
		"/usr (new C++ ABI, BLAS: libopenblas0-pthread)\n", s.setup())
	require.Equal(t, []string{headerName}, s.files())
}

func TestRootGetsDebiansPackages(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.systemLibtorch(s.sys+"/offered", "1.13.0")

	require.Contains(t, s.setup(), "libtorch 1.13.0 from the system's packages")
	calls := s.aptLog()
	require.Len(t, calls, 2)
	require.Contains(t, calls[0], " update")
	require.Contains(t, calls[1], " install -y --no-install-recommends libtorch-dev libopenblas0-pthread")

	s.setup()
	require.Len(t, s.aptLog(), 2, "the second set-up called apt-get")
}

func TestOthersGetOneCommand(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.user(1000)
	words := s.refused()
	require.Contains(t, words, "run this as root, then try again:\n    "+install+"libtorch-dev libopenblas0-pthread\n")
	require.Empty(t, s.aptLog())
	require.Empty(t, s.files())
}

func TestMissingCompiler(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.remove("g++")
	s.user(1000)
	require.Contains(t, s.refused(), install+"libtorch-dev libopenblas0-pthread g++\n", "two commands would be one too many")

	s.env = []string{"LIBTORCH=" + fakeLibtorch(t, "2.6.0")}
	require.Contains(t, s.refused(), install+"g++\n")
	require.Empty(t, s.files())

	s.compiler("other") // it may have another name
	s.env = append(s.env, "CXX=other")
	s.setup()
}

func TestMissingAllocator(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	require.NoError(t, os.Remove(s.tcmalloc()))
	s.user(1000)
	require.Contains(t, s.refused(), install+"libtorch-dev libopenblas0-pthread libgoogle-perftools-dev\n")

	s.env = []string{"LIBTORCH=" + fakeLibtorch(t, "2.6.0")}
	words := s.refused()
	require.Contains(t, words, install+"libgoogle-perftools-dev\n")
	require.Contains(t, words, "set GOFLAGS=-tags=notcmalloc")
	require.Empty(t, s.files())

	s.env = append(s.env, "GOFLAGS=-trimpath -tags=notcmalloc")
	s.setup()
	require.Empty(t, s.aptLog())

	s.env, s.root = s.env[:1], t.TempDir()
	s.user(0)
	s.setup()
	require.Contains(t, s.aptLog()[1], " install -y --no-install-recommends libgoogle-perftools-dev")
}

func TestFailingAptGet(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.command("apt-get", "echo E: no network >&2; exit 100")
	words := s.refused()
	require.Contains(t, words, "E: no network")
	require.Contains(t, words, "apt-get update failed")
	require.Empty(t, s.files())
}

func TestPackagesWithoutLibtorch(t *testing.T) {
	t.Parallel()
	s := newSandbox(t) // its apt-get succeeds and installs nothing
	require.Contains(t, s.refused(), "libtorch-dev is installed, but libtorch is not in "+s.sys+"/usr")
	require.Empty(t, s.files())
}

func TestOldPackagesAreRefused(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.systemLibtorch(s.sys, "1.7.1")
	require.Contains(t, s.refused(), "libtorch 1.7.1 (the system's packages: "+s.sys+"/usr) is too old")
	require.Empty(t, s.files())
}

func TestLibrariesWithoutHeadersAreNotEnough(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.user(1000)
	s.systemLibtorch(s.sys, "1.13.0")
	require.NoError(t, os.RemoveAll(s.sys+"/usr/include"))
	require.Contains(t, s.refused(), install+"libtorch-dev")
}

func TestReferenceBLAS(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.systemLibtorch(s.sys, "1.13.0")
	blas := filepath.Join(s.sys, "usr/lib/x86_64-linux-gnu/libblas.so.3")
	writeFile(t, blas, "libblas3")

	// Who is not root is told, and goes on with the slow one.
	s.user(1000)
	r := s.run("setup-libtorch.sh")
	require.Zero(t, r.code)
	require.Contains(t, r.stderr, install+"libopenblas0-pthread\n")
	require.Contains(t, r.stdout, "BLAS: libblas3)")

	// Root gets the fast one.
	s.user(0)
	writeFile(t, s.sys+"/offered/usr/lib/x86_64-linux-gnu/libblas.so.3", "libopenblas0-pthread")
	require.Contains(t, s.setup(), "BLAS: libopenblas0-pthread)")
	require.Len(t, s.aptLog(), 2)

	// Installed, but the person has chosen the slow one.
	writeFile(t, blas, "libblas3")
	s.command("dpkg-query", "echo installed")
	r = s.run("setup-libtorch.sh")
	require.Zero(t, r.code)
	require.Contains(t, r.stderr, "update-alternatives --config libblas.so.3-x86_64-linux-gnu")
	require.Len(t, s.aptLog(), 2)
}

func TestOtherFastBLASIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.systemLibtorch(s.sys, "1.13.0")
	writeFile(t, filepath.Join(s.sys, "usr/lib/x86_64-linux-gnu/libblas.so.3"), "libopenblas0-openmp")
	require.Contains(t, s.setup(), "BLAS: libopenblas0-openmp)")
	require.Empty(t, s.aptLog())
}
