package main

import (
	"context"

	"multitorch/datasets"
	datatable "multitorch/datasets/table"
	"multitorch/multimodal"
	"multitorch/multimodal/columns"
	"multitorch/serve/index"
	"multitorch/torch"
)

// indexPictures are the pictures of the table that the model was trained on, each once, with its first caption.
func (t *captionsTask) indexPictures(ctx context.Context, m *multimodal.Retriever, dataDir string, device torch.Device) (
	vectors [][]float32, entries []index.Entry, err error,
) {
	base := t.Base
	if dataDir != "" {
		base = dataDir
	}
	read, data, err := openOther(ctx, t.Schema, t.Data, columns.Config{Base: base, SkipBad: t.SkipBad})
	if err != nil {
		return nil, nil, err
	}
	loader, err := datasets.NewBatchLoader(data, datasets.BatchSize(testBatch))
	if err != nil {
		return nil, nil, err
	}
	picture, caption := read.Column(t.column(datatable.Image)), read.Column(t.column(datatable.Text))
	seen := map[string]bool{}
	for batch, err := range loader.All(ctx) {
		if err != nil {
			return nil, nil, err
		}
		var encoded [][]float32
		torch.NoGrad(func() {
			err = torch.Try(func() error {
				pictures, _ := t.pair(batch.To(device))
				encoded = rowsOf(m.EncodeQueries(pictures))
				return nil
			})
		})
		if err != nil {
			return nil, nil, err
		}
		for k, row := range batch.Rows {
			cell := read.Cell(row, picture)
			if seen[cell] {
				continue
			}
			seen[cell] = true
			shown, err := read.OpenImage(ctx, row, picture, base)
			if err != nil {
				return nil, nil, err
			}
			e := index.Entry{Text: read.Cell(row, caption), Source: read.Place(row), Picture: thumbnail(shown.Go())}
			if !read.Embedded[picture] {
				e.Source = cell
			}
			vectors, entries = append(vectors, encoded[k]), append(entries, e)
		}
	}
	return vectors, entries, nil
}

func (t *captionsTask) queryVector(m *multimodal.Retriever, words string, device torch.Device) ([]float32, error) {
	b, err := t.Schema.One(context.Background(), map[string]string{t.column(datatable.Text): words}, "")
	if err != nil {
		return nil, badInput("text", "%w", err)
	}
	_, text := t.pair(b)
	return encodeWords(m, text, device)
}
