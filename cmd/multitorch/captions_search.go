package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image/png"
	"io"
	"slices"

	"multitorch/datasets"
	datatable "multitorch/datasets/table"
	"multitorch/internal/atomicfile"
	"multitorch/internal/sheet"
	"multitorch/multimodal"
	"multitorch/multimodal/columns"
	"multitorch/torch"
)

// search finds the pictures of a table that fit some words best, and draws them as a contact sheet: the best row of each.
func (t *captionsTask) search(ctx context.Context, m *multimodal.Retriever, c *searchCmd, device torch.Device) error {
	path := cmp.Or(c.Data, t.Data)
	read, data, err := openOther(ctx, t.Schema, path, columns.Config{Base: cmp.Or(c.DataDir, t.Base), SkipBad: t.SkipBad})
	if err != nil {
		return err
	}
	words, err := t.Schema.One(ctx, map[string]string{t.column(datatable.Text): c.Query}, "")
	if err != nil {
		return fmt.Errorf("%.80q: %w", c.Query, err)
	}
	scores, err := t.scores(ctx, m, data, words, device)
	if err != nil {
		return err
	}
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	picture, caption := read.Column(t.column(datatable.Image)), read.Column(t.column(datatable.Text))
	seen := map[string]bool{}
	var tiles []sheet.Tile
	for _, i := range order {
		row := data.Row(i)
		cell := read.Cell(row, picture)
		before := seen[cell]
		if seen[cell] = true; before || len(tiles) == c.Top {
			continue
		}
		shown, err := read.OpenImage(ctx, row, picture, cmp.Or(c.DataDir, t.Base))
		if err != nil {
			return err
		}
		lines := []string{read.Cell(row, caption), fmt.Sprintf("%.2f", scores[i])}
		if !read.Embedded[picture] {
			lines = append(lines, cell)
		}
		if tiles = append(tiles, sheet.Tile{Picture: shown.Go(), Lines: lines}); len(tiles) <= 5 {
			printf("%5.2f  %s\n", scores[i], lines[0])
		}
	}
	drawn := sheet.Draw(tiles, c.Columns, c.Size)
	if err := atomicfile.Write(c.Out, func(w io.Writer) error { return png.Encode(w, drawn) }); err != nil {
		return err
	}
	printf("%d of %d pictures in %s\n", len(tiles), len(seen), c.Out)
	return nil
}

// scores are the cosines of all rows' pictures with some words.
func (t *captionsTask) scores(ctx context.Context, m *multimodal.Retriever, data *columns.Data, words columns.Batch, device torch.Device) (
	scores []float32, err error,
) {
	loader, err := datasets.NewBatchLoader(data, datasets.BatchSize(testBatch))
	if err != nil {
		return nil, err
	}
	torch.NoGrad(func() {
		err = torch.Try(func() error {
			_, text := t.pair(words.To(device))
			query := m.EncodeItems(text)
			for batch, err := range loader.All(ctx) {
				if err != nil {
					return err
				}
				pictures, _ := t.pair(batch.To(device))
				scores = append(scores, torch.ToSlice[float32](m.EncodeQueries(pictures).Matmul(query.T()).Flatten(0, -1))...)
			}
			if slices.ContainsFunc(scores, func(v float32) bool { return v != v }) {
				return errors.New("the model's scores are NaN")
			}
			return nil
		})
	})
	return scores, err
}
