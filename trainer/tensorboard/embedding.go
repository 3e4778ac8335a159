package tensorboard

import (
	"bufio"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"multitorch/internal/atomicfile"
)

// Embedding is points in a space of many dimensions, which TensorBoard's projector shows in three.
type Embedding struct {
	Points [][]float32
	// Labels are what to call the points: one for each, or none. With several columns (Header) their parts are joined by tabs.
	Labels   []string
	Header   []string      // the columns' names; none where there is one column
	Pictures []image.Image // of the points, all of one size: one for each, or none
}

// projectorConfig is the file in which the projector looks for what there is.
const projectorConfig = "projector_config.pbtxt"

// Embedding adds an embedding, as SummaryWriter.add_embedding does: its points, labels and pictures are files in a folder of the run,
// "00100/words" for the tag "words" at step 100. It becomes one more entry in the projector's list, or takes the place of the one of
// the same tag and step.
func (w *Writer) Embedding(tag string, step int, e Embedding) error {
	if err := w.embed(tag, step, e); err != nil {
		return fmt.Errorf("tensorboard: embedding %.80q at step %d: %w", tag, step, err)
	}
	return nil
}

func (w *Writer) embed(tag string, step int, e Embedding) error {
	if err := e.check(); err != nil {
		return err
	}
	if tag == "" || strings.ContainsAny(tag, "\"\\\n\x00") || !utf8.ValidString(tag) || !filepath.IsLocal(tag) {
		return fmt.Errorf("expected a tag that can be the name of a folder")
	}
	name := fmt.Sprintf("%05d/%s", step, tag)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.file == nil {
		return os.ErrClosed
	}
	dir := filepath.Join(w.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	entry := fmt.Sprintf("embeddings {\n  tensor_name: \"%s:%05d\"\n  tensor_path: \"%s/tensors.tsv\"\n", tag, step, name)
	if err := atomicfile.Write(filepath.Join(dir, "tensors.tsv"), e.writePoints); err != nil {
		return err
	}
	if len(e.Labels) > 0 {
		if err := atomicfile.Write(filepath.Join(dir, "metadata.tsv"), e.writeLabels); err != nil {
			return err
		}
		entry += fmt.Sprintf("  metadata_path: \"%s/metadata.tsv\"\n", name)
	}
	if len(e.Pictures) > 0 {
		size := e.Pictures[0].Bounds().Size()
		if err := atomicfile.Write(filepath.Join(dir, "sprite.png"), e.writeSprite); err != nil {
			return err
		}
		entry += fmt.Sprintf("  sprite {\n    image_path: \"%s/sprite.png\"\n    single_image_dim: %d\n    single_image_dim: %d\n  }\n",
			name, size.X, size.Y)
	}
	return addEntry(filepath.Join(w.dir, projectorConfig), entry+"}\n")
}

// addEntry appends an entry to the projector's list, where it is not there yet.
func addEntry(path, entry string) error {
	list, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	first, _, _ := strings.Cut(entry, "  tensor_path")
	if i := strings.Index(string(list), first); i >= 0 { // the same tag and step
		rest := string(list[i+len("embeddings"):])
		if next := strings.Index(rest, "embeddings {"); next >= 0 {
			rest = rest[next:]
		} else {
			rest = ""
		}
		list = append(list[:i:i], rest...)
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(append(list, entry...))
		return err
	})
}

func (e Embedding) check() error {
	n := len(e.Points)
	if n == 0 || len(e.Points[0]) == 0 {
		return fmt.Errorf("expected at least one point with one number, got none")
	}
	if len(e.Labels) != 0 && len(e.Labels) != n || len(e.Pictures) != 0 && len(e.Pictures) != n {
		return fmt.Errorf("expected a label and a picture for each of %d points, or none, got %d and %d", n, len(e.Labels), len(e.Pictures))
	}
	for i, p := range e.Points {
		if len(p) != len(e.Points[0]) {
			return fmt.Errorf("expected %d numbers in each point, as in the first, got %d in point %d", len(e.Points[0]), len(p), i)
		}
		for _, x := range p {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				return fmt.Errorf("point %d has a number that is %v", i, x)
			}
		}
	}
	columns := max(len(e.Header), 1)
	for i, l := range append(e.Labels[:len(e.Labels):len(e.Labels)], strings.Join(e.Header, "\t")) {
		if strings.ContainsAny(l, "\r\n") || !utf8.ValidString(l) || i < len(e.Labels) && strings.Count(l, "\t") != columns-1 {
			return fmt.Errorf("label %d, %.40q: expected one line of %d columns, in UTF-8", i, l, columns)
		}
	}
	return e.checkPictures()
}

// maxSprite is the longest side of a picture that the projector's browser takes.
const maxSprite = 8192

func (e Embedding) checkPictures() error {
	for i, p := range e.Pictures {
		if p == nil || p.Bounds().Empty() || p.Bounds().Size() != e.Pictures[0].Bounds().Size() {
			return fmt.Errorf("expected pictures of one size, but picture %d differs from the first or is empty", i)
		}
	}
	if len(e.Pictures) > 0 {
		size, across := e.Pictures[0].Bounds().Size(), e.across()
		if max(size.X, size.Y)*across > maxSprite {
			return fmt.Errorf("all pictures beside each other, %d by %d, are more than %d pixels: take fewer or smaller ones", across, across, maxSprite)
		}
	}
	return nil
}

// across is how many pictures are in a row of their square.
func (e Embedding) across() int {
	n := 1
	for n*n < len(e.Pictures) {
		n++
	}
	return n
}

func (e Embedding) writePoints(w io.Writer) error {
	b := bufio.NewWriter(w)
	for _, p := range e.Points {
		for i, x := range p {
			if i > 0 {
				b.WriteByte('\t')
			}
			b.WriteString(strconv.FormatFloat(float64(x), 'g', -1, 32))
		}
		b.WriteByte('\n')
	}
	return b.Flush()
}

func (e Embedding) writeLabels(w io.Writer) error {
	b := bufio.NewWriter(w)
	if len(e.Header) > 1 { // the projector takes the first line for a header where there are several columns
		b.WriteString(strings.Join(e.Header, "\t") + "\n")
	}
	for _, l := range e.Labels {
		b.WriteString(l + "\n")
	}
	return b.Flush()
}

// writeSprite puts all pictures into one, row by row.
func (e Embedding) writeSprite(w io.Writer) error {
	size, across := e.Pictures[0].Bounds().Size(), e.across()
	all := image.NewRGBA(image.Rect(0, 0, size.X*across, size.Y*across))
	for i, p := range e.Pictures {
		at := image.Pt(i%across*size.X, i/across*size.Y)
		draw.Draw(all, image.Rectangle{at, at.Add(size)}, p, p.Bounds().Min, draw.Src)
	}
	return png.Encode(w, all)
}
