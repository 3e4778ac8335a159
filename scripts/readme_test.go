package scripts

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// blocks are the fenced blocks of a language in a Markdown file.
func blocks(t *testing.T, path, language string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var found []string
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		found = append(found, m[1])
	}
	require.NotEmpty(t, found, "no %s block in %s", language, path)
	return found
}

// TestReadmeProgramRuns compiles and runs the program in the README.
func TestReadmeProgramRuns(t *testing.T) {
	for _, program := range blocks(t, "../README.md", "go") {
		file := filepath.Join(t.TempDir(), "main.go")
		require.NoError(t, os.WriteFile(file, []byte(program), 0o600))
		cmd := exec.Command("go", "run", file)
		cmd.Dir = ".."
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		require.Regexp(t, `epoch 5: loss 0\.[01]`, string(out), "the README's network did not learn")
	}
}

// TestTutorialPageShowsThePrograms holds the page that sets Go and Python side
// by side against the programs themselves.
func TestTutorialPageShowsThePrograms(t *testing.T) {
	const dir = "../examples/tutorial/"
	for language, source := range map[string]string{"go": "main.go", "python": "tutorial.py"} {
		text, err := os.ReadFile(dir + source)
		require.NoError(t, err)
		program := joinLines(string(text))
		for _, block := range blocks(t, dir+"README.md", language) {
			for _, part := range strings.Split(joinLines(block), " ... ") {
				for _, line := range strings.Split(part, "\n") {
					line = strings.TrimSpace(line)
					if line == "" || line == "..." {
						continue
					}
					require.Contains(t, program, line, "%s has no such line", source)
				}
			}
		}
	}
}

// joinLines puts a call that is broken over lines onto one.
func joinLines(s string) string { return regexp.MustCompile(`,\s*\n\s+`).ReplaceAllString(s, ", ") }
