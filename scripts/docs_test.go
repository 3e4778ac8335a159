package scripts

import (
	"encoding/json"
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
//
// Each page is a package of one program, which is linked once and runs the page that it is told. The build sees their files
// in the checkout, where there are none.
func TestPagesRun(t *testing.T) {
	all, err := filepath.Glob("../docs/*.md")
	require.NoError(t, err)
	written, inCheckout := t.TempDir(), filepath.Join(checkout(t), "scripts/pages")
	overlay := map[string]map[string]string{"Replace": {}}
	add := func(name, text string) {
		file := filepath.Join(written, name)
		writeFile(t, file, text)
		overlay["Replace"][filepath.Join(inCheckout, name)] = file
	}
	var pages []string
	imports, table := "\t\"os\"\n\n", ""
	for _, path := range all {
		page := strings.TrimSuffix(filepath.Base(path), ".md")
		before := "testdata/pages/" + page + ".go.txt"
		text, err := os.ReadFile(before)
		if errors.Is(err, fs.ErrNotExist) {
			require.Empty(t, fences(t, path, "go"), "%s has Go on it, and there is no %s", path, before)
			continue
		}
		require.NoError(t, err)
		pages = append(pages, page)
		add(page+"/page.go", packageOf(page, string(text), blocks(t, path, "go")))
		imports += "\t\"multitorch/scripts/pages/" + page + "\"\n"
		table += "\t\t\"" + page + "\": " + page + ".Main,\n"
	}
	add("main.go", "package main\n\nimport (\n"+imports+")\n\nfunc main() {\n\tmap[string]func(){\n"+table+"\t}[os.Args[1]]()\n}\n")
	replaced, err := json.Marshal(overlay)
	require.NoError(t, err)
	writeFile(t, written+"/overlay.json", string(replaced))

	shell(t, checkout(t), "go build -overlay '"+written+"/overlay.json' -o '"+written+"/pages' ./scripts/pages")
	for _, page := range pages {
		t.Run(page, func(t *testing.T) { shell(t, t.TempDir(), "'"+written+"/pages' "+page) })
	}
}

// packageOf is a page's package: what stands in testdata, whose main becomes Main, and the page's pieces.
func packageOf(page, before string, pieces []string) string {
	program, types := before, ""
	for _, piece := range pieces {
		if strings.HasPrefix(piece, "type ") {
			types += piece
			continue
		}
		program += "\tfunc() {\n" + piece + "\n" + used(piece) + "\t\tmust(err)\n\t}()\n"
	}
	program = strings.Replace(program, "package main\n", "package "+page+"\n", 1)
	return strings.Replace(program, "func main() {", "func Main() {", 1) + "}\n" + types
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
