// Package archive reads zip archives that may be damaged, or made to break their reader, and writes those of torch.save.
package archive

import (
	"archive/zip"
	"cmp"
	"compress/flate"
	bin "encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
)

// MaxExpansion is how many times longer than the file its contents may be.
// PyTorch compresses nothing; a bomb expands a thousand times.
const MaxExpansion = 16

// File is a zip archive whose directory was checked: its entries have names of
// their own, lie within the file, don't overlap, and are not larger than the file
// by more than MaxExpansion.
type File struct {
	Entries []*zip.File
	ByName  map[string]*zip.File
}

// dosFolder marks a folder among an entry's attributes, whatever its name is. libtorch's reader takes its content as
// empty then, and leaves a tensor's memory unread.
const dosFolder = 0x10

// Open reads an archive's directory.
func Open(r io.ReaderAt, size int64) (*File, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("the zip archive: %w", err)
	}
	z := &File{ByName: map[string]*zip.File{}}
	type span struct {
		begin, end int64
		name       string
	}
	var spans []span
	budget := uint64(size) * MaxExpansion
	for _, f := range archive.File {
		if strings.HasSuffix(f.Name, "/") {
			continue // a folder
		}
		if z.ByName[f.Name] != nil {
			return nil, fmt.Errorf("the zip archive has two entries %.80q", f.Name)
		}
		if f.Method != zip.Store && f.Method != zip.Deflate || f.Flags&1 != 0 {
			return nil, fmt.Errorf("entry %.80q is encrypted, or compressed by method %d; expected it stored or deflated", f.Name, f.Method)
		}
		if f.Method == zip.Store && f.CompressedSize64 != f.UncompressedSize64 {
			return nil, fmt.Errorf("entry %.80q has two sizes, %d and %d, but is not compressed", f.Name, f.CompressedSize64, f.UncompressedSize64)
		}
		if f.ExternalAttrs&dosFolder != 0 && f.UncompressedSize64 > 0 {
			return nil, fmt.Errorf("entry %.80q has content, but is marked as a folder: the file is damaged", f.Name)
		}
		if f.UncompressedSize64 > budget {
			return nil, fmt.Errorf("entry %.80q: the archive would expand to more than %d times its length, as a zip bomb does; "+
				"if you trust it, write it again without compression", f.Name, MaxExpansion)
		}
		budget -= f.UncompressedSize64
		at, err := f.DataOffset()
		if err != nil {
			return nil, fmt.Errorf("entry %.80q: %w", f.Name, err)
		}
		if at > size || f.CompressedSize64 > uint64(size-at) {
			return nil, fmt.Errorf("entry %.80q: %d bytes at %d lie beyond the end of the file, which has %d", f.Name, f.CompressedSize64, at, size)
		}
		if err := checkLocalName(r, f, at); err != nil {
			return nil, fmt.Errorf("entry %.80q: %w", f.Name, err)
		}
		if f.CompressedSize64 > 0 {
			spans = append(spans, span{at, at + int64(f.CompressedSize64), f.Name})
		}
		z.Entries = append(z.Entries, f)
		z.ByName[f.Name] = f
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.begin, b.begin) })
	for i := 1; i < len(spans); i++ {
		if spans[i].begin < spans[i-1].end {
			return nil, fmt.Errorf("the entries %.80q and %.80q overlap", spans[i-1].name, spans[i].name)
		}
	}
	return z, nil
}

// checkLocalName compares an entry's name in the directory, which no checksum covers, with the one that stands before its
// content. Package zip does not say where that header begins: it ends with the name and an extra field of some length.
func checkLocalName(r io.ReaderAt, f *zip.File, content int64) error {
	const fixed = 30                                // bytes before the name
	for _, extra := range []int64{128, 1<<16 - 1} { // mostly short
		begin := max(0, content-fixed-int64(len(f.Name))-extra)
		before := make([]byte, content-begin)
		if _, err := r.ReadAt(before, begin); err != nil {
			return err
		}
		for at := len(before) - fixed - len(f.Name); at >= 0; at-- {
			header := before[at:]
			if string(header[:4]) != "PK\x03\x04" {
				continue
			}
			name, rest := int(bin.LittleEndian.Uint16(header[26:])), int(bin.LittleEndian.Uint16(header[28:]))
			if fixed+name+rest == len(header) && string(header[fixed:fixed+name]) == f.Name {
				return nil
			}
		}
	}
	return errors.New("it has another name in the directory than at its place: the file is damaged")
}

// Read calls consume with the content of an entry and its length. All of it must
// be consumed; a wrong checksum is an error. PyTorch can be told to write none:
// then it is 0 in the directory, something else behind the entry (which is why
// the archive package's own reader won't do), and nothing is compared.
func (z *File) Read(f *zip.File, consume func(r io.Reader, size int64) error) error {
	r, err := f.OpenRaw()
	if err == nil {
		if f.Method == zip.Deflate {
			r = flate.NewReader(r)
		}
		sum := crc32.NewIEEE()
		size := int64(f.UncompressedSize64)
		if err = consume(io.TeeReader(io.LimitReader(r, size), sum), size); err == nil && f.CRC32 != 0 && sum.Sum32() != f.CRC32 {
			err = errors.New("its checksum is wrong: the file is damaged")
		}
	}
	if err != nil {
		return fmt.Errorf("entry %.80q: %w", f.Name, err)
	}
	return nil
}

// ReadShort is the whole content of an entry of no more than limit bytes.
func (z *File) ReadShort(f *zip.File, limit int64) (content []byte, err error) {
	err = z.Read(f, func(r io.Reader, size int64) error {
		if size > limit {
			return fmt.Errorf("it has %d bytes; expected no more than %d", size, limit)
		}
		content = make([]byte, size)
		_, err := io.ReadFull(r, content)
		return err
	})
	return content, err
}
