package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"multitorch/serve/index"
	"multitorch/torch"
	"multitorch/transformers"
)

type indexCmd struct {
	deviceFlag
	dataFlag
	Model string `arg:"" placeholder:"NAME|DIR|RUN" help:"What makes the vectors: a pretrained encoder of texts (minilm), or a run of retrieval or captions."`
	Texts string `arg:"" optional:"" type:"path" help:"Text file, of which each line is a text, for an encoder of texts (-: what is piped in). A run indexes its own pictures."`
	Out   string `required:"" placeholder:"DIR|URL" help:"New folder for the index, or a PostgreSQL with pgvector: postgres://user@host/database."`
	Table string `default:"multitorch_index" help:"New table, in PostgreSQL."`
}

// Validate is called when the command line is read.
func (c *indexCmd) Validate() error { return c.deviceFlag.Validate() }

// Run makes vectors and writes them with what they stand for.
func (c *indexCmd) Run(ctx context.Context) error {
	device, err := c.device()
	if err != nil {
		return err
	}
	path, err := findModel(c.Model)
	if err != nil {
		return err
	}
	about, err := aboutModel(path)
	if err != nil {
		return err
	}
	var vectors [][]float32
	var entries []index.Entry
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		vectors, entries, err = c.lines(path, device)
		if err != nil {
			return err
		}
	} else if vectors, entries, err = c.pictures(ctx, path, device); err != nil {
		return err
	}
	if index.IsPostgres(c.Out) {
		if err := index.WritePostgres(ctx, c.Out, c.Table, about, vectors, entries); err != nil {
			return err
		}
		printf("%d vectors of %d numbers in the table %s\n", len(vectors), len(vectors[0]), c.Table)
		return nil
	}
	if err := index.Write(c.Out, about, vectors, entries); err != nil {
		return err
	}
	printf("%d vectors of %d numbers in %s\n", len(vectors), len(vectors[0]), c.Out)
	return nil
}

// lines are the vectors of a file's texts.
func (c *indexCmd) lines(dir string, device torch.Device) (vectors [][]float32, entries []index.Entry, err error) {
	if c.Texts == "" {
		return nil, nil, errors.New("expected a text file, of which each line is a text, after the model")
	}
	texts, err := readLines(c.Texts)
	if err != nil {
		return nil, nil, err
	}
	var kept []string
	for i, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			kept = append(kept, text)
			entries = append(entries, index.Entry{Text: text, Source: fmt.Sprintf("line %d", i+1)})
		}
	}
	if len(kept) == 0 {
		return nil, nil, fmt.Errorf("%s: there is no line with a text in it", c.Texts)
	}
	m, err := transformers.LoadSentenceTransformer(dir, transformers.Load{Device: device})
	if err != nil {
		return nil, nil, err
	}
	all, err := m.Encode(kept)
	if err != nil {
		return nil, nil, err
	}
	defer all.Free()
	return rowsOf(all), entries, nil
}

// rowsOf are the rows of a matrix.
func rowsOf(t *torch.Tensor) (rows [][]float32) {
	values, width := torch.ToSlice[float32](t.CPU()), t.Size(1)
	for i := range t.Size(0) {
		rows = append(rows, values[i*width:(i+1)*width])
	}
	return rows
}
