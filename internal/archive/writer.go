package archive

import (
	"archive/zip"
	"io"
	"math"
)

// align is what the data of each entry begin at a multiple of, so that PyTorch can map the file into memory.
const align = 64

// Writer writes an archive as torch.save does: nothing is compressed, and all is in one folder.
type Writer struct {
	out   countingWriter
	z     *zip.Writer
	after int // bytes that follow the last entry, before the next one's header
}

// NewWriter begins an archive.
func NewWriter(w io.Writer) *Writer {
	a := &Writer{out: countingWriter{w: w}}
	a.z = zip.NewWriter(&a.out)
	return a
}

// Add writes an entry, whose content may be written in pieces.
func (a *Writer) Add(name string, content func(w io.Writer) error) error {
	if err := a.z.Flush(); err != nil {
		return err
	}
	h := &zip.FileHeader{Name: "archive/" + name, Method: zip.Store}
	const header, extra = 30, 4 // before the name, and before the padding
	pad := align - 1 - (a.out.n+a.after+header+len(h.Name)+extra-1)%align
	h.Extra = append([]byte{'F', 'B', byte(pad), 0}, make([]byte, pad)...)
	w, err := a.z.CreateHeader(h)
	if err != nil {
		return err
	}
	counted := countingWriter{w: w}
	err = content(&counted)
	a.after = 16 // the checksum and the lengths, which are written when the next entry begins
	if counted.n >= math.MaxUint32 {
		a.after = 24
	}
	return err
}

// Close ends the archive.
func (a *Writer) Close() error { return a.z.Close() }

type countingWriter struct {
	w io.Writer
	n int
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += n
	return n, err
}
