package scripts

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
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
}

// tools are the commands of a plain Debian that the scripts call.
var tools = []string{
	"bash", "basename", "cat", "dirname", "grep", "gzip", "ln", "mkdir", "mktemp", "mv",
	"readlink", "rm", "sed", "stat", "tar", "tr", "uname", "unzip",
}

// newSandbox makes a machine with a C++ compiler, apt-get and no libtorch, on which we are root.
func newSandbox(t *testing.T) *sandbox {
	t.Helper()
	s := &sandbox{t: t, root: t.TempDir(), sys: t.TempDir(), bin: t.TempDir()}
	for _, tool := range tools {
		if path, err := exec.LookPath(tool); err == nil {
			require.NoError(t, os.Symlink(path, filepath.Join(s.bin, tool)))
		}
	}
	s.command("g++", "exit 0")
	s.user(0)
	s.packages()
	return s
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
	fakeLibraries(s.t, lib, "libblas.so.3 "+version, 1)
	writeFile(s.t, filepath.Join(lib, "libblas.so.3"), "libopenblas0-pthread")
}

// result is what a script said and how it ended.
type result struct {
	stdout, stderr string
	code           int
}

// run runs one of the scripts in the sandbox. Settings have the form NAME=value.
func (s *sandbox) run(script string, args ...string) result {
	s.t.Helper()
	here, err := filepath.Abs(script)
	require.NoError(s.t, err)
	bash, err := exec.LookPath("bash")
	require.NoError(s.t, err)

	cmd := exec.Command(bash, append([]string{here}, args...)...)
	cmd.Dir = s.root
	cmd.Env = append([]string{"PATH=" + s.bin, "MULTITORCH_ROOT=" + s.root, "MULTITORCH_SYSROOT=" + s.sys}, s.env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		require.ErrorAs(s.t, err, new(*exec.ExitError))
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
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

// files returns every file and link in the checkout, folders with nothing in them left out.
func (s *sandbox) files() []string {
	s.t.Helper()
	var files []string
	require.NoError(s.t, filepath.WalkDir(s.root, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, strings.TrimPrefix(path, s.root+"/"))
		}
		return err
	}))
	return files
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
}

func versionHeader(version string) string {
	part := strings.Split(version, ".")
	return fmt.Sprintf("#pragma once\n\n#define TORCH_VERSION_MAJOR %s\n#define TORCH_VERSION_MINOR %s\n"+
		"#define TORCH_VERSION_PATCH %s\n", part[0], part[1], part[2])
}

// fakeLibraries fills a lib folder: libc10.so is compiled, the others are what is given as content.
func fakeLibraries(t *testing.T, lib, content string, abi int) {
	t.Helper()
	writeFile(t, filepath.Join(lib, "libtorch.so"), content)
	writeFile(t, filepath.Join(lib, "libtorch_cpu.so"), content)
	c10, err := compileC10[abi]()
	require.NoError(t, err)
	writeFile(t, filepath.Join(lib, "libc10.so"), c10)
}

// compileC10 compiles a libc10.so with the old and the new strings of libstdc++.
var compileC10 = [2]func() (string, error){
	sync.OnceValues(func() (string, error) { return compile(0) }),
	sync.OnceValues(func() (string, error) { return compile(1) }),
}

func compile(abi int) (string, error) {
	folder, err := os.MkdirTemp("", "c10")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(folder)
	target := filepath.Join(folder, "libc10.so")
	cmd := exec.Command("g++", "-shared", "-fPIC", fmt.Sprintf("-D_GLIBCXX_USE_CXX11_ABI=%d", abi), "-x", "c++", "-", "-o", target)
	cmd.Stdin = strings.NewReader("#include <string>\nnamespace c10 { std::size_t length(std::string s) { return s.size(); } }\n")
	if output, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("g++: %w\n%s", err, output)
	}
	content, err := os.ReadFile(target)
	return string(content), err
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
}
