package scripts

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLIBTORCHIsChosen(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.systemLibtorch(s.sys, "1.13.0") // LIBTORCH comes before it
	folder := fakeLibtorch(t, "2.6.0")
	s.env = []string{"LIBTORCH=" + folder}

	require.Equal(t, "libtorch 2.6.0 from LIBTORCH: "+folder+" (new C++ ABI, BLAS: its own)\n", s.setup())
	target, err := os.Readlink(s.link())
	require.NoError(t, err)
	require.Equal(t, folder, target)
	require.Contains(t, s.header(), `#define MULTITORCH_LIBTORCH_VERSION "2.6.0"`)
	require.Contains(t, s.header(), `#define MULTITORCH_LIBTORCH_PATH "`+folder+`"`)
	require.Contains(t, s.header(), "#ifndef _GLIBCXX_USE_CXX11_ABI\n#define _GLIBCXX_USE_CXX11_ABI 1\n#endif\n")
	require.ElementsMatch(t, []string{"third_party/libtorch", headerName}, s.files())

	// It stays chosen once LIBTORCH is gone, until another one is named.
	s.env = nil
	require.Contains(t, s.setup(), "libtorch 2.6.0 from third_party/libtorch (remove it to choose anew): "+folder)
	s.env = []string{"LIBTORCH=" + fakeLibtorch(t, "2.7.1")}
	require.Contains(t, s.setup(), "libtorch 2.7.1 from LIBTORCH")
	require.Contains(t, s.header(), `"2.7.1"`)
	require.Empty(t, s.aptLog())
}

func TestLIBTORCHThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, missing := range []string{"include", "lib/libtorch.so", "lib/libtorch_cpu.so", "lib/libc10.so"} {
		s := newSandbox(t)
		s.systemLibtorch(s.sys, "1.13.0") // what was asked for is never replaced by something else
		folder := fakeLibtorch(t, "2.6.0")
		require.NoError(t, os.RemoveAll(filepath.Join(folder, missing)))
		s.env = []string{"LIBTORCH=" + folder}

		words := s.refused()
		require.Contains(t, words, "LIBTORCH="+folder+" is no libtorch: it lacks "+folder+"/"+missing)
		require.Contains(t, words, "set LIBTORCH to a folder with include/ and lib/, or unset it")
		require.Empty(t, s.files())
	}
}

func TestLIBTORCHDoesNotReplaceAnUnpackedCopy(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	fakeHeaders(t, s.link()+"/include", "2.6.0")
	fakeLibraries(t, s.link()+"/lib", "2.6.0", 1)
	before := s.files()
	s.env = []string{"LIBTORCH=" + fakeLibtorch(t, "2.7.1")}

	require.Contains(t, s.refused(), "third_party/libtorch is an unpacked copy; remove it or unset LIBTORCH")
	require.Equal(t, before, s.files())
}

func TestVersions(t *testing.T) {
	t.Parallel()
	for version, supported := range map[string]bool{
		"0.4.1": false, "1.7.1": false, "1.12.1": false,
		"1.13.0": true, "1.13.1": true, "2.0.0": true, "2.14.1": true, "10.0.0": true,
	} {
		s := newSandbox(t)
		s.env = []string{"LIBTORCH=" + fakeLibtorch(t, version)}
		if supported {
			require.Contains(t, s.setup(), "libtorch "+version+" from LIBTORCH")
			continue
		}
		require.Contains(t, s.refused(), "libtorch "+version+" (LIBTORCH: ")
		require.Contains(t, s.refused(), "is too old: 1.13 or newer is needed; set LIBTORCH to a newer one's folder")
		require.Empty(t, s.files())
	}
}

func TestVersionHeaderOfNewerReleases(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	folder := fakeLibtorch(t, "2.14.1")
	writeFile(t, folder+"/include/torch/csrc/api/include/torch/version.h", "#include <torch/headeronly/version.h>\n")
	writeFile(t, folder+"/include/torch/headeronly/version.h", versionHeader("2.14.1"))
	s.env = []string{"LIBTORCH=" + folder}
	require.Contains(t, s.setup(), "libtorch 2.14.1 from LIBTORCH")
}

func TestOldStringsAreRecognised(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	folder := fakeLibtorch(t, "2.0.0")
	fakeLibraries(t, folder+"/lib", "2.0.0", 0)
	s.env = []string{"LIBTORCH=" + folder}
	require.Contains(t, s.setup(), "(old C++ ABI,")
	require.Contains(t, s.header(), "#define _GLIBCXX_USE_CXX11_ABI 0\n")
}

