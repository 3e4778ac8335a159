package sortofclevr_test

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/catalog"
	"multitorch/datasets/sortofclevr"
	pictures "multitorch/internal/picture"
)

func TestCatalog(t *testing.T) {
	set := sortofclevr.Catalog()
	require.NoError(t, set.Get(t.Context(), "", nil))
	samples, err := set.Open(t.Context(), "")
	require.NoError(t, err)
	require.Equal(t, 10_000, samples.N)
	samples.N = 50
	report, err := catalog.Check(t.Context(), samples, nil)
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	last, err := samples.At(t.Context(), 9_999)
	require.NoError(t, err)
	require.Equal(t, "test", last.Side)
	require.Equal(t, 75, last.Image.Bounds().Dx())
}

// What Write wrote is read again: pictures of the scenes, and a row for each question.
func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "scenes")
	data := sortofclevr.Generate(sortofclevr.Options{Train: 3, Test: 2})
	require.NoError(t, sortofclevr.Write(t.Context(), dir, data))
	f, err := os.Open(filepath.Join(dir, "questions.csv"))
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1+5*20)
	require.Equal(t, []string{"image", "question", "answer", "split"}, rows[0])
	for i, row := range rows[1:] {
		side, scene := data.Train, i/20
		if scene >= 3 {
			side, scene = data.Test, scene-3
		}
		m, err := pictures.Open(t.Context(), filepath.Join(dir, row[0]))
		require.NoError(t, err)
		planar, err := sortofclevr.FromImage(m)
		require.NoError(t, err)
		require.Equal(t, side.Scenes[scene].Pixels(), planar)
		q, err := new(sortofclevr.Memory).Parse(row[1])
		require.NoError(t, err)
		require.Equal(t, side.Scenes[scene].Answer(q).String(), row[2])
	}

	// What is whole is left alone, and what is not is written again.
	path := filepath.Join(dir, rows[1][0])
	require.NoError(t, os.Remove(path))
	require.NoError(t, sortofclevr.Write(t.Context(), dir, data))
	require.NoFileExists(t, path)
	require.NoError(t, os.Remove(f.Name()))
	require.NoError(t, sortofclevr.Write(t.Context(), dir, data))
	require.FileExists(t, path)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	other := t.TempDir()
	require.ErrorIs(t, sortofclevr.Write(ended, other, data), context.Canceled)
	require.NoFileExists(t, filepath.Join(other, "questions.csv"))
}
