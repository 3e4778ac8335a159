package scripts

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// fences are the fenced blocks of a language in a Markdown file.
func fences(t *testing.T, path, language string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var found []string
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		found = append(found, m[1])
	}
	return found
}

// blocks are the same where there has to be one.
func blocks(t *testing.T, path, language string) []string {
	t.Helper()
	found := fences(t, path, language)
	require.NotEmpty(t, found, "no %s block in %s", language, path)
	return found
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
