package scripts

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// ownModule is the README's section on a module of one's own: its commands, in order, and its test. The
// commands' first line names the checkout; everything else is run as it stands there.
func ownModule(t *testing.T) (commands []string, test string) {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(text), "\n## In your own module\n")
	require.True(t, found, "README.md has no such section")
	section, _, _ = strings.Cut(section, "\n## ")
	file := filepath.Join(t.TempDir(), "section.md")
	writeFile(t, file, section)
	commands = blocks(t, file, "sh")
	require.Len(t, commands, 3)
	const first = `checkout="$HOME/multitorch"` + "\n"
	require.True(t, strings.HasPrefix(commands[0], first), commands[0])
	for i := range commands {
		commands[i] = `checkout="` + checkout(t) + `"` + "\n" + strings.TrimPrefix(commands[i], first)
	}
	return commands, blocks(t, file, "go")[0]
}

func checkout(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	return root
}

// shell runs commands as a person types them, and returns what they say.
func shell(t *testing.T, dir, commands string, env ...string) string {
	t.Helper()
	cmd := exec.Command("bash", "-euc", commands)
	cmd.Dir = dir
	// Sums of modules are asked for over the network; go.sum of the checkout has them.
	cmd.Env = append(os.Environ(), append([]string{"GOSUMDB=off", "GOWORK="}, env...)...)
	output, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s\n%s", commands, output)
	return string(output)
}

// A module outside the checkout builds, vets, tests and runs as the README says.
func TestOwnModule(t *testing.T) {
	commands, test := ownModule(t)
	program := blocks(t, "../README.md", "go")[0]
	dir := t.TempDir()
	shell(t, dir, commands[0])
	hello := filepath.Join(dir, "hello")
	writeFile(t, hello+"/main.go", program)
	writeFile(t, hello+"/main_test.go", test)
	output := shell(t, hello, commands[1])
	require.Contains(t, output, "ok  \texample.com/hello\t")
	require.Regexp(t, `epoch 5: loss 0\.[01]`, output)

	workspace := filepath.Join(dir, "workspace")
	writeFile(t, workspace+"/main.go", program)
	shell(t, workspace, "go mod init example.com/workspace\ngo work init . "+checkout(t)+"\ngo vet .")
}

// Vendored, it is built too, with what scripts/cgo-flags.sh says. That compiles the shim once more, so make host does it.
func TestOwnModuleVendored(t *testing.T) {
	if os.Getenv("MULTITORCH_HOST") == "" {
		t.Skip("make host builds a vendored copy")
	}
	commands, _ := ownModule(t)
	dir := t.TempDir()
	shell(t, dir, commands[0])
	hello := filepath.Join(dir, "hello")
	writeFile(t, hello+"/main.go", blocks(t, "../README.md", "go")[0])
	// -trimpath, so that the shim is not compiled again in every temporary folder.
	shell(t, hello, "go mod tidy\n"+commands[2], "GOFLAGS=-trimpath")
	require.Regexp(t, `epoch 5: loss 0\.[01]`, shell(t, hello, "./hello"))
}

// The printed settings reach Go's compiler and linker whatever the paths look like.
func TestCgoFlags(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "lib's größer 漢")
	require.NoError(t, os.Rename(fakeLibtorch(t, "2.6.0"), folder))
	s := newSandbox(t)
	s.env = []string{"LIBTORCH=" + folder}
	r := s.run("cgo-flags.sh")
	require.Zero(t, r.code, r.stderr)
	require.Empty(t, s.files(), "it changed the checkout")

	dir := t.TempDir()
	writeFile(t, dir+"/go.mod", "module example.com/flags\n\ngo 1.26\n")
	writeFile(t, dir+"/main.go", "package main\n\n// #cgo LDFLAGS: -ltorch_cpu\n// const char* config(void);\nimport \"C\"\n\n"+
		"func main() { println(C.GoString(C.config())) }\n")
	writeFile(t, dir+"/config.cpp", "#include <ATen/core/Tensor.h>\n#include <torch/version.h>\n#include <string>\n"+
		"#ifndef MULTITORCH_LIBTORCH_BUILD\n#error\n#endif\n"+
		"#if TORCH_VERSION_MAJOR != 2\n#error\n#endif\n"+
		"namespace at { std::string show_config(); }\n"+
		"extern \"C\" const char* config(void) { static std::string c = at::show_config(); return c.c_str(); }\n")
	require.Contains(t, shell(t, dir, r.stdout+"go run .", "GOFLAGS="), "TORCH_VERSION=2.6.0")

	half := fakeLibtorch(t, "2.6.0")
	writeFile(t, half+"/lib/libtorch_cpu.so", "")
	for folder, want := range map[string]string{half: "is of no use", "/nowhere": "LIBTORCH=/nowhere is no libtorch"} {
		s.compiler("g++")
		s.env = []string{"LIBTORCH=" + folder}
		r = s.run("cgo-flags.sh")
		require.Equal(t, 1, r.code)
		require.Contains(t, r.stderr, want)
		require.Empty(t, r.stdout)
	}
}

