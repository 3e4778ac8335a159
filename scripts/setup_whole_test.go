package scripts

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// faults are what becomes of a libtorch that was copied badly, mixed or taken apart; each says what set-up
// has to find. The names of all files that it looks for are there.
var faults = map[string]struct {
	harm func(t *testing.T, include, lib string)
	want string
}{
	"an empty library": {
		func(t *testing.T, _, lib string) { writeFile(t, lib+"/libtorch_cpu.so", "") },
		"no program can be linked with it: ",
	},
	"half a library": {
		func(t *testing.T, _, lib string) {
			info, err := os.Stat(lib + "/libtorch_cpu.so")
			require.NoError(t, err)
			require.NoError(t, os.Truncate(lib+"/libtorch_cpu.so", info.Size()/2))
		},
		"no program can be linked with it: ",
	},
	"a text for a library": {
		func(t *testing.T, _, lib string) {
			writeFile(t, lib+"/libtorch.so", "version https://git-lfs.github.com/spec/v1\n")
		},
		"no program can be linked with it: ",
	},
	"libraries of another version": {
		func(t *testing.T, _, lib string) { fakeLibraries(t, lib, "2.5.1", 1) },
		"its headers are of 2.6.0, its libraries of 2.5.1",
	},
	"libraries with other strings": {
		func(t *testing.T, _, lib string) {
			c10, err := os.ReadFile(lib + "/libc10.so")
			require.NoError(t, err)
			fakeLibraries(t, lib, "2.6.0", 0)
			writeFile(t, lib+"/libc10.so", string(c10))
		},
		"no program can be linked with it: ",
	},
	"a library that another one needs is gone": {
		func(t *testing.T, _, lib string) {
			compiled(t, lib+"/libhelper.so", "int help() { return 1; }")
			compiled(t, lib+"/libtorch.so", "int help(); static int helped = help();", lib+"/libhelper.so")
			require.NoError(t, os.Remove(lib+"/libhelper.so"))
		},
		"no program can be linked with it: ",
	},
	"it dies when it is loaded": {
		func(t *testing.T, _, lib string) {
			compiled(t, lib+"/libtorch.so", "#include <cstdlib>\nstatic struct S { S() { abort(); } } s;")
		},
		"a program linked with it does not run: ",
	},
	"headers are gone": {
		func(t *testing.T, include, _ string) { require.NoError(t, os.RemoveAll(include+"/ATen")) },
		"its headers are not whole: ",
	},
}

// compiled makes a shared library that is loaded although nothing of it is used.
func compiled(t *testing.T, path, source string, needs ...string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "source.cpp")
	writeFile(t, file, source)
	require.NoError(t, compileLibrary(path, file, 1, needs...))
}

// A libtorch that can't be used is found out wherever it comes from, with nothing left behind.
func TestLibtorchThatCannotBeUsedIsRefused(t *testing.T) {
	t.Parallel()
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := fakeLibtorch(t, "2.6.0")
			fault.harm(t, folder+"/include", folder+"/lib")
			s := newSandbox(t)
			s.shim()
			s.compiler("g++")
			s.systemLibtorch(s.sys, "1.13.0")
			s.env = []string{"LIBTORCH=" + folder}
			before := s.files()

			words := s.refused()
			require.Contains(t, words, "libtorch 2.6.0 (LIBTORCH: "+folder+") is of no use: "+fault.want)
			require.Contains(t, words, "; set LIBTORCH to a whole one, or unset it\n")
			require.NotContains(t, words, ": ;", "no reason was given")
			r := s.run("setup-libtorch.sh", "--check")
			require.Equal(t, 1, r.code)
			require.Contains(t, r.stderr, fault.want)
			require.Equal(t, before, s.files())
		})
	}
}

func TestEverySourceIsTried(t *testing.T) {
	t.Parallel()
	half := func(t *testing.T) string {
		folder := fakeTorch(t, "2.6.0", "2.6.0")
		require.NoError(t, os.Truncate(folder+"/lib/libtorch_cpu.so", 9000))
		return folder
	}
	for name, c := range map[string]struct {
		place  func(t *testing.T, s *sandbox)
		remedy string
	}{
		"third_party": {func(t *testing.T, s *sandbox) {
			require.NoError(t, os.MkdirAll(filepath.Dir(s.link()), 0o755))
			require.NoError(t, os.Rename(half(t), s.link()))
		}, "remove third_party/libtorch and set up again"},
		"archive": {func(t *testing.T, s *sandbox) {
			s.env = []string{"LIBTORCH_URL=" + zipOf(t, half(t))}
		}, "holds a libtorch that is of no use: no program can be linked with it: "},
		"Python": {func(t *testing.T, s *sandbox) {
			pythonWith(t, s.bin+"/python3", half(t))
		}, "install that torch again, or set PYTHON to another Python or LIBTORCH to a libtorch"},
		"system": {func(t *testing.T, s *sandbox) {
			s.systemLibtorch(s.sys, "1.13.0")
			require.NoError(t, os.Truncate(s.sys+"/usr/lib/x86_64-linux-gnu/libtorch_cpu.so", 9000))
		}, "apt-get install --reinstall libtorch-dev"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newArchiveSandbox(t)
			s.compiler("g++")
			c.place(t, s)
			before := s.files()
			require.Contains(t, s.refused(), c.remedy)
			require.Equal(t, before, s.files())
		})
	}
}

// What is deleted after it was set up is found by the next set-up.
func TestLibtorchThatWasWholeIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	s := newSandbox(t)
	s.shim()
	s.compiler("g++")
	folder := fakeLibtorch(t, "2.6.0")
	s.env = []string{"LIBTORCH=" + folder}
	s.setup()
	require.NoError(t, os.Remove(folder+"/include/ATen/core/Tensor.h"))
	require.Contains(t, s.refused(), "its headers are not whole: ")
	require.NoError(t, os.RemoveAll(folder+"/include/ATen"))
	require.Contains(t, s.refused(), "ATen/core/Tensor.h")
	fakeHeaders(t, folder+"/include", "2.6.0")
	s.setup()
	require.NoError(t, os.Truncate(folder+"/lib/libc10.so", 9000))
	require.Contains(t, s.refused(), "is of no use: ")
}
