package atomicfile_test

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/atomicfile"
)

// A process that is killed between naming its file and renaming it leaves the name; one that lives holds a lock on it.
func TestLeftoversGoWithTheNextWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	left, used := filepath.Join(dir, ".f.tmp-0"), filepath.Join(dir, ".f.tmp-1")
	for _, name := range []string{left, used} {
		require.NoError(t, os.WriteFile(name, []byte("old"), 0o600))
	}
	f, err := os.Open(used)
	require.NoError(t, err)
	require.NoError(t, syscall.Flock(int(f.Fd()), syscall.LOCK_EX))
	write := func() {
		require.NoError(t, atomicfile.Write(path, func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }))
	}
	write()
	require.NoFileExists(t, left)
	require.FileExists(t, used)
	require.NoError(t, f.Close())
	write()
	require.NoFileExists(t, used)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "new", string(content))
}
