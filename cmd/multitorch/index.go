package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/image/draw"

	"multitorch/datasets/emoji10"
	"multitorch/multimodal"
	"multitorch/serve/index"
	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/pretrained"
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

// findModel is the checkpoint or the folder that was named: a run's folder, a file, or a pretrained model.
func findModel(name string) (string, error) {
	info, err := os.Stat(name)
	if err == nil && !info.IsDir() {
		return name, nil
	}
	if err == nil {
		inside := filepath.Join(name, checkpointName)
		if _, err := os.Stat(inside); err == nil {
			return inside, nil
		}
	}
	dir, err := pretrained.Find(name)
	if err != nil {
		return "", fmt.Errorf("%s: expected a run's folder with a %s, such a file, or a pretrained model: %w", name, checkpointName, err)
	}
	return dir, nil
}

// aboutModel names a model by its weights.
func aboutModel(path string) (a index.About, err error) {
	a.Model = filepath.Base(path)
	if filepath.Base(path) == checkpointName {
		a.Model = filepath.Base(filepath.Dir(path))
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "config.json") // weights have several names
		if weights, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*.safetensors")); len(weights) > 0 {
			path = weights[0]
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return a, err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return a, err
	}
	a.Fingerprint = hex.EncodeToString(sum.Sum(nil))
	return a, nil
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
