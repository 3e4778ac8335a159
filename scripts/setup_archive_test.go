package scripts

import (
	"archive/zip"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// zipOf packs a folder under the name libtorch, as PyTorch's archives are.
func zipOf(t *testing.T, folder string) string {
	t.Helper()
	target := filepath.Join(t.TempDir(), "libtorch.zip")
	file, err := os.Create(target)
	require.NoError(t, err)
	defer file.Close()
	w := zip.NewWriter(file)
	require.NoError(t, filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		require.NoError(t, err)
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		member, err := w.Create("libtorch/" + name)
		require.NoError(t, err)
		_, err = member.Write(content)
		return err
	}))
	require.NoError(t, w.Close())
	return target
}

// tarOf packs a folder with tar and gzip.
func tarOf(t *testing.T, folder string) string {
	t.Helper()
	target := filepath.Join(t.TempDir(), "libtorch.tar.gz")
	output, err := exec.Command("tar", "-czf", target, "-C", filepath.Dir(folder),
		"--transform", "s,^"+filepath.Base(folder)+",libtorch,", filepath.Base(folder)).CombinedOutput()
	require.NoError(t, err, string(output))
	return target
}

// newArchiveSandbox is a sandbox that can unpack zip files: with unzip, else with Python, as set-up does.
func newArchiveSandbox(t *testing.T) *sandbox {
	t.Helper()
	s := newSandbox(t)
	if _, err := exec.LookPath("unzip"); err != nil {
		pythonWith(t, filepath.Join(s.bin, "python3"), "")
	}
	return s
}

func TestArchiveIsUnpacked(t *testing.T) {
	t.Parallel()
	for _, pack := range []func(*testing.T, string) string{zipOf, tarOf} {
		for _, form := range []string{"%s", "file://%s"} {
			s := newArchiveSandbox(t)
			s.systemLibtorch(s.sys, "1.13.0") // an archive that was asked for comes before it
			archive := pack(t, fakeLibtorch(t, "2.6.0"))
			address := fmt.Sprintf(form, archive)
			s.env = []string{"LIBTORCH_URL=" + address}

			require.Contains(t, s.setup(), "libtorch 2.6.0 from "+address+": "+s.link())
			require.Len(t, s.files(), 6, "more than the five files of the archive and the header")

			// Once is enough: the archive may go, and the header stays as it is.
			require.NoError(t, os.Remove(archive))
			before := s.headerFile()
			require.Contains(t, s.setup(), "libtorch 2.6.0 from third_party/libtorch")
			require.Equal(t, before.ModTime(), s.headerFile().ModTime())
		}
	}
}

func TestTruncatedArchiveLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, pack := range []func(*testing.T, string) string{zipOf, tarOf} {
		archive := pack(t, fakeLibtorch(t, "2.6.0"))
		info, err := os.Stat(archive)
		require.NoError(t, err)
		for _, size := range []int64{0, 10, info.Size() / 2, info.Size() - 30} {
			require.NoError(t, os.Truncate(archive, size))
			s := newArchiveSandbox(t)
			s.env = []string{"LIBTORCH_URL=" + archive}
			require.Contains(t, s.refused(), archive+" cannot be unpacked: it may be truncated", "%d of %d bytes", size, info.Size())
			require.Empty(t, s.files())
		}
	}
}

func TestArchiveOfSomethingElse(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	writeFile(t, empty+"/include/hello.h", "")
	s := newArchiveSandbox(t)
	s.env = []string{"LIBTORCH_URL=" + zipOf(t, empty)}
	require.Contains(t, s.refused(), "holds no libtorch: it lacks libtorch/include/torch/csrc/api/include/torch/version.h")
	require.Empty(t, s.files())

	s = newArchiveSandbox(t)
	s.env = []string{"LIBTORCH_URL=" + zipOf(t, fakeLibtorch(t, "1.12.1"))}
	require.Contains(t, s.refused(), "holds libtorch 1.12.1: 1.13 or newer is needed")
	require.Empty(t, s.files())

	s = newArchiveSandbox(t)
	s.env = []string{"LIBTORCH_URL=file:///nowhere.zip"}
	require.Contains(t, s.refused(), "LIBTORCH_URL=file:///nowhere.zip: there is no file /nowhere.zip")
	require.Empty(t, s.files())
}

// curlFrom stands for curl: it copies a local file to where it is told, and notes the address.
const curlFrom = `while [ "$1" != -o ]; do shift; done; echo "$3" >>%[2]s/curl.log; cat %[1]s >"$2"`

func TestArchiveIsFetched(t *testing.T) {
	t.Parallel()
	const address = "https://example.org/a/libtorch-2.6.0%2Bcpu.zip"
	s := newArchiveSandbox(t)
	s.command("curl", fmt.Sprintf(curlFrom, zipOf(t, fakeLibtorch(t, "2.6.0")), s.sys))
	s.env = []string{"LIBTORCH_URL=" + address}
	require.Contains(t, s.setup(), "libtorch 2.6.0 from "+address)
	require.Len(t, s.files(), 6, "the download was left behind")
	log, err := os.ReadFile(s.sys + "/curl.log")
	require.NoError(t, err)
	require.Equal(t, address+"\n", string(log))

	s = newArchiveSandbox(t)
	s.command("curl", "echo part; exit 18")
	s.env = []string{"LIBTORCH_URL=" + address}
	require.Contains(t, s.refused(), address+" cannot be fetched; set LIBTORCH_URL to an archive that can")
	require.Empty(t, s.files())
}

func TestDefaultArchiveIsForMachinesWithoutAptGet(t *testing.T) {
	t.Parallel()
	s := newArchiveSandbox(t)
	s.remove("apt-get")
	s.user(1000) // nothing here needs root
	s.command("uname", "echo x86_64")
	s.command("curl", fmt.Sprintf(curlFrom, zipOf(t, fakeLibtorch(t, "2.6.0")), s.sys))
	require.Contains(t, s.setup(), "libtorch 2.6.0 from https://")

	s = newArchiveSandbox(t)
	s.remove("apt-get")
	s.command("uname", "echo riscv64")
	require.Contains(t, s.refused(), "none can be installed here; set LIBTORCH to a libtorch's folder, or LIBTORCH_URL to its archive")
	require.Empty(t, s.files())
}
