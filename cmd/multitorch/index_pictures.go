package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"strings"

	"golang.org/x/image/draw"

	"multitorch/datasets/emoji10"
	"multitorch/multimodal"
	"multitorch/serve/index"
	"multitorch/torch"
)

// indexed is a task whose models find pictures.
type indexed interface {
	// indexPictures are the vectors of the task's pictures.
	indexPictures(ctx context.Context, m *multimodal.Retriever, dataDir string, device torch.Device) ([][]float32, []index.Entry, error)
	// queryVector is the vector of some words.
	queryVector(m *multimodal.Retriever, words string, device torch.Device) ([]float32, error)
}

func (c *indexCmd) pictures(ctx context.Context, path string, device torch.Device) ([][]float32, []index.Entry, error) {
	if c.Texts != "" {
		return nil, nil, fmt.Errorf("%s: expected no text file: a run indexes its own pictures", c.Texts)
	}
	s, err := loadModel(path, device)
	if err != nil {
		return nil, nil, err
	}
	t, ok := s.task.(indexed)
	if !ok {
		return nil, nil, fmt.Errorf("%s holds a model of %s: expected one of retrieval or captions, or a pretrained encoder of texts",
			path, s.task.info().title)
	}
	return t.indexPictures(ctx, s.model.(*multimodal.Retriever), c.DataDir, device)
}

func (t *retrievalTask) indexPictures(ctx context.Context, m *multimodal.Retriever, dataDir string, device torch.Device) (
	vectors [][]float32, entries []index.Entry, err error,
) {
	if err := t.load(ctx, dataDir, false); err != nil {
		return nil, nil, fmt.Errorf("%w; multitorch data get emoji10 gets the data", err)
	}
	vendors := emoji10.Vendors()
	for begin := 0; begin < len(t.loaded.Emoji); begin += testBatch {
		n := min(testBatch, len(t.loaded.Emoji)-begin)
		var pixels []uint8
		for i := range n * len(vendors) {
			emoji, vendor := begin+i/len(vendors), i%len(vendors)
			planar := t.loaded.Image(emoji, vendor)
			pixels = append(pixels, planar...)
			entries = append(entries, index.Entry{
				Text: t.loaded.Emoji[emoji].Label, Source: vendors[vendor], Picture: thumbnail(emojiPicture(planar)),
			})
		}
		encoded, err := encodePictures(m, torch.FromSlice(pixels, n*len(vendors), 3, emoji10.ImageSize, emoji10.ImageSize), device)
		if err != nil || ctx.Err() != nil {
			return nil, nil, errors.Join(err, ctx.Err())
		}
		vectors = append(vectors, encoded...)
	}
	return vectors, entries, nil
}

// encodePictures are the vectors of pictures, bytes [N, 3, H, W].
func encodePictures(m *multimodal.Retriever, pixels *torch.Tensor, device torch.Device) (vectors [][]float32, err error) {
	torch.NoGrad(func() {
		err = torch.Try(func() error {
			torch.Step(func() {
				vectors = rowsOf(m.EncodeQueries(multimodal.Input{Data: multimodal.Pixels(pixels).To(device)}))
			})
			return nil
		})
	})
	return vectors, err
}

func (t *retrievalTask) queryVector(m *multimodal.Retriever, words string, device torch.Device) (vector []float32, err error) {
	text, err := t.text(strings.ToLower(words))
	if err != nil {
		return nil, err
	}
	return encodeWords(m, text, device)
}

// encodeWords is the vector of one text.
func encodeWords(m *multimodal.Retriever, text multimodal.Input, device torch.Device) (vector []float32, err error) {
	torch.NoGrad(func() {
		err = torch.Try(func() error {
			torch.Step(func() {
				text.Data = text.Data.To(device)
				vector = rowsOf(m.EncodeItems(text))[0]
			})
			return nil
		})
	})
	return vector, err
}

// thumbnailSide is how many pixels a picture of an entry has at most along a side.
const thumbnailSide = 96

// thumbnail is a small PNG of a picture.
func thumbnail(m image.Image) []byte {
	size := m.Bounds().Size()
	if longer := max(size.X, size.Y); longer > thumbnailSide {
		small := image.NewNRGBA(image.Rect(0, 0, max(1, size.X*thumbnailSide/longer), max(1, size.Y*thumbnailSide/longer)))
		draw.CatmullRom.Scale(small, small.Rect, m, m.Bounds(), draw.Src, nil)
		m = small
	}
	var b bytes.Buffer
	_ = png.Encode(&b, m) // into memory, and of a size that PNG has
	return b.Bytes()
}
