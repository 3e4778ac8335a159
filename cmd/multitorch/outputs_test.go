package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	datatable "multitorch/datasets/table"
)

// What a command reads is not written over by it, and a file's suffix says what is in it.
func TestOutputsSpareOtherFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte("mine"), 0o644))
		return path
	}
	csv, picture := file("t.csv"), file("pictures/red/a.png")
	link := filepath.Join(dir, "link.csv")
	require.NoError(t, os.Symlink(csv, link))
	checkpoint, rows := file("r/"+checkpointName), file("r/"+rowsName)
	require.NoError(t, os.WriteFile(csv, []byte("picture,label\npictures/red/a.png,red\n"), 0o644))
	run := filepath.Join(dir, "run")
	for _, name := range []string{eventsPrefix + "1", curvesName, tableName} {
		file("run/" + name)
	}
	require.NoError(t, os.WriteFile(runFilePath(run), []byte("task: table\nenvironment: {}\n"), 0o644))
	const read = "the command reads, and is not overwritten"
	for _, c := range []struct{ line, want string }{
		{"predict --data " + csv + " --out " + csv, read},
		{"predict --data " + link + " --out " + csv, read},
		{"predict --data " + csv + " --out " + link, read},
		{"predict --data " + rows + " --out " + rows, "--out: expected a name that ends in .csv"},
		{"predict --data " + csv + " --out " + checkpoint, ".csv, but got"},
		{"data show " + csv + " --out " + csv, "--out: expected a name that ends in .png"},
		{"data show " + filepath.Join(dir, "pictures") + " --out " + picture, read},
		{"data show " + csv + " --out " + picture, read},
		{"runs plot run --out " + filepath.Join(run, curvesName), "is a file of the run in " + run},
		{"predict --data " + csv + " --out " + filepath.Join(run, tableName), "is a file of the run in"},
		{"search red --out " + csv, ".png, but got"},
		{"runs plot r --out " + checkpoint, ".png or .svg, but got"},
		{"runs plot r --out p.jpg", ".png or .svg, but got"},
		{"eval --robustness " + checkpoint + " " + checkpoint, "--robustness: expected a name that ends in .png or .svg"},
		{"embed --out " + csv + " " + csv, ".npy, but got"},
		{"train --profile " + csv, "--profile: expected a name that ends in .json"},
		{"chat --make-scene scene.jpg", "--make-scene: expected a name that ends in .png"},
		{"checkpoint average --out mean.pt " + checkpoint + " " + checkpoint, ".safetensors, but got"},
	} {
		requireMisuse(t, strings.Fields(c.line), c.want)
	}
	for _, line := range []string{
		"predict --data " + csv + " --out " + filepath.Join(dir, "new.csv"), "data show " + csv + " --out " + file("old.png"),
		"runs plot r --out " + filepath.Join(dir, "curves.png"), "runs plot r --out " + file("epochs/curves.png"),
		"data show " + dir + " --out " + filepath.Join(dir, "new.PNG"), "runs plot r --out p.svg",
	} {
		_, err := parsed(strings.Fields(line)...)
		require.NoError(t, err, line)
	}
}

// A table of predictions can be predicted again: no two columns have one name.
func TestPredictionsOfPredictions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(header string) (again []string) {
		path := filepath.Join(dir, "t.csv")
		require.NoError(t, os.WriteFile(path, []byte(header+"\n1,2\n"), 0o644))
		read, err := datatable.Open(path)
		require.NoError(t, err)
		out := filepath.Join(dir, "out.csv")
		said := func(int) ([]string, bool) { return []string{"red", "0.5"}, true }
		require.NoError(t, writePredictions(read, out, []string{"prediction", "probability"}, said))
		read, err = datatable.Open(out)
		require.NoError(t, err)
		return read.Columns
	}
	require.Equal(t, []string{"a", "b", "prediction", "probability"}, write("a,b"))
	require.Equal(t, []string{"a", "prediction", "prediction_2", "probability_2"}, write("a,prediction"))
	require.Equal(t, []string{"prediction_2", "probability", "prediction_3", "probability_3"}, write("prediction_2,probability"))
}
