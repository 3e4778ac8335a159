package deb_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/ulikunitz/xz"

	"multitorch/datasets/internal/deb"
)

var limits = deb.Limits{Unpacked: 1 << 16, Entries: 3, File: 100}

func pack(t testing.TB, files ...string) []byte {
	var packed bytes.Buffer
	x, err := xz.NewWriter(&packed)
	require.NoError(t, err)
	archive := tar.NewWriter(x)
	for i, content := range files {
		require.NoError(t, archive.WriteHeader(&tar.Header{Name: fmt.Sprintf("./f%d", i), Mode: 0o644, Size: int64(len(content))}))
		_, err := archive.Write([]byte(content))
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	require.NoError(t, x.Close())
	return packed.Bytes()
}

func member(name string, content []byte) string {
	return fmt.Sprintf("%-16s%-12d%-6d%-6d%-8s%-10d`\n%s", name, 0, 0, 0, "100644", len(content), content) + "\n"[:len(content)%2]
}

func read(t testing.TB, content []byte) (found map[string]string, err error) {
	path := filepath.Join(t.TempDir(), "x.deb")
	require.NoError(t, os.WriteFile(path, content, 0o644))
	found = map[string]string{}
	err = deb.Read(t.Context(), path, limits, func(name string) bool { return name != "f1" }, func(name string, content []byte) error {
		found[name] = string(content)
		return nil
	})
	return found, err
}

func TestRead(t *testing.T) {
	found, err := read(t, []byte("!<arch>\n"+member("debian-binary", []byte("2.0"))+member("data.tar.xz", pack(t, "one", "two", "three"))))
	require.NoError(t, err)
	require.Equal(t, map[string]string{"f0": "one", "f2": "three"}, found)
}

func TestPackagesThatAreWrong(t *testing.T) {
	data := pack(t, "one")
	for content, want := range map[string]string{
		"":          "x.deb: expected a Debian package",
		"!<arch>\n": "there is no data.tar.xz in it",
		"!<arch>\n" + member("other", []byte("x")):                                                "there is no data.tar.xz in it",
		"!<arch>\n" + member("data.tar.xz", []byte("x")):                                          "data.tar.xz: ",
		"!<arch>\n" + member("data.tar.xz", data[:len(data)/2]):                                   "it cannot be unpacked",
		"!<arch>\n" + member("data.tar.xz", pack(t, "a", "b", "c", "d")):                          "more than 3 files",
		"!<arch>\n" + member("data.tar.xz", pack(t, string(make([]byte, 101)))):                   `"f0" has 101 bytes`,
		"!<arch>\n" + member("data.tar.xz", pack(t, "a", string(make([]byte, 1<<17)), "b")):       "it unpacks to more than 65536 bytes",
		"!<arch>\n" + "data.tar.xz     0           0     0     100644  many      `\n" + "xxxxxxx": "is damaged",
	} {
		_, err := read(t, []byte(content))
		require.ErrorContains(t, err, want)
	}
}
