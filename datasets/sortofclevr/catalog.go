package sortofclevr

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"multitorch/datasets/catalog"
	"multitorch/internal/atomicfile"
)

// Catalog is what there is to say of the data set.
func Catalog() catalog.Set {
	return catalog.Set{
		Name:    "sortofclevr",
		About:   "10,000 pictures of six objects with twenty questions about each",
		Source:  "made here; get --data-dir DIR writes 600 of them as PNG with questions.csv",
		Licence: "none needed",
		Get: func(ctx context.Context, dir string, log func(string)) error {
			if dir == "" {
				return nil // it is made where it is used
			}
			return Write(ctx, dir, Generate(written))
		},
		Open: func(_ context.Context, dir string) (*catalog.Samples, error) {
			if dir == "" {
				return Generate(Options{}).samples("memory"), nil
			}
			if _, err := os.Stat(filepath.Join(dir, tableName)); err != nil {
				return nil, err
			}
			return Generate(written).samples(dir), nil
		},
	}
}

// written is what Get writes.
var written = Options{Train: 500, Test: 100}

func (d *Data) samples(dir string) *catalog.Samples {
	return &catalog.Samples{
		Dir: dir, N: d.Train.Len() + d.Test.Len(),
		At: func(_ context.Context, i int) (catalog.Sample, error) {
			side, name := d.Train, "train"
			if i >= d.Train.Len() {
				side, name, i = d.Test, "test", i-d.Train.Len()
			}
			scene, turn := side.Scenes[i], side.Dialogues[i][0]
			return catalog.Sample{
				Name: fmt.Sprintf("%s scene %d", name, i), Side: name, Class: -1, Image: scene.Image(1),
				Text: scene.Answer(turn.Question).String() + ": " + turn.Text(),
			}, nil
		},
	}
}

// tableName is the table that Write writes last.
const tableName = "questions.csv"

// Write writes data into a folder, which it makes: each scene as PNG of 75 x 75 pixels, and a table questions.csv of all
// questions, with the columns image, question, answer and split, which "multitorch train table" takes. The table is written
// last; where it is there already, nothing is done.
func Write(ctx context.Context, dir string, d *Data) error {
	table := filepath.Join(dir, tableName)
	if _, err := os.Stat(table); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	rows := [][]string{{"image", "question", "answer", "split"}}
	for _, part := range []struct {
		name string
		side *Side
	}{{"train", d.Train}, {"test", d.Test}} {
		for i, scene := range part.side.Scenes {
			if err := ctx.Err(); err != nil {
				return err
			}
			name := fmt.Sprintf("%s-%05d.png", part.name, i)
			write := func(w io.Writer) error { return png.Encode(w, scene.Image(1)) }
			if err := atomicfile.Write(filepath.Join(dir, name), write); err != nil {
				return err
			}
			for _, turn := range part.side.Dialogues[i] {
				rows = append(rows, []string{name, strings.TrimSuffix(turn.Text(), "?"), scene.Answer(turn.Question).String(), part.name})
			}
		}
	}
	return atomicfile.Write(table, func(w io.Writer) error { return csv.NewWriter(w).WriteAll(rows) })
}
