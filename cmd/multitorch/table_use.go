package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"multitorch/datasets"
	datatable "multitorch/datasets/table"
	"multitorch/internal/atomicfile"
	"multitorch/multimodal/columns"
	"multitorch/nn"
	"multitorch/torch"
)

// tabular is a task whose models take any table with the columns that they were trained on.
type tabular interface {
	// use measures the model on all rows of another table.
	use(ctx context.Context, path, base string, skipBad bool) error
	// predictTable writes the table with what the model says of each row, as CSV, to a file or, where that is empty, the output.
	predictTable(ctx context.Context, model nn.Module, path, out string, skipBad bool, device torch.Device) error
}

func (t *tableTask) use(ctx context.Context, path, base string, skipBad bool) error {
	read, data, err := openOther(ctx, t.Schema, path, columns.Config{Base: base, SkipBad: skipBad})
	if err != nil {
		return err
	}
	if read.Column(t.Schema.Target) < 0 {
		return fmt.Errorf("--data: %s has no column %q to measure by: it has %q", path, t.Schema.Target, read.Columns)
	}
	if data.Len() == 0 {
		return fmt.Errorf("--data: %s has no rows", path)
	}
	t.Data = path
	t.measure(data, data)
	return nil
}

// openOther reads another table by a model's schema.
func openOther(ctx context.Context, schema *columns.Schema, path string, c columns.Config) (*datatable.Table, *columns.Data, error) {
	read, err := datatable.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("--data: %w", err)
	}
	data, bad, err := schema.Open(ctx, read, c, logLine)
	if err != nil {
		return nil, nil, err
	}
	if len(bad) > 0 {
		logLine(fmt.Sprintf("%s: %d of %d rows can't be used and were left out", path, len(bad), read.Len()))
	}
	return read, data, nil
}

func (t *tableTask) predictTable(ctx context.Context, model nn.Module, path, out string, skipBad bool, device torch.Device) error {
	read, data, err := openOther(ctx, t.Schema, path, columns.Config{SkipBad: skipBad, NoTarget: true})
	if err != nil {
		return err
	}
	loader, err := datasets.NewBatchLoader(data, datasets.BatchSize(testBatch))
	if err != nil {
		return err
	}
	t.classes, t.of = t.Schema.Classes, tableBatches{}
	said := map[int][]string{}
	for batch, err := range loader.All(ctx) {
		if err != nil {
			return err
		}
		classes, probabilities, err := t.likeliest(model, batch.To(device))
		if err != nil {
			return err
		}
		for k, class := range classes {
			said[batch.Rows[k]] = []string{t.classes[class], strconv.FormatFloat(float64(probabilities[k]), 'f', 4, 32)}
		}
	}
	return writePredictions(read, out, []string{"prediction", "probability"}, func(row int) ([]string, bool) {
		cells, ok := said[row]
		return cells, ok
	})
}

// writePredictions writes the rows of a table of which something is said, with that behind them, as CSV: to a file or, where
// that is empty, the output. Columns of whole files are left out.
func writePredictions(read *datatable.Table, out string, names []string, said func(row int) ([]string, bool)) error {
	var kept []int
	var header []string
	for i, name := range read.Columns {
		if !read.Embedded[i] {
			kept, header = append(kept, i), append(header, name)
		}
	}
	names = newNames(read, names)
	var rows [][]string
	for row := range read.Len() {
		cells, ok := said(row)
		if !ok {
			continue
		}
		line := make([]string, 0, len(kept)+len(cells))
		for _, column := range kept {
			line = append(line, read.Cell(row, column))
		}
		rows = append(rows, append(line, cells...))
	}
	write := func(w io.Writer) error { return datatable.WriteCSV(w, append(header, names...), rows) }
	if out == "" {
		return write(stdout)
	}
	if err := atomicfile.Write(out, write); err != nil {
		return err
	}
	printf("%d rows in %s\n", len(rows), out)
	return nil
}

