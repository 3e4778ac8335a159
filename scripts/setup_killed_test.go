package scripts

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/internal/kills"
)

// whole are the files of a checkout into which the archive of fakeLibtorch was unpacked.
var whole = []string{
	headerName, "third_party/libtorch/include/ATen/core/Tensor.h",
	"third_party/libtorch/include/torch/csrc/api/include/torch/version.h", "third_party/libtorch/lib/libc10.so",
	"third_party/libtorch/lib/libtorch.so", "third_party/libtorch/lib/libtorch_cpu.so",
}

func TestMain(m *testing.M) {
	kills.HeedSignals()
	os.Exit(m.Run())
}

// killed starts set-up, kills it after a while, and returns when it is dead. Its children live on unless
// they are killed with it, as when a terminal is closed.
func (s *sandbox) killed(after time.Duration, signal syscall.Signal, children bool) {
	s.t.Helper()
	cmd := s.start("setup-libtorch.sh")
	pid := cmd.Process.Pid
	if children {
		pid = -pid
	}
	time.Sleep(after)
	_ = syscall.Kill(pid, signal) // it may have ended
	_ = cmd.Wait()
}

// A set-up that is killed at any moment leaves nothing that looks whole and is not, and the next one
// puts everything right.
func TestKilledSetup(t *testing.T) {
	t.Parallel()
	s := newArchiveSandbox(t)
	s.env = []string{"LIBTORCH_URL=" + tarOf(t, fakeLibtorch(t, "2.6.0"))}
	begin := time.Now()
	s.setup()
	takes := time.Since(begin)
	require.ElementsMatch(t, whole, s.files())

	times := kills.Times(15)
	for i := range times {
		require.NoError(t, os.RemoveAll(filepath.Join(s.root, "third_party/libtorch")))
		require.NoError(t, os.RemoveAll(filepath.Join(s.root, headerName)))
		signal := []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGHUP}[i%3]
		after := time.Duration(rand.Float64() * float64(takes))
		s.killed(after, signal, i%2 == 0)
		if _, err := os.Stat(s.link()); err == nil {
			require.Subset(t, s.files(), whole[1:], "%v after %v left half an archive", signal, after)
		}
		if _, err := os.Stat(filepath.Join(s.root, headerName)); err == nil {
			require.Contains(t, s.header(), "#endif\n")
		}
		if signal != syscall.SIGKILL {
			require.NoDirExists(t, filepath.Join(s.root, "third_party/.setup"), "%v after %v", signal, after)
			continue
		}
		s.setup()
		require.ElementsMatch(t, whole, s.files(), "killed after %v", after)
	}
	t.Logf("%d kills: nothing half done, and nothing left behind", times)
}

// A set-up that is told to end does so at once, with the download that it waits for.
func TestSetupEndsWithItsDownload(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		s := newArchiveSandbox(t)
		sleep, err := exec.LookPath("sleep")
		require.NoError(t, err)
		pidFile := filepath.Join(s.sys, "pid")
		s.command("curl", "echo $$ >"+pidFile+".new; mv "+pidFile+".new "+pidFile+"; exec "+sleep+" 600")
		s.env = []string{"LIBTORCH_URL=https://example.org/libtorch.zip"}
		cmd := s.start("setup-libtorch.sh")
		require.Eventually(t, func() bool { _, err := os.Stat(pidFile); return err == nil }, time.Minute, 10*time.Millisecond)
		require.NoError(t, cmd.Process.Signal(signal))
		require.Error(t, cmd.Wait())
		pid, err := os.ReadFile(pidFile)
		require.NoError(t, err)
		require.Eventually(t, func() bool {
			_, err := os.Stat("/proc/" + string(pid[:len(pid)-1]))
			return os.IsNotExist(err)
		}, time.Minute, 10*time.Millisecond, "the download goes on after %v", signal)

		s.env = []string{"LIBTORCH=" + fakeLibtorch(t, "2.6.0")}
		s.setup()
		require.ElementsMatch(t, []string{headerName, "third_party/libtorch"}, s.files())
	}
}

func TestSetupsAtTheSameTime(t *testing.T) {
	t.Parallel()
	s := newArchiveSandbox(t)
	s.env = []string{"LIBTORCH_URL=" + tarOf(t, fakeLibtorch(t, "2.6.0"))}
	var all sync.WaitGroup
	said := make([]string, 4)
	for i := range said {
		all.Go(func() {
			output, err := s.commandLine("setup-libtorch.sh").CombinedOutput()
			said[i] = string(output)
			if err != nil {
				said[i] += err.Error()
			}
		})
	}
	all.Wait()
	require.ElementsMatch(t, whole, s.files())
	slices.Sort(said)
	for i, words := range said {
		require.Contains(t, words, ": "+s.link()+" (new C++ ABI, BLAS: its own)\n", "%d", i)
	}
}

// A checkout that can't be written to is used as it is; if something is left to set up, that is said.
func TestReadOnlyCheckout(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.systemLibtorch(s.sys, "1.13.0")
	s.readOnly(true)
	require.Contains(t, s.refused(), s.root+" can't be written to, and this has to be set up in it")
	s.readOnly(false)
	said := s.setup()
	before := s.files()
	s.readOnly(true)
	require.Equal(t, said, s.setup())
	require.Equal(t, before, s.files())
	require.Zero(t, s.run("setup-libtorch.sh", "--check").code)
}

// Paths have blanks, quotes and letters of all kinds.
func TestPathsOfAllKinds(t *testing.T) {
	t.Parallel()
	s := newArchiveSandbox(t)
	s.root = filepath.Join(t.TempDir(), `a checkout "größer" 漢`)
	require.NoError(t, os.MkdirAll(s.root, 0o755))
	s.shim()
	s.compiler("g++")
	folder := filepath.Join(t.TempDir(), `lib's $torch 漢字`)
	require.NoError(t, os.Rename(fakeLibtorch(t, "2.6.0"), folder))
	s.env = []string{"LIBTORCH=" + folder}
	require.Contains(t, s.setup(), "libtorch 2.6.0 from LIBTORCH: "+folder)

	require.NoError(t, os.Remove(s.link()))
	archive := filepath.Join(filepath.Dir(folder), `it's "packed" 漢.tar.gz`)
	require.NoError(t, os.Rename(tarOf(t, folder), archive))
	s.env = []string{"LIBTORCH_URL=" + archive}
	require.Contains(t, s.setup(), "libtorch 2.6.0 from "+archive)
	require.Contains(t, s.header(), `#define MULTITORCH_LIBTORCH_PATH "`)
}
