package main

import (
	"context"
	"image"
	"image/color"
	"maps"
	"path/filepath"
	"slices"

	"multitorch/datasets/fashionmnist"
	"multitorch/internal/settings"
	"multitorch/multimodal"
	"multitorch/multimodal/columns"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer/hooks"
	"multitorch/trainer/metrics"
	"multitorch/trainer/report"
)

// shower is a task whose report shows more than curves: what was taken for what in the last evaluation, say, and what a model says of
// some of the test data.
type shower interface{ shows(r *hooks.Report) }

// reportOf is the hook that writes a run's page.
func reportOf(t task, out, title string) *hooks.Report {
	r := &hooks.Report{
		Path: filepath.Join(out, reportName), Title: title, Rows: filepath.Join(out, rowsName), Tables: configTables(out),
	}
	if s, ok := t.(shower); ok {
		s.shows(r)
	}
	return r
}

// configTables are the configuration that a run has left in its folder, and where it was trained.
func configTables(dir string) []report.Table {
	s, err := settings.Read(runFilePath(dir))
	if err != nil {
		return nil // of before there were such files
	}
	config := report.Table{Title: "Configuration"}
	for _, name := range s.Names() {
		if name != environmentKey {
			config.Rows = append(config.Rows, [2]string{name, s.Text(name)})
		}
	}
	return []report.Table{config, {Title: "Environment", Rows: s.Pairs(environmentKey)}}
}

// mostSamples are on a page.
const mostSamples = 24

func (c *classification[B]) shows(r *hooks.Report) { r.Confusion, r.Samples = c.matrix, c.samples }

func (c *classification[B]) matrix() (*metrics.ConfusionMatrix, []string) {
	return c.macroF1.ConfusionMatrix, c.classes
}

// pictured are batches with pictures.
type pictured[B any] interface {
	// pictures are floats [N, 1 or 3, H, W] from 0 to 1; nil for none.
	pictures(b B) *torch.Tensor
}

// samples are spread over the test data.
func (c *classification[B]) samples(model nn.Module) ([]report.Sample, error) {
	with, ok := c.of.(pictured[B])
	if !ok {
		return nil, nil
	}
	indices := spread(mostSamples, c.test.Len())
	batch, err := c.test.GetBatch(context.Background(), indices)
	if err != nil {
		return nil, err
	}
	pixels := with.pictures(batch)
	if pixels == nil && c.words == nil {
		return nil, nil
	}
	b := c.of.to(batch, nn.Parameters(model)[0].Device())
	said, truth := torch.ToSlice[int64](c.of.logits(model, b).Argmax(1)), torch.ToSlice[int64](c.of.target(b))
	samples := make([]report.Sample, len(indices))
	for i := range samples {
		samples[i] = report.Sample{Truth: c.classes[truth[i]], Said: c.classes[said[i]]}
		if pixels != nil {
			samples[i].Picture = pictureOf(pixels.Select(0, i))
		}
		if c.words != nil {
			samples[i].Text = c.words(indices[i])
		}
	}
	return samples, nil
}

// pictureOf is floats [1 or 3, H, W] from 0 to 1 as a picture.
func pictureOf(pixels *torch.Tensor) image.Image {
	shape := pixels.Shape()
	values := torch.ToSlice[uint8](pixels.Mul(255).Round().Clamp(0, 255).To(torch.Uint8))
	height, width := shape[1], shape[2]
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range height * width {
		r, g, b := values[i], values[i], values[i]
		if shape[0] == 3 {
			g, b = values[height*width+i], values[2*height*width+i]
		}
		m.SetNRGBA(i%width, i/width, color.NRGBA{r, g, b, 255})
	}
	return m
}

func (emojiBatches) pictures(b multimodal.Batch) *torch.Tensor { return b.Image.Add(1).Div(2) }

func (fashionBatches) pictures(b fashionmnist.Example) *torch.Tensor { return b.Image }

// pictures are those of the first column of pictures.
func (tableBatches) pictures(b columns.Batch) *torch.Tensor {
	for _, name := range slices.Sorted(maps.Keys(b.Inputs.Of)) {
		if data := b.Inputs.Of[name].Data; data.Dim() == 4 {
			return data.Add(1).Div(2)
		}
	}
	return nil
}
