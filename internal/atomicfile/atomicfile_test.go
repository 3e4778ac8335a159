package atomicfile_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/internal/atomicfile"
)

// The test binary is also the helper process that gets killed or runs into a full disk.
const helperEnv = "ATOMICFILE_TEST_HELPER"

func TestMain(m *testing.M) {
	switch os.Getenv(helperEnv) {
	case "":
		os.Exit(m.Run())
	case "stall":
		helperStall(os.Args[1])
	case "full":
		helperFull(os.Args[1])
	}
}

func content(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func requireFile(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, want, string(got))
}

// requireOnly asserts that a folder holds these names and nothing else, a left-over temporary file for one.
func requireOnly(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	got := []string{}
	for _, e := range entries {
		got = append(got, e.Name())
	}
	require.ElementsMatch(t, want, got)
}

func TestWriteCreatesAndReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	require.NoError(t, atomicfile.Write(path, content("one")))
	requireFile(t, path, "one")
	require.NoError(t, atomicfile.Write(path, content("two, longer")))
	requireFile(t, path, "two, longer")
	require.NoError(t, atomicfile.Write(path, content("")))
	requireFile(t, path, "")
	requireOnly(t, dir, "a.txt")
}

func TestWriteRelativePathAndLongName(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	name := strings.Repeat("n", 255)
	require.NoError(t, atomicfile.Write(name, content("x")))
	requireFile(t, filepath.Join(dir, name), "x")
	requireOnly(t, dir, name)
}

func TestWriteFailureKeepsPreviousFile(t *testing.T) {
	boom := errors.New("boom")
	tests := []struct {
		name  string
		write func(io.Writer) error
	}{
		{"before the first byte", func(io.Writer) error { return boom }},
		{"after a few bytes", func(w io.Writer) error {
			_, err := io.WriteString(w, "ha")
			return errors.Join(err, boom)
		}},
		{"after more than the buffer", func(w io.Writer) error {
			_, err := w.Write(make([]byte, 1<<20))
			return errors.Join(err, boom)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "a.txt")
			require.NoError(t, atomicfile.Write(path, content("previous")))
			err := atomicfile.Write(path, tt.write)
			require.ErrorIs(t, err, boom)
			require.ErrorContains(t, err, path)
			requireFile(t, path, "previous")
			requireOnly(t, dir, "a.txt")
		})
	}
}

func TestWriteFailureCreatesNothing(t *testing.T) {
	dir := t.TempDir()
	err := atomicfile.Write(filepath.Join(dir, "a.txt"), func(io.Writer) error { return io.ErrUnexpectedEOF })
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	requireOnly(t, dir)
}

func TestWritePanicKeepsPreviousFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	require.NoError(t, atomicfile.Write(path, content("previous")))
	require.PanicsWithValue(t, "boom", func() {
		_ = atomicfile.Write(path, func(w io.Writer) error {
			_, _ = io.WriteString(w, "half")
			panic("boom")
		})
	})
	requireFile(t, path, "previous")
	requireOnly(t, dir, "a.txt")
}

func TestWriteKeepsPermissions(t *testing.T) {
	dir := t.TempDir()
	old := syscall.Umask(0o027)
	defer syscall.Umask(old)
	path := filepath.Join(dir, "a.txt")
	mode := func() os.FileMode {
		info, err := os.Stat(path)
		require.NoError(t, err)
		return info.Mode()
	}
	require.NoError(t, atomicfile.Write(path, content("x")))
	require.Equal(t, os.FileMode(0o640), mode(), "0644 less the umask")
	require.NoError(t, os.Chmod(path, 0o666))
	require.NoError(t, atomicfile.Write(path, content("y")))
	require.Equal(t, os.FileMode(0o666), mode(), "kept")
}

func TestWriteFollowsSymlink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	require.NoError(t, os.WriteFile(target, []byte("old"), 0o600))
	require.NoError(t, os.Symlink("target", link))
	require.NoError(t, atomicfile.Write(link, content("new")))
	requireFile(t, target, "new")
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.Equal(t, os.ModeSymlink, info.Mode().Type())
	requireOnly(t, dir, "target", "link")
}

func TestWriteRefusesWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	folder, dangling := filepath.Join(dir, "folder"), filepath.Join(dir, "dangling")
	require.NoError(t, os.Mkdir(folder, 0o755))
	require.NoError(t, os.Symlink("nowhere", dangling))
	tests := []struct{ name, path, want string }{
		{"folder", folder, "found a folder"},
		{"device", "/dev/null", "special file"},
		{"missing folder", filepath.Join(dir, "no", "a.txt"), "create it first"},
		{"dangling link", dangling, "remove the link"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			called := false
			err := atomicfile.Write(tt.path, func(io.Writer) error { called = true; return nil })
			require.ErrorContains(t, err, tt.path)
			require.ErrorContains(t, err, tt.want)
			require.False(t, called)
			requireOnly(t, dir, "folder", "dangling")
		})
	}
}

