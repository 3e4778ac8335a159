package image

import (
	"bytes"
	"image/jpeg"
	"image/png"
	"io"
	"path/filepath"
	"strings"

	"multitorch/internal/atomicfile"
)

// Save writes the picture as the file's ending says, .png, .jpg or .jpeg, in full or not at all.
func (m *Image) Save(path string) error {
	write := m.WritePNG
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".png":
	case ".jpg", ".jpeg":
		write = func(w io.Writer) error { return m.WriteJPEG(w, 90) }
	default:
		return invalid("Save", "expected a name that ends in .png, .jpg or .jpeg, got %.200q", path)
	}
	return atomicfile.Write(path, write)
}

// WritePNG writes the picture as PNG, of 1, 3 or 4 channels.
func (m *Image) WritePNG(w io.Writer) error {
	return (&png.Encoder{CompressionLevel: png.DefaultCompression}).Encode(w, m.Go())
}

// WriteJPEG writes the picture as JPEG of a quality from 1 to 100, with its colours at half the size. What is transparent
// becomes white.
func (m *Image) WriteJPEG(w io.Writer, quality int) error {
	if quality < 1 || quality > 100 {
		return invalid("WriteJPEG", "expected a quality of 1 to 100, got %d", quality)
	}
	var encoded bytes.Buffer // so that a picture that can't be written writes nothing
	if m.Channels == 4 {
		m = m.Over(255, 255, 255)
	}
	if err := jpeg.Encode(&encoded, m.Go(), &jpeg.Options{Quality: quality}); err != nil {
		return err
	}
	_, err := encoded.WriteTo(w)
	return err
}
