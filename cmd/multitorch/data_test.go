package main

import (
	"context"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/catalog"
)

func TestDataListSaysWhatThereIs(t *testing.T) {
	t.Parallel()
	o := multitorch("data", "list").requireOK(t)
	for _, s := range dataSets {
		require.NotEmpty(t, s.Licence, s.Name)
		require.Contains(t, o.stdout, s.Name)
		require.Contains(t, o.stdout, s.Licence)
	}
}

func TestDataCheckAndShow(t *testing.T) {
	t.Parallel()
	o := multitorch("data", "check", "emoji10").requireOK(t)
	require.Contains(t, o.stdout, "3812 samples")
	require.Contains(t, o.stdout, "no problem was found")

	out := filepath.Join(t.TempDir(), "sheet.png")
	o = multitorch("data", "show", "emoji10", "--samples", "6", "--columns", "3", "--size", "64", "--class", "Flags", "--out", out).requireOK(t)
	require.Contains(t, o.stdout, "6 of 3812 samples in "+out)
	f, err := os.Open(out)
	require.NoError(t, err)
	defer f.Close()
	m, err := png.Decode(f)
	require.NoError(t, err)
	require.Equal(t, image.Pt(3*(64+16), 2*(64+3*16+16)), m.Bounds().Size())
}

func TestDataThatIsNotKnown(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"get", "check", "show"} {
		refused("data", command, "emoji11").requireError(t, failed, `"emoji11": expected one of ["emoji10"`)
	}
	refused("data", "show", "emoji10", "--class", "Fruit").requireError(t, failed, `--class "Fruit"`, "Flags")
	refused("data", "check", "emoji10", "--data-dir", "/none").requireError(t, failed, "multitorch data get emoji10 --data-dir /none")
}

// A sound without a picture is shown as its spectrogram; one that is shorter than a window too.
func TestTileOfASound(t *testing.T) {
	for _, n := range []int{1, 256, 100_000} {
		got, err := tile(catalog.Sample{Audio: make([]float32, n), Rate: 8000, Text: "hello", Name: "a.wav"}, "")
		require.NoError(t, err)
		require.Equal(t, []string{"hello", "a.wav"}, got.Lines)
		require.Equal(t, 129, got.Picture.Bounds().Dy())
		require.LessOrEqual(t, got.Picture.Bounds().Dx(), 300)
	}
}

// A sample that can't be read ends show with its name, and leaves no file.
func TestShowOfADamagedSample(t *testing.T) {
	c := dataShowCmd{N: 1}
	_, err := c.tiles(context.Background(), &catalog.Samples{N: 1, At: func(context.Context, int) (catalog.Sample, error) {
		return catalog.Sample{Name: "t.csv, line 7"}, errors.New("a.png is damaged")
	}})
	require.ErrorContains(t, err, "t.csv, line 7: a.png is damaged; multitorch data check")
}

// What a file says is not obeyed by the terminal, and check shows what each column is taken for.
func TestCheckOfATableFromAnyone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "t.csv")
	require.NoError(t, os.WriteFile(path, []byte("file,label\na.bmp,red\x1b[2J\nb.bmp,\x1b]0;mine\x07\n\u009b2J.x,red\n"), 0o644))
	o := multitorch("data", "check", path)
	o.requireError(t, failed, "the data has problems")
	requirePlain(t, o.stdout)
	require.Contains(t, o.stdout, "  file             image    2 of 3 cells end as pictures do\n")
	require.Contains(t, o.stdout, "  label            category what is to be learned\n")
	require.Contains(t, o.stdout, `red\x1b[2J `)
	require.Contains(t, o.stdout, `\x9b2J.x`)
	show := multitorch("data", "show", path, "--out", filepath.Join(t.TempDir(), "s.png"))
	show.requireError(t, failed, path+", line ", "multitorch data check "+path)
}