// newNames are names for columns that a table has not: with a number where it has one of them, as a table of predictions has that is
// predicted again.
func newNames(read *datatable.Table, names []string) []string {
	free := names
	taken := func(name string) bool { return read.Column(name) >= 0 }
	for n := 2; slices.ContainsFunc(free, taken); n++ {
		free = nil
		for _, name := range names {
			free = append(free, fmt.Sprintf("%s_%d", name, n))
		}
	}
	if !slices.Equal(free, names) {
		logLine(fmt.Sprintf("note: %s has a column %q already: what is predicted now stands in %q",
			read.Path, names[slices.IndexFunc(names, taken)], free))
	}
	return free
}

// likeliest is the likeliest class of each sample.
func (t *tableTask) likeliest(model nn.Module, b columns.Batch) (classes []int64, probabilities []float32, err error) {
	torch.NoGrad(func() {
		err = torch.Try(func() error {
			values, order := t.of.logits(model, b).Softmax(1).MaxDim(1)
			classes, probabilities = torch.ToSlice[int64](order), torch.ToSlice[float32](values)
			for _, p := range probabilities {
				if p != p {
					return errors.New("the model's scores for these rows are NaN or infinite")
				}
			}
			return nil
		})
	})
	return classes, probabilities, err
}

// predict takes the columns by their names (--set), or --image, --text and --audio where only one column is of that kind.
func (t *tableTask) predict(model nn.Module, in inputs, device torch.Device) ([]guess, error) {
	return predictOne[columns.Sample](t, model, in, device)
}

func (t *tableTask) read(ctx context.Context, in inputs) (s columns.Sample, err error) {
	cells, err := t.cells(in)
	if err != nil {
		return s, err
	}
	s, err = t.Schema.Read(ctx, cells, "", in.whole...)
	if err == nil && !in.served {
		for _, note := range t.Schema.Cuts(s) {
			logLine(note + ", as the model was trained")
		}
	}
	return s, err
}

func (t *tableTask) look(model nn.Module, samples []columns.Sample, device torch.Device) ([][]guess, error) {
	return guesses(tableBatches{}, t.Schema.Classes, model, func() (columns.Batch, error) { return t.Schema.Batch(samples...) }, device)
}

func (t *tableTask) cells(in inputs) (map[string]string, error) {
	how := ", as --set COLUMN=CELL"
	if in.served {
		how = ""
	}
	cells := map[string]string{}
	for name, cell := range in.set {
		cells[name] = cell
	}
	for _, given := range []struct {
		flag, cell string
		kind       datatable.Kind
	}{{"image", in.image.path, datatable.Image}, {"text", in.text, datatable.Text}, {"audio", in.audio.path, datatable.Audio}} {
		if given.cell == "" {
			continue
		}
		name, err := t.only(given.kind, how)
		if err != nil {
			return nil, badInput(given.flag, "%w", err)
		}
		cells[name] = given.cell
	}
	if len(cells) == 0 {
		return nil, fmt.Errorf("the model in %s looks at %q: expected some of them%s", in.checkpoint, t.columnNames(), how)
	}
	return cells, nil
}

func (t *tableTask) columnNames() (names []string) {
	for _, c := range t.Schema.Columns {
		names = append(names, c.Name)
	}
	return names
}

// only is the one column of a kind; how is the way in which others are given.
func (t *tableTask) only(kind datatable.Kind, how string) (string, error) {
	var names []string
	for _, c := range t.Schema.Columns {
		if c.Kind == kind {
			names = append(names, c.Name)
		}
	}
	switch len(names) {
	case 1:
		return names[0], nil
	case 0:
		return "", fmt.Errorf("the model has no column of kind %s: it looks at %q; give one of those%s", kind, t.columnNames(), how)
	}
	return "", fmt.Errorf("the model has %d columns of kind %s, %q: name one%s", len(names), kind, names, how)
}
