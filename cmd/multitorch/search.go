package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"slices"
	"strings"

	"multitorch/datasets/emoji10"
	"multitorch/internal/atomicfile"
	"multitorch/internal/sheet"
	"multitorch/multimodal"
	"multitorch/torch"
)

type searchCmd struct {
	Query string `arg:"" help:"What to look for: a few words."`
	deviceFlag
	dataFlag
	Data       string `type:"path" placeholder:"FILE" help:"Table to search, for a model of captions (default: the one that it was trained on)."`
	Checkpoint string `type:"path" default:"runs/retrieval-clip-seed0/checkpoint.safetensors" help:"Checkpoint of the retrieval task."`
	Out        string `type:"path" default:"search.png" placeholder:"FILE" help:"The PNG file."`
	Top        int    `default:"24" help:"Pictures to show."`
	Columns    int    `default:"8" help:"Pictures in a row."`
	Size       int    `default:"96" help:"Pixels of a picture."`
}

// Validate is called when the command line is read.
func (c *searchCmd) Validate() error {
	for _, l := range []struct {
		flag             string
		value, min, most int
	}{{"top", c.Top, 1, 1000}, {"columns", c.Columns, 1, 100}, {"size", c.Size, 16, 1024}} {
		if l.value < l.min || l.value > l.most {
			return fmt.Errorf("--%s: expected %d to %d, but got %d", l.flag, l.min, l.most, l.value)
		}
	}
	out := outputFile{"out", c.Out, pngFile, []string{c.Checkpoint, c.Data, c.DataDir}}
	return errors.Join(out.check(), c.deviceFlag.Validate())
}

// Run finds the pictures that fit the words best, and writes them as a contact sheet, the best first.
func (c *searchCmd) Run(ctx context.Context) error {
	device, err := c.device()
	if err != nil {
		return err
	}
	s, err := loadModel(c.Checkpoint, device)
	if err != nil {
		return err
	}
	if own, ok := s.task.(*captionsTask); ok {
		return own.search(ctx, s.model.(*multimodal.Retriever), c, device)
	}
	t, ok := s.task.(*retrievalTask)
	if !ok {
		return fmt.Errorf("--checkpoint: %s holds a model of %s: expected one of retrieval, as multitorch train retrieval makes it",
			c.Checkpoint, s.task.info().title)
	}
	if err := t.load(ctx, c.DataDir, false); err != nil {
		return fmt.Errorf("%w; multitorch data get emoji10 gets the data", err)
	}
	found, err := t.search(ctx, s.model.(*multimodal.Retriever), c.Query, device)
	if err != nil {
		return err
	}
	var tiles []sheet.Tile
	for _, f := range found[:min(c.Top, len(found))] {
		e := t.loaded.Emoji[f.emoji]
		tiles = append(tiles, sheet.Tile{
			Picture: emojiPicture(t.loaded.Image(f.emoji, f.vendor)),
			Lines:   []string{e.Label, fmt.Sprintf("%.2f", f.score)},
		})
	}
	drawn := sheet.Draw(tiles, c.Columns, c.Size)
	if err := atomicfile.Write(c.Out, func(w io.Writer) error { return png.Encode(w, drawn) }); err != nil {
		return err
	}
	for _, f := range found[:min(5, len(found))] {
		printf("%5.2f  %s\n", f.score, t.loaded.Emoji[f.emoji].Label)
	}
	printf("%d of %d pictures in %s\n", len(tiles), len(found), c.Out)
	return nil
}

// hit is a picture that was found, and its cosine with the words.
type hit struct {
	emoji, vendor int
	score         float64
}

// search puts all emoji into the order in which they fit the words, with the picture of each that fits better.
func (t *retrievalTask) search(ctx context.Context, m *multimodal.Retriever, words string, device torch.Device) (found []hit, err error) {
	if len(emoji10.Tokenize(words)) == 0 {
		return nil, fmt.Errorf("%.80q: expected a few words of the letters a to z, or numbers", words)
	}
	text, err := t.text(strings.ToLower(words))
	if err != nil {
		return nil, err
	}
	torch.NoGrad(func() {
		err = torch.Try(func() error {
			text.Data = text.Data.To(device)
			query := m.EncodeItems(text)
			vendors := len(emoji10.Vendors())
			for begin := 0; begin < len(t.loaded.Emoji) && ctx.Err() == nil; begin += testBatch {
				n := min(testBatch, len(t.loaded.Emoji)-begin)
				var pixels []uint8
				for i := range n * vendors {
					pixels = append(pixels, t.loaded.Image(begin+i/vendors, i%vendors)...)
				}
				images := multimodal.Pixels(torch.FromSlice(pixels, n*vendors, 3, emoji10.ImageSize, emoji10.ImageSize)).To(device)
				scores := m.EncodeQueries(multimodal.Input{Data: images}).Matmul(query.T()).View(n, vendors)
				best, vendor := scores.MaxDim(1)
				which := torch.ToSlice[int64](vendor)
				for i, s := range torch.ToSlice[float32](best) {
					if s != s {
						return fmt.Errorf("the model's scores are NaN")
					}
					found = append(found, hit{begin + i, int(which[i]), float64(s)})
				}
			}
			return ctx.Err()
		})
	})
	slices.SortStableFunc(found, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	return found, err
}

// emojiPicture is planar RGB as a picture.
func emojiPicture(planar []uint8) image.Image {
	const size = emoji10.ImageSize
	m := image.NewNRGBA(image.Rect(0, 0, size, size))
	for i := range size * size {
		m.SetNRGBA(i%size, i/size, color.NRGBA{planar[i], planar[size*size+i], planar[2*size*size+i], 255})
	}
	return m
}