// However the content is cut into writes and wherever it fails, the file holds the old content or the new.
func TestWriteIsAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.bin")
	previous := []byte{}
	require.NoError(t, atomicfile.Write(path, func(io.Writer) error { return nil }))
	rapid.Check(t, func(t *rapid.T) {
		chunks := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 40_000), 0, 6).Draw(t, "chunks")
		fail := rapid.IntRange(0, len(chunks)+3).Draw(t, "fail before chunk")
		err := atomicfile.Write(path, func(w io.Writer) error {
			for i, c := range chunks {
				if i == fail {
					return io.ErrClosedPipe
				}
				if _, err := w.Write(c); err != nil {
					return err
				}
			}
			return nil
		})
		if fail < len(chunks) {
			require.ErrorIs(t, err, io.ErrClosedPipe)
		} else {
			require.NoError(t, err)
			previous = bytes.Join(chunks, nil)
		}
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		require.True(t, bytes.Equal(previous, got))
	})
	requireOnly(t, dir, "a.bin")
}

func TestConcurrentWritersEachWriteWhole(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	done := make(chan error)
	for i := range 8 {
		go func() {
			done <- atomicfile.Write(path, content(strings.Repeat(string(rune('a'+i)), 100_000)))
		}()
	}
	for range 8 {
		require.NoError(t, <-done)
	}
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, strings.Repeat(string(got[:1]), 100_000), string(got))
	requireOnly(t, dir, "a.txt")
}

// helperStall writes all of its content, says so, and then waits to be killed before the rename.
func helperStall(path string) {
	_ = atomicfile.Write(path, func(w io.Writer) error {
		if _, err := w.Write(bytes.Repeat([]byte("new"), 100_000)); err != nil {
			return err
		}
		fmt.Println("written")
		_, err := io.ReadAll(os.Stdin) // blocks: the parent never closes it
		return err
	})
}

func TestWriteKilled(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	require.NoError(t, atomicfile.Write(path, content("previous")))

	cmd := exec.Command(os.Args[0], path)
	cmd.Env = append(os.Environ(), helperEnv+"=stall")
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	defer stdin.Close()
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "written\n", line)
	require.NoError(t, cmd.Process.Kill()) // SIGKILL: nothing in the helper runs any more
	require.ErrorContains(t, cmd.Wait(), "killed")

	requireFile(t, path, "previous")
	left, err := filepath.Glob(filepath.Join(dir, ".a.txt.tmp-*"))
	require.NoError(t, err)
	named := 1 // where files without names can't be had
	if f, err := os.OpenFile(dir, os.O_WRONLY|0o20000000|syscall.O_DIRECTORY, 0o644); err == nil {
		named = 0
		f.Close()
	}
	require.Len(t, left, named, "the helper was killed in the middle of a write")
	require.NoError(t, atomicfile.Write(path, content("next")))
	requireFile(t, path, "next")
}

// helperFull stands for a full disk: the kernel lets no file grow beyond 100,000 bytes. Its writers ignore the error
// of their Write, as careless code does.
func helperFull(path string) {
	signal.Ignore(syscall.SIGXFSZ)
	limit := syscall.Rlimit{Cur: 100_000, Max: 100_000}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		fmt.Println("setrlimit:", err)
		return
	}
	err := atomicfile.Write(path, func(w io.Writer) error {
		_, _ = w.Write(make([]byte, 90_000))
		_, _ = w.Write(make([]byte, 20_000)) // fits the buffer, so only the flush meets the limit
		return nil
	})
	fmt.Println(errors.Is(err, syscall.EFBIG), err)
}

func TestWriteFullDisk(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	require.NoError(t, atomicfile.Write(path, content("previous")))
	cmd := exec.Command(os.Args[0], path)
	cmd.Env = append(os.Environ(), helperEnv+"=full")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err)
	require.Equal(t, "true write "+path+": write ", strings.SplitAfter(string(out), ": write ")[0])
	require.Contains(t, string(out), "file too large")
	requireFile(t, path, "previous")
	requireOnly(t, dir, "a.txt")
}

// Bytes that are known only at the end stand where they belong when the file can be seen, whatever the content's length.
func TestWriteLate(t *testing.T) {
	for _, size := range []int{4, 1000, 200_000, 5 << 20} {
		path := filepath.Join(t.TempDir(), "file")
		content := bytes.Repeat([]byte{'.'}, size)
		require.NoError(t, atomicfile.WriteLate(path, func(w io.Writer) error {
			_, err := w.Write(content)
			return err
		}, func() (atomicfile.Late, error) { return atomicfile.Late{At: 1, Bytes: []byte("abc")}, nil }))
		copy(content[1:], "abc")
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, content, got)

		late := errors.New("late")
		require.ErrorIs(t, atomicfile.WriteLate(path, func(w io.Writer) error { return nil },
			func() (l atomicfile.Late, err error) { return l, late }), late)
		got, err = os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, content, got, "it stays as it was")
	}
}
