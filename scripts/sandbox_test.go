package scripts

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// sandbox is a machine made of temporary folders: a checkout, the system's folders and a PATH that
// holds only what a test puts there, so that neither the real checkout nor the real system is touched.
type sandbox struct {
	t    *testing.T
	root string // the checkout
	sys  string // stands before /usr
	bin  string // the only folder on PATH
	env  []string

	locked bool // see readOnly
}

// tools are the commands of a plain Debian that the scripts call.
var tools = []string{
	"bash", "basename", "cat", "chmod", "cksum", "dirname", "find", "flock", "grep", "gzip", "ln", "mkdir", "mktemp", "mv",
	"readlink", "rm", "sed", "setpriv", "sort", "stat", "tar", "tr", "uname", "unzip",
}

// newSandbox makes a machine with a C++ compiler, tcmalloc, apt-get and no libtorch, on which we are root.
func newSandbox(t *testing.T) *sandbox {
	t.Helper()
	s := &sandbox{t: t, root: t.TempDir(), sys: t.TempDir(), bin: t.TempDir()}
	for _, tool := range tools {
		if path, err := exec.LookPath(tool); err == nil {
			require.NoError(t, os.Symlink(path, filepath.Join(s.bin, tool)))
		}
	}
	s.command("g++", quickCompiler)
	writeFile(t, s.tcmalloc(), "tcmalloc")
	s.user(0)
	s.packages()
	return s
}

// quickCompiler stands for a compiler: its programs print the version that the libraries name.
const quickCompiler = `
for argument; do
	case "$argument" in -L*) lib="${argument#-L}" ;; */probe) program="$argument" ;; esac
done
[ -n "$program" ] || exit 0
printf '#!/bin/sh\n' >"$program"
grep -aoE 'TORCH_VERSION=[0-9.]+' "$lib/libtorch_cpu.so" | sed 's/.*=/echo /' >>"$program"
chmod +x "$program"`

// compiler puts the real one on the sandbox's PATH, under a name.
func (s *sandbox) compiler(name string) {
	s.command(name, "PATH="+os.Getenv("PATH")+` exec g++ "$@"`)
}

// command puts a shell script on the sandbox's PATH.
func (s *sandbox) command(name, script string) {
	s.t.Helper()
	writeFile(s.t, filepath.Join(s.bin, name), "#!/bin/sh\n"+script+"\n")
	require.NoError(s.t, os.Chmod(filepath.Join(s.bin, name), 0o755))
}

// remove takes a command off the sandbox's PATH.
func (s *sandbox) remove(name string) {
	s.t.Helper()
	require.NoError(s.t, os.Remove(filepath.Join(s.bin, name)))
}

// tcmalloc is where Debian has the allocator that programs are linked with.
func (s *sandbox) tcmalloc() string {
	return filepath.Join(s.sys, "usr/lib/x86_64-linux-gnu/libtcmalloc_minimal.so")
}

func (s *sandbox) user(id int) {
	s.command("id", fmt.Sprintf("echo %d", id))
}

// packages puts Debian's package tools on the PATH. apt-get notes how it is called, and installs what
// lies in the folder offered of the sandbox.
func (s *sandbox) packages() {
	s.t.Helper()
	cp, err := exec.LookPath("cp")
	require.NoError(s.t, err)
	s.command("apt-get", fmt.Sprintf(`
echo "$@" >>%[1]s/apt.log
case "$*" in *install*) [ ! -d %[1]s/offered ] || %[2]s -a %[1]s/offered/. %[1]s ;; esac`, s.sys, cp))
	s.command("dpkg", `echo "$(cat "$2"):amd64: $2"`) // a file's package is written in it
	s.command("dpkg-query", "exit 1")
}

// aptLog returns how apt-get was called, one call a line.
func (s *sandbox) aptLog() []string {
	s.t.Helper()
	log, err := os.ReadFile(filepath.Join(s.sys, "apt.log"))
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(s.t, err)
	return strings.Split(strings.TrimSpace(string(log)), "\n")
}