// Where libtorch's headers are missing the compiler says what to do.
func TestMissingHeadersNameTheRemedy(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]string{
		"see \"In your own module\" in its README.md": "",
		"libtorch was in \"/gone\" and is no longer there: run \"make setup\"": "#define MULTITORCH_LIBTORCH_PATH \"/gone\"\n" +
			"#if !__has_include(<ATen/core/Tensor.h>)\n" +
			"#error libtorch was in \"/gone\" and is no longer there: run \"make setup\"\n#endif\n",
	} {
		dir := t.TempDir()
		for _, file := range []string{"shim.hpp", "shim.h"} {
			content, err := os.ReadFile("../internal/libtorch/" + file)
			require.NoError(t, err)
			writeFile(t, filepath.Join(dir, file), string(content))
		}
		if config != "" {
			writeFile(t, dir+"/libtorch_config.h", config)
		}
		writeFile(t, dir+"/a.cpp", "#include \"shim.hpp\"\n")
		// Without the system's folders, where libtorch may be.
		output, err := exec.Command("g++", "-std=c++20", "-nostdinc", "-isystem", dir, "-fsyntax-only", dir+"/a.cpp").CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(output), "error: #error ")
		require.Contains(t, string(output), name)
	}
}

// A copy of the module under another path is whole.
func TestRenamedModule(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	copyCheckout(t, dir)
	require.Contains(t, shell(t, dir, "scripts/rename-module.sh example.com/you/multitorch"), "the module is example.com/you/multitorch: ")
	packages := strings.Fields(shell(t, dir, "go list ./..."))
	require.Contains(t, packages, "example.com/you/multitorch/torch")
	deps := strings.Fields(shell(t, dir, "go list -deps -test -f '{{.ImportPath}}' ./..."))
	require.False(t, slices.ContainsFunc(deps, func(path string) bool { return strings.HasPrefix(path, "multitorch/") }))
	shell(t, dir, "go vet ./internal/version ./internal/atomicfile")
	readme, err := os.ReadFile(dir + "/README.md")
	require.NoError(t, err)
	require.Contains(t, string(readme), `-require=example.com/you/multitorch@v0.0.0 -replace=example.com/you/multitorch="$checkout"`)
	require.Contains(t, string(readme), `"example.com/you/multitorch/nn"`)
	require.Contains(t, string(readme), "bin/multitorch doctor\n", "the command keeps its name")

	// Again, from a path with dots.
	shell(t, dir, "scripts/rename-module.sh example.org/other")
	require.Contains(t, shell(t, dir, "go list ./torch"), "example.org/other/torch\n")
	for path, want := range map[string]string{
		"": "has a dot", "multitorch2": "has a dot", "example.org/other": "already", "example.org/a b": "ASCII letters", "example.org//x": "",
	} {
		out, err := exec.Command("bash", dir+"/scripts/rename-module.sh", path).CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(out), want)
	}
	require.Contains(t, shell(t, dir, "go list ./torch"), "example.org/other/torch\n")
}

// copyCheckout copies the checkout without what was made in it.
func copyCheckout(t *testing.T, dir string) {
	t.Helper()
	root := checkout(t)
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(path, root)
		if slices.Contains([]string{"/.git", "/bin", "/build", "/runs", "/third_party/libtorch", "/third_party/.setup"}, name) {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		info, err := entry.Info()
		if err != nil || !info.Mode().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		writeFile(t, dir+name, string(content))
		return os.Chmod(dir+name, info.Mode())
	}))
}
