package scripts

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// newMatrix is a sandbox in which every place can be made: debootstrap, pip and chroot only leave folders,
// and the checkout's measure.sh measures nothing. Each notes that it ran in calls.log.
func newMatrix(t *testing.T, versions string) *sandbox {
	t.Helper()
	s := newSandbox(t)
	for _, tool := range []string{"tail", "cp"} {
		path, err := exec.LookPath(tool)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(s.bin, tool)))
	}
	s.command("go", `case "$2" in GOROOT) echo /goroot ;; GOMODCACHE) echo /modules ;; esac`)
	s.command("git", `printf 'scripts/measure.sh\0'`)
	s.command("debootstrap", `echo "$0 $*" >>`+s.calls()+`; while [ $# -gt 1 ]; do shift; done; mkdir -p "$1/etc/apt/apt.conf.d"`)
	s.command("unshare", `
shift
case "$1" in
debootstrap) exec "$@" ;;
*) [ "$3 $4" = "/goroot /modules" ] && cd "$2/matrix" && shift 4 && exec "$@" ;;
esac`)
	s.command("python3", `echo "$0 $*" >>`+s.calls()+`; mkdir -p "$3/bin"; cp `+s.bin+`/pip "$3/bin/python"`)
	s.command("pip", `echo pip "$@" >>`+s.calls())
	s.measure(`echo version 2.6.0; echo compiler gcc 14.2.0; echo 'build 21 s (39 s of processor time)'; echo passed 300; echo failed 0
		echo skipped 1; echo parity bit for bit; echo go 500; echo python 900`)
	s.env = []string{"MATRIX=" + versions, "MATRIX_DIR=" + filepath.Join(s.sys, "matrix"), "HOME=" + s.sys}
	return s
}

// measure is what measure.sh says to file descriptor 3.
func (s *sandbox) measure(script string) {
	s.t.Helper()
	path := filepath.Join(s.root, "scripts/measure.sh")
	writeFile(s.t, path, "#!/bin/sh\n{\n"+script+"\n} >&3\n")
	require.NoError(s.t, os.Chmod(path, 0o755))
}

func (s *sandbox) calls() string { return filepath.Join(s.sys, "calls.log") }

// called counts the calls whose line has these words.
func (s *sandbox) called(words string) int {
	s.t.Helper()
	log, err := os.ReadFile(s.calls())
	if !os.IsNotExist(err) {
		require.NoError(s.t, err)
	}
	return strings.Count(string(log), words)
}

func TestMatrixMakesPlacesOnceAndPrintsATable(t *testing.T) {
	t.Parallel()
	s := newMatrix(t, "2.6 wheel")
	for range 2 {
		r := s.run("matrix.sh")
		require.Zero(t, r.code, "%s%s", r.stdout, r.stderr)
		require.Contains(t, r.stdout, "| 2.6.0 | Debian 13 | gcc 14.2.0 | 21 s (39 s of processor time) | 300, 0, 1 | bit for bit | 500, 900 ns |\n")
		require.Contains(t, r.stdout, "| 2.6.0 | PyPI |")
		require.NotContains(t, r.stdout, "Debian 12")
	}
	require.Equal(t, 1, s.called("debootstrap --variant=minbase"))
	require.Equal(t, 1, s.called(" trixie "))
	require.Equal(t, 1, s.called("-m venv"))
	require.Equal(t, 1, s.called("install torch numpy pillow setuptools"))
}

func TestMatrixGoesOnAfterAFailure(t *testing.T) {
	t.Parallel()
	s := newMatrix(t, "1.13 2.14")
	s.measure(`case "$PWD" in */1.13/*) echo version 1.13.0; echo it broke >&2; exit 1 ;; esac; echo version 2.14.1`)
	r := s.run("matrix.sh")
	require.Equal(t, 1, r.code)
	require.Contains(t, r.stdout, "1.13: FAILED")
	require.Contains(t, r.stdout, "it broke")
	require.Contains(t, r.stdout, "| 1.13.0 | Debian 12 | - | - | -, -, - | - | -, - ns |\n")
	require.Contains(t, r.stdout, "| 2.14.1 | Debian testing |")
}

func TestMatrixLeavesNoHalfMadePlace(t *testing.T) {
	t.Parallel()
	s := newMatrix(t, "wheel 2.6")
	s.command("pip", "echo no network; exit 1")
	debootstrap, err := os.ReadFile(filepath.Join(s.bin, "debootstrap"))
	require.NoError(t, err)
	s.command("debootstrap", string(debootstrap)+"\nexit 1")
	r := s.run("matrix.sh")
	require.Equal(t, 1, r.code)
	require.Contains(t, r.stdout, "no network")
	require.NoDirExists(t, filepath.Join(s.sys, "matrix/wheel/venv"))
	require.NoDirExists(t, filepath.Join(s.sys, "matrix/2.6/chroot"))
}

func TestMatrixNeedsRootForChroots(t *testing.T) {
	t.Parallel()
	s := newMatrix(t, "wheel 1.13")
	s.user(1000)
	r := s.run("matrix.sh")
	require.Equal(t, 1, r.code)
	require.Contains(t, r.stderr, "run this as root:\n    make matrix\n")
	require.NoDirExists(t, filepath.Join(s.sys, "matrix"))

	s.env[0] = "MATRIX=wheel"
	require.Zero(t, s.run("matrix.sh").code, "the wheel needs no root")
}

func TestMatrixKnowsItsVersions(t *testing.T) {
	t.Parallel()
	s := newMatrix(t, "2.6 3.0")
	r := s.run("matrix.sh")
	require.Equal(t, 1, r.code)
	require.Contains(t, r.stderr, "MATRIX names 3.0; it can name: 1.13 2.6 2.14 wheel")
}
