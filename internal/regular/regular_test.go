package regular_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/regular"
)

func TestOnlyRegularFiles(t *testing.T) {
	dir := t.TempDir()
	pipe, socket, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "s"), filepath.Join(dir, "link")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	l, err := net.Listen("unix", socket)
	require.NoError(t, err)
	defer l.Close()
	require.NoError(t, os.Symlink(pipe, link))
	for path, found := range map[string]string{dir: "a folder", pipe: "a pipe", link: "a pipe", socket: "a socket", "/dev/zero": "a device"} {
		_, _, err := regular.Open(path, "a list")
		require.EqualError(t, err, "expected a list, found "+found+", which is no regular file")
		err = regular.Read(path, "a list", nil)
		require.EqualError(t, err, "read "+path+": expected a list, found "+found+", which is no regular file")
	}
	_, _, err = regular.Open(filepath.Join(dir, "none"), "a list")
	require.ErrorIs(t, err, os.ErrNotExist)

	path := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(path, []byte("content"), 0o600))
	require.NoError(t, os.Remove(link))
	require.NoError(t, os.Symlink(path, link))
	require.NoError(t, regular.Read(link, "a list", func(f *os.File, size int64) error {
		content, err := io.ReadAll(f)
		require.Equal(t, "content", string(content))
		require.EqualValues(t, len(content), size)
		return err
	}))
}
