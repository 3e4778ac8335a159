package source_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/internal/kills"
	"multitorch/internal/source"
)

// pip is a package of pip, of which two files are taken.
func pip() source.Package {
	return source.Package{Manager: source.PIP, Spec: "zoo==1", Files: []source.File{file("zoo/cat"), file("zoo/fish/dog")}}
}

// wheel is an archive of files, each with the content that its name has.
func wheel(t *testing.T, paths ...string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, path := range paths {
		f, err := w.Create(path)
		require.NoError(t, err)
		_, err = f.Write(content(filepath.Base(path)))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

// pips puts a pip on PATH that brings one wheel.
func pips(t *testing.T, name string, wheel []byte) {
	path := filepath.Join(t.TempDir(), "zoo-1-py3-none-any.whl")
	require.NoError(t, os.WriteFile(path, wheel, 0o644))
	programs(t, map[string]string{name: `[ "$1 $2 $3 $4" = "download zoo==1 --no-deps --only-binary=:all:" ] || exit 9
		for last; do :; done
		cp '` + path + `' "${last#--dest=}"`})
}

// join makes one file of the package's two.
func join(files, to string) error {
	cat, err := os.ReadFile(filepath.Join(files, "zoo/cat"))
	dog, err2 := os.ReadFile(filepath.Join(files, "zoo/fish/dog"))
	return errors.Join(err, err2, os.WriteFile(filepath.Join(to, "both"), append(cat, dog...), 0o644))
}

func TestAFolderIsBuiltOfAWheel(t *testing.T) {
	for _, name := range []string{"pip3", "pip"} {
		pips(t, name, wheel(t, "zoo/__init__.py", "zoo/cat", "zoo/fish/dog", "../../evil"))
		parent := t.TempDir()
		dir := filepath.Join(parent, "new", "made")
		built := 0
		var wait sync.WaitGroup
		for range 3 {
			wait.Go(func() {
				require.NoError(t, pip().Build(t.Context(), dir, nil, func(files, to string) error {
					built++ // under the folder's lock
					require.NoFileExists(t, filepath.Join(files, "zoo/__init__.py"))
					return join(files, to)
				}))
			})
		}
		wait.Wait()
		require.Equal(t, 1, built)
		require.Equal(t, []string{"both"}, names(t, dir))
		require.Equal(t, []string{"made"}, names(t, filepath.Dir(dir)))
		require.Equal(t, []string{"new"}, names(t, parent))
	}
}

func TestWheelsThatAreNotTheOne(t *testing.T) {
	long := wheel(t, "zoo/cat", "zoo/fish/dog")
	for want, packed := range map[string][]byte{
		"is not a wheel":                       []byte("no archive"),
		"ended well but brought no dog":        wheel(t, "zoo/cat"),
		"not the package expected":             wheel(t, "zoo/cat/../dog", "zoo/fish/dog", "zoo/cat/cat")[:0],
		"zoo-1-py3-none-any.whl is not a whee": long[:len(long)-30],
	} {
		if len(packed) == 0 {
			var b bytes.Buffer
			w := zip.NewWriter(&b)
			f, err := w.Create("zoo/cat")
			require.NoError(t, err)
			_, err = f.Write([]byte("a wolf"))
			require.NoError(t, errors.Join(err, w.Close()))
			packed = b.Bytes()
		}
		pips(t, "pip3", packed)
		parent := t.TempDir()
		err := pip().Build(t.Context(), filepath.Join(parent, "made"), nil, func(string, string) error {
			t.Error("what is not the package was used")
			return nil
		})
		require.ErrorContains(t, err, want)
		require.Empty(t, names(t, parent))
	}
}

func TestBuildFailures(t *testing.T) {
	parent := t.TempDir()
	programs(t, nil)
	err := pip().Build(t.Context(), filepath.Join(parent, "made"), nil, join)
	require.ErrorContains(t, err, "no pip3 on PATH: install it (Debian: apt-get install python3-pip)")
	require.Empty(t, names(t, parent))

	pips(t, "pip", wheel(t, "zoo/cat", "zoo/fish/dog"))
	err = pip().Build(t.Context(), filepath.Join(parent, "made"), nil, func(string, string) error { return os.ErrInvalid })
	require.ErrorIs(t, err, os.ErrInvalid)
	require.Empty(t, names(t, parent))

	programs(t, map[string]string{"pip3": `echo "ERROR: No matching distribution found" >&2; exit 1`})
	err = pip().Build(t.Context(), filepath.Join(parent, "made"), nil, join)
	require.ErrorContains(t, err, "No matching distribution found")
	require.Empty(t, names(t, parent))
}

// builder is set in a process that only builds the folder that it names.
const builder = "MULTITORCH_TEST_BUILD"

// slowly is join with time to be killed in.
func slowly(files, to string) error {
	time.Sleep(30 * time.Millisecond)
	err := join(files, to)
	time.Sleep(30 * time.Millisecond)
	return err
}

// TestKilledBuilds kills processes at random moments: the folder is there in full, or not at all, and the next call makes it and
// removes what was left.
func TestKilledBuilds(t *testing.T) {
	pips(t, "pip3", wheel(t, "zoo/cat", "zoo/fish/dog"))
	self, err := os.Executable()
	require.NoError(t, err)
	parent := t.TempDir()
	dir := filepath.Join(parent, "made")
	random := rand.New(rand.NewPCG(3, 4))
	killed, times := 0, kills.Times(15)
	for range times {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), builder+"="+dir)
		require.NoError(t, cmd.Start())
		time.Sleep(time.Duration(random.IntN(200)) * time.Millisecond)
		require.NoError(t, cmd.Process.Signal([]syscall.Signal{syscall.SIGKILL, syscall.SIGTERM}[random.IntN(2)]))
		if cmd.Wait() != nil {
			killed++
		}
		if _, err := os.Stat(dir); err == nil {
			require.Equal(t, []string{"both"}, names(t, dir))
			content, err := os.ReadFile(filepath.Join(dir, "both"))
			require.NoError(t, err)
			require.Len(t, content, len("cat\n")*5000+len("dog\n")*5000)
			require.NoError(t, os.RemoveAll(dir))
		}
	}
	require.Positive(t, killed)
	require.NoError(t, pip().Build(t.Context(), dir, nil, join))
	require.Equal(t, []string{"made"}, names(t, parent))
}
