package main

import (
	"context"
	"fmt"
	"image/png"
	"io"
	"math/rand/v2"
	"strings"

	"multitorch/datasets/catalog"
	"multitorch/internal/atomicfile"
	"multitorch/internal/sheet"
)

type dataShowCmd struct {
	Name string `arg:"" help:"Data set, or a table of yours: a .csv, .tsv, .jsonl or .parquet file, or a folder."`
	dataFlag
	Out     string `type:"path" placeholder:"FILE" help:"The PNG file (default: NAME.png)."`
	N       int    `name:"samples" default:"40" help:"Samples to show."`
	Columns int    `default:"8" help:"Samples in a row."`
	Size    int    `default:"128" help:"Pixels of a picture."`
	Seed    int64  `default:"0" help:"Seed of the choice."`
	Class   string `placeholder:"NAME" help:"Show samples of this class only."`
}

// Validate is called when the command line is read.
func (c *dataShowCmd) Validate() error {
	for _, l := range []struct {
		flag             string
		value, min, most int
	}{{"samples", c.N, 1, 1000}, {"columns", c.Columns, 1, 100}, {"size", c.Size, 16, 1024}} {
		if l.value < l.min || l.value > l.most {
			return fmt.Errorf("--%s: expected %d to %d, but got %d", l.flag, l.min, l.most, l.value)
		}
	}
	return outputFile{"out", c.Out, pngFile, []string{c.Name, c.DataDir}}.check()
}

// Run draws samples that are chosen at random by the seed, in their order.
func (c *dataShowCmd) Run(ctx context.Context) error {
	samples, err := openSet(ctx, c.Name, c.DataDir)
	if err != nil {
		return err
	}
	tiles, err := c.tiles(ctx, samples)
	if err != nil {
		return err
	}
	out := c.Out
	if out == "" {
		out = strings.Map(func(r rune) rune {
			if r == '/' || r == '.' {
				return '-'
			}
			return r
		}, c.Name) + ".png"
	}
	drawn := sheet.Draw(tiles, c.Columns, c.Size)
	if err := atomicfile.Write(out, func(w io.Writer) error { return png.Encode(w, drawn) }); err != nil {
		return err
	}
	printf("%d of %d samples in %s\n", len(tiles), samples.N, out)
	return nil
}

func (c *dataShowCmd) tiles(ctx context.Context, samples *catalog.Samples) ([]sheet.Tile, error) {
	var tiles []sheet.Tile
	known := c.Class == ""
	for _, name := range samples.Classes {
		known = known || name == c.Class
	}
	if !known {
		return nil, fmt.Errorf("--class %.80q: expected one of %.400q", c.Class, samples.Classes)
	}
	for _, i := range rand.New(rand.NewPCG(uint64(c.Seed), 0)).Perm(samples.N) {
		if len(tiles) == c.N {
			break
		}
		s, err := samples.At(ctx, i)
		if err != nil && s.Name != "" {
			err = fmt.Errorf("%s: %w", s.Name, err)
		}
		if err != nil {
			return nil, fmt.Errorf("%w; multitorch data check %s finds all that is damaged", err, c.Name)
		}
		class := ""
		if s.Class >= 0 && s.Class < len(samples.Classes) {
			class = samples.Classes[s.Class]
		}
		if c.Class != "" && class != c.Class {
			continue
		}
		t, err := tile(s, class)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		tiles = append(tiles, t)
	}
	return tiles, nil
}

// tile is a sample's picture, or its sound's spectrogram, over its text and class.
func tile(s catalog.Sample, class string) (t sheet.Tile, err error) {
	t.Picture = s.Image
	if t.Picture == nil && s.Audio != nil {
		t.Picture, err = spectrogram(s.Audio)
	}
	for _, line := range []string{s.Text, class, s.Name} {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			t.Lines = append(t.Lines, line)
		}
	}
	return t, err
}
