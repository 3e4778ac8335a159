package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/image"
)

// A run goes on with the pictures that it began with, wherever they lie, and names those that are others under the same table.
func TestResumeSeesChangedPictures(t *testing.T) {
	t.Parallel()
	table := ownCaptions(t)
	dir := filepath.Dir(table)
	out := filepath.Join(dir, "run")
	multitorch("train", "captions", "--data", table, "--out", out, "--image-size", "8", "--epochs", "1", "--batch-size", "8").requireOK(t)
	check := exec.Command("sha256sum", "--check", "--strict", "--quiet", filepath.Join(out, sumsName))
	check.Dir = dir
	said, err := check.CombinedOutput()
	require.NoError(t, err, string(said))

	moved := t.TempDir()
	pictures, err := filepath.Glob(filepath.Join(dir, "*.png"))
	require.NoError(t, err)
	require.Len(t, pictures, 40)
	for _, p := range pictures {
		require.NoError(t, os.Rename(p, filepath.Join(moved, filepath.Base(p))))
	}
	resume := []string{"train", "--resume", out, "--epochs", "2", "--data-dir", moved}
	require.NoError(t, image.Uniform(8, 9, 1, 2, 3).Save(filepath.Join(moved, "7.png")))
	o := multitorch(resume...)
	o.requireError(t, failed, `--resume: the pictures or sounds that the table names are not those that the run began with`, `"7.png" has other contents`)
	require.NotContains(t, o.stderr, "more")
	require.NoError(t, os.Remove(filepath.Join(out, sumsName)))
	refused(resume...).requireError(t, failed, "put them back, or begin another run")
	require.NoError(t, image.Uniform(8, 8+7%3, 0, 0, 0).Save(filepath.Join(moved, "7.png")))
	multitorch(resume...).requireOK(t)
	elsewhere := filepath.Join(t.TempDir(), "moved.csv") // and the table, which the next one needs no telling of
	require.NoError(t, os.Rename(table, elsewhere))
	multitorch("train", "captions", "--resume", out, "--epochs", "3", "--data", elsewhere).requireOK(t)
	multitorch("train", "--resume", out, "--epochs", "4").requireOK(t)

	page, err := os.ReadFile(filepath.Join(out, reportName))
	require.NoError(t, err)
	require.Contains(t, string(page), "its text comes ")
	require.Contains(t, string(page), "its picture comes ")
	require.Equal(t, 2*8, strings.Count(string(page), "<img "), "each of the eight test pairs both ways")
}
