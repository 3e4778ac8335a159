package torch

import (
	"archive/zip"
	"errors"
	"hash/crc32"
	"io"
	"strconv"
)

// ptAlign is what the data of each entry begin at a multiple of, so that PyTorch
// can map the file into memory.
const ptAlign = 64

// writeArchive writes the zip archive.
func writeArchive(w io.Writer, data []byte, storages []*Tensor) error {
	out := &countingWriter{w: w}
	z := zip.NewWriter(out)
	add := func(name string, content []byte) error {
		if err := z.Flush(); err != nil {
			return err
		}
		h := &zip.FileHeader{
			Name: "archive/" + name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(content),
			CompressedSize64: uint64(len(content)), UncompressedSize64: uint64(len(content)),
		}
		const header, extra = 30, 4 // before the name, and before the padding
		pad := ptAlign - 1 - (out.n+header+len(h.Name)+extra-1)%ptAlign
		h.Extra = append([]byte{'F', 'B', byte(pad), 0}, make([]byte, pad)...)
		entry, err := z.CreateRaw(h)
		if err == nil {
			_, err = entry.Write(content)
		}
		return err
	}
	order := "little"
	if hostIsBigEndian {
		order = "big"
	}
	if err := errors.Join(add("data.pkl", data), add("byteorder", []byte(order))); err != nil {
		return err
	}
	for key, base := range storages {
		err := base.withMemory(func(content []byte) error { return add("data/"+strconv.Itoa(key), content) })
		if err != nil {
			return err
		}
	}
	return errors.Join(add("version", []byte("3\n")), z.Close())
}

type countingWriter struct {
	w io.Writer
	n int
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += n
	return n, err
}