// systemLibtorch puts a libtorch where Debian's packages would, under base, with OpenBLAS beside it.
func (s *sandbox) systemLibtorch(base, version string) {
	s.t.Helper()
	lib := filepath.Join(base, "usr/lib/x86_64-linux-gnu")
	fakeHeaders(s.t, filepath.Join(base, "usr/include"), version)
	fakeLibraries(s.t, lib, version, 1)
	appendTo(s.t, filepath.Join(lib, "libtorch_cpu.so"), "libblas.so.3")
	writeFile(s.t, filepath.Join(lib, "libblas.so.3"), "libopenblas0-pthread")
}

// readOnly lets scripts write nothing in the checkout any more, or again.
func (s *sandbox) readOnly(on bool) {
	s.t.Helper()
	mode := os.FileMode(0o755)
	if on {
		mode = 0o555
		s.t.Cleanup(func() { s.readOnly(false) })
	}
	s.locked = on
	require.NoError(s.t, filepath.WalkDir(s.root, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			err = os.Chmod(path, mode)
		}
		return err
	}))
}

// result is what a script said and how it ended.
type result struct {
	stdout, stderr string
	code           int
}

// commandLine is the command that runs one of the scripts in the sandbox.
func (s *sandbox) commandLine(script string, args ...string) *exec.Cmd {
	s.t.Helper()
	here, err := filepath.Abs(script)
	require.NoError(s.t, err)
	bash, err := exec.LookPath("bash")
	require.NoError(s.t, err)

	cmd := exec.Command(bash, append([]string{here}, args...)...)
	if s.locked && os.Geteuid() == 0 { // root writes where it likes unless that right is taken from it
		cmd = exec.Command("setpriv", append([]string{"--bounding-set", "-dac_override", bash, here}, args...)...)
	}
	cmd.Dir = s.root
	cmd.Env = append([]string{"PATH=" + s.bin, "MULTITORCH_ROOT=" + s.root, "MULTITORCH_SYSROOT=" + s.sys}, s.env...)
	return cmd
}

// run runs one of the scripts in the sandbox. Settings have the form NAME=value.
func (s *sandbox) run(script string, args ...string) result {
	s.t.Helper()
	cmd := s.commandLine(script, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		require.ErrorAs(s.t, err, new(*exec.ExitError))
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// start starts one of the scripts as the head of a process group of its own.
func (s *sandbox) start(script string) *exec.Cmd {
	s.t.Helper()
	cmd := s.commandLine(script)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(s.t, cmd.Start())
	return cmd
}

// setup runs setup-libtorch.sh, which has to succeed, and returns its report.
func (s *sandbox) setup() string {
	s.t.Helper()
	r := s.run("setup-libtorch.sh")
	require.Zero(s.t, r.code, "%s%s", r.stdout, r.stderr)
	return r.stdout
}

// refused runs setup-libtorch.sh, which has to fail, and returns its words.
func (s *sandbox) refused() string {
	s.t.Helper()
	r := s.run("setup-libtorch.sh")
	require.Equal(s.t, 1, r.code, "%s%s", r.stdout, r.stderr)
	return r.stderr
}

// files returns every file and link in the checkout, folders with nothing in them left out, and what goes
// while it looks: the children of a set-up that was killed may still be tidying up.
func (s *sandbox) files() []string {
	s.t.Helper()
	var files []string
	require.NoError(s.t, filepath.WalkDir(s.root, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, strings.TrimPrefix(path, s.root+"/"))
		}
		if os.IsNotExist(err) && path != s.root {
			return nil
		}
		return err
	}))
	return files
}

// shim puts a C++ file into the checkout that includes a header of libtorch, as the real shim does.
func (s *sandbox) shim() {
	writeFile(s.t, filepath.Join(s.root, "internal/libtorch/shim.cpp"), "#include <ATen/core/Tensor.h>\n")
}

func (s *sandbox) link() string { return filepath.Join(s.root, "third_party/libtorch") }

const headerName = "internal/libtorch/libtorch_config.h"

