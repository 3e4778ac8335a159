package scripts

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/twin"
)

// What stands on the pages of docs in Go is compiled and run, each piece in a function of its own, but for those that
// begin with a type and methods. What a page takes for granted, up to the middle of main, is testdata/pages/NAME.go.txt: the files
// that it names are made there, and model and optimizer are there.
func TestPagesRun(t *testing.T) {
	all, err := filepath.Glob("../docs/*.md")
	require.NoError(t, err)
	for _, page := range all {
		before := "testdata/pages/" + strings.TrimSuffix(filepath.Base(page), ".md") + ".go.txt"
		text, err := os.ReadFile(before)
		if errors.Is(err, fs.ErrNotExist) {
			require.Empty(t, fences(t, page, "go"), "%s has Go on it, and there is no %s", page, before)
			continue
		}
		require.NoError(t, err)
		program, types := string(text), ""
		for _, piece := range blocks(t, page, "go") {
			if strings.HasPrefix(piece, "type ") {
				types += piece
				continue
			}
			program += "\tfunc() {\n" + piece + "\n" + used(piece) + "\t\tmust(err)\n\t}()\n"
		}
		dir := t.TempDir()
		writeFile(t, dir+"/main.go", program+"}\n"+types)
		shell(t, checkout(t), "go build -o '"+dir+"/page' '"+dir+"/main.go' && cd '"+dir+"' && ./page")
	}
}

// The pieces of Python beside them run as well, one after the other.
func TestPortingPageRunsInPython(t *testing.T) {
	page, err := filepath.Abs("../docs/porting.md")
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	pieces := strings.Join(blocks(t, page, "python"), "\n")
	twin.Run(t, "from torch import nn\nmodel = nn.Linear(3, 20)\n"+pieces, nil)
}

var declared = regexp.MustCompile(`(?m)^(\w+(?:, \w+)*) :=`)

// used uses every variable that a piece declares, for which Go asks.
func used(piece string) string {
	var names []string
	for _, m := range declared.FindAllStringSubmatch(piece, -1) {
		names = append(names, strings.Split(m[1], ", ")...)
	}
	slices.Sort(names)
	var uses strings.Builder
	for _, name := range slices.Compact(names) {
		if name == "_" {
			continue
		}
		uses.WriteString("\t\t_ = " + name + "\n")
	}
	return uses.String()
}