func TestLibc10ThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	folder := fakeLibtorch(t, "2.0.0")
	writeFile(t, folder+"/lib/libc10.so", "not a library")
	s.env = []string{"LIBTORCH=" + folder}
	require.Contains(t, s.refused(), "is of no use: libc10.so names no C++ strings")
	require.Empty(t, s.files())
}

// Go compiles the shim anew exactly when the header changes.
func TestHeaderChangesOnlyWithLibtorch(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	folder := fakeLibtorch(t, "2.6.0")
	s.env = []string{"LIBTORCH=" + folder}
	s.setup()
	first, before := s.header(), s.headerFile()

	s.setup()
	require.True(t, os.SameFile(before, s.headerFile()), "an unchanged header was replaced")
	require.Equal(t, before.ModTime(), s.headerFile().ModTime(), "an unchanged header was written")

	// The same folder and version with another build in it, as after a package's upgrade.
	appendTo(t, folder+"/lib/libtorch_cpu.so", "another build of 2.6.0")
	s.setup()
	second := s.header()
	require.NotEqual(t, first, second)

	// Another build of the same size.
	later := time.Now().Add(time.Hour)
	require.NoError(t, os.Chtimes(folder+"/lib/libtorch_cpu.so", later, later))
	s.setup()
	require.NotEqual(t, second, s.header())
	second = s.header()

	fakeHeaders(t, folder+"/include", "2.7.0")
	fakeLibraries(t, folder+"/lib", "2.7.0", 1)
	s.setup()
	require.NotEqual(t, second, s.header())
}

func (s *sandbox) headerFile() os.FileInfo {
	s.t.Helper()
	info, err := os.Stat(filepath.Join(s.root, headerName))
	require.NoError(s.t, err)
	return info
}

func TestHeaderQuotesThePath(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	folder := filepath.Join(t.TempDir(), `a "quoted" \ folder`)
	require.NoError(t, os.Rename(fakeLibtorch(t, "2.6.0"), folder))
	s.env = []string{"LIBTORCH=" + folder}
	s.setup()
	require.Contains(t, s.header(), `a \"quoted\" \\ folder"`)
}

func TestDeadLinkIsTakenAway(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.systemLibtorch(s.sys, "1.13.0")
	require.NoError(t, os.MkdirAll(filepath.Dir(s.link()), 0o755))
	require.NoError(t, os.Symlink(filepath.Join(s.root, "gone"), s.link()))

	r := s.run("setup-libtorch.sh", "--check")
	require.Equal(t, 1, r.code)
	require.Contains(t, r.stdout, "to do: remove third_party/libtorch, a link to "+s.root+"/gone, which is gone")
	require.Equal(t, []string{"third_party/libtorch"}, s.files(), "--check changed something")

	require.Contains(t, s.setup(), "from the system's packages")
	require.Equal(t, []string{headerName}, s.files())
}

func TestUnpackedCopyWithPartsMissingIsRefused(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	fakeHeaders(t, s.link()+"/include", "2.6.0")
	require.Contains(t, s.refused(), "third_party/libtorch is no libtorch: it lacks "+s.link()+"/lib/libtorch.so;"+
		" remove it and set up again")
}

func TestCheckChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	r := s.run("setup-libtorch.sh", "--check")
	require.Equal(t, 1, r.code)
	require.Equal(t, "to do: install libtorch-dev libopenblas0-pthread with apt-get\n", r.stdout)

	folder := fakeLibtorch(t, "2.6.0")
	s.env = []string{"LIBTORCH=" + folder}
	r = s.run("setup-libtorch.sh", "--check")
	require.Equal(t, 1, r.code)
	require.Contains(t, r.stdout, "to do: link third_party/libtorch to "+folder+"\nto do: write "+headerName+"\n")
	require.Empty(t, s.files())
	require.Empty(t, s.aptLog())

	s.setup()
	r = s.run("setup-libtorch.sh", "--check")
	require.Zero(t, r.code)
	require.NotContains(t, r.stdout, "to do")
}

func TestUnknownArgumentIsRefused(t *testing.T) {
	t.Parallel()
	r := newSandbox(t).run("setup-libtorch.sh", "--chek")
	require.Equal(t, 1, r.code)
	require.Contains(t, r.stderr, "unknown argument --chek; usage: ")
}