// header returns the header that set-up wrote.
func (s *sandbox) header() string {
	s.t.Helper()
	content, err := os.ReadFile(filepath.Join(s.root, headerName))
	require.NoError(s.t, err)
	return string(content)
}

// fakeLibtorch makes a folder with the parts of a libtorch that set-up looks at.
func fakeLibtorch(t *testing.T, version string) string {
	t.Helper()
	folder := t.TempDir()
	fakeHeaders(t, filepath.Join(folder, "include"), version)
	fakeLibraries(t, filepath.Join(folder, "lib"), version, 1)
	return folder
}

func fakeHeaders(t *testing.T, include, version string) {
	t.Helper()
	writeFile(t, filepath.Join(include, "torch/csrc/api/include/torch/version.h"), versionHeader(version))
	writeFile(t, filepath.Join(include, "ATen/core/Tensor.h"), "#pragma once\n")
}

func versionHeader(version string) string {
	part := strings.Split(version, ".")
	return fmt.Sprintf("#pragma once\n\n#define TORCH_VERSION_MAJOR %s\n#define TORCH_VERSION_MINOR %s\n"+
		"#define TORCH_VERSION_PATCH %s\n", part[0], part[1], part[2])
}

const placeForVersion = "@ a place for the version @"

// fakeLibraries fills a lib folder with libraries that programs can be linked with. They say that they
// are of the version, and have the old or the new strings of libstdc++.
func fakeLibraries(t *testing.T, lib, version string, abi int) {
	t.Helper()
	libraries, err := compileLibraries[abi]()
	require.NoError(t, err)
	for name, content := range libraries {
		said := version + strings.Repeat(" ", len(placeForVersion)-len(version))
		writeFile(t, filepath.Join(lib, name), strings.ReplaceAll(content, placeForVersion, said))
	}
}

// librarySources are the libraries; each needs the one before it, as in a real libtorch.
var librarySources = []struct{ name, source string }{
	{"libc10.so", `#include <string>
		namespace c10 { std::size_t length(std::string s) { return s.size(); } }`},
	{"libtorch_cpu.so", `#include <string>
		namespace c10 { std::size_t length(std::string); }
		namespace at { std::string show_config() { return "TORCH_VERSION=` + placeForVersion + `" + std::string(c10::length(""), ' '); } }`},
	{"libtorch.so", ""},
}

// compileLibraries returns the libraries by name, with the old and with the new strings.
var compileLibraries = [2]func() (map[string]string, error){
	sync.OnceValues(func() (map[string]string, error) { return compile(0) }),
	sync.OnceValues(func() (map[string]string, error) { return compile(1) }),
}

func compile(abi int) (map[string]string, error) {
	folder, err := os.MkdirTemp("", "libtorch")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	libraries, needs := map[string]string{}, []string{}
	for _, library := range librarySources {
		source, target := filepath.Join(folder, "source.cpp"), filepath.Join(folder, library.name)
		if err := os.WriteFile(source, []byte(library.source), 0o644); err != nil {
			return nil, err
		}
		if err := compileLibrary(target, source, abi, needs...); err != nil {
			return nil, err
		}
		content, err := os.ReadFile(target)
		if err != nil {
			return nil, err
		}
		libraries[library.name], needs = string(content), []string{target}
	}
	return libraries, nil
}

// compileLibrary makes a shared library that needs others beside it.
func compileLibrary(target, source string, abi int, needs ...string) error {
	cmd := exec.Command("g++", append([]string{
		"-shared", "-fPIC", fmt.Sprintf("-D_GLIBCXX_USE_CXX11_ABI=%d", abi), source, "-o", target,
		"-Wl,-rpath,$ORIGIN", "-Wl,-soname," + filepath.Base(target), "-Wl,--no-as-needed",
	}, needs...)...)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("g++: %w\n%s", err, output)
	}
	return nil
}

func appendTo(t *testing.T, path, content string) {
	t.Helper()
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, append(before, content...), 0o755))
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
}
