// Package npy reads and writes the headers of NumPy's files. It makes no tensors.
package npy

import (
	"bufio"
	bin "encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"multitorch/internal/dtype"
	"multitorch/internal/shape"
)

// An npy file is a magic string, a version, the length of the header, the header
// (a Python dict, padded with spaces to a newline), and the elements.

const (
	magic     = "\x93NUMPY"
	maxHeader = 64 << 10 // records apart, headers have some hundred bytes
)

// Header is what a header says.
type Header struct {
	DType     dtype.DType
	BigEndian bool
	Fortran   bool // the first index runs fastest
	Shape     []int
}

// ReadHeader reads the header of a file of size bytes, which has as many elements
// as the rest of the file holds, and leaves r at the first of them.
func ReadHeader(r *bufio.Reader, size int64) (h Header, elements int64, err error) {
	h, length, err := readHeader(r, size)
	if err != nil {
		return h, 0, err
	}
	n, err := shape.Count(h.Shape)
	if err != nil {
		return h, 0, err
	}
	if left, one := size-length, int64(h.DType.Size()); n != left/one || left%one != 0 {
		return h, 0, fmt.Errorf("%s%v takes %d elements of %d bytes, but %d bytes follow the header", h.DType, h.Shape, n, one, left)
	}
	return h, n, nil
}

// readHeader returns how many bytes it took.
func readHeader(r *bufio.Reader, size int64) (h Header, length int64, err error) {
	var prefix [len(magic) + 2]byte
	if _, err := io.ReadFull(r, prefix[:]); err != nil || string(prefix[:len(magic)]) != magic {
		return h, 0, notEnd(err, "expected an npy file, which begins with \\x93NUMPY")
	}
	width := 2
	if version := prefix[len(magic)]; version == 2 || version == 3 {
		width = 4
	} else if version != 1 {
		return h, 0, fmt.Errorf("expected an npy file of version 1, 2 or 3, found %d", version)
	}
	var count [4]byte
	if _, err := io.ReadFull(r, count[:width]); err != nil {
		return h, 0, notEnd(err, "the file ends before its header")
	}
	n := int64(bin.LittleEndian.Uint32(count[:]))
	length = int64(len(prefix)+width) + n
	if n > maxHeader || length > size {
		return h, 0, fmt.Errorf("its header has %d bytes; expected no more than %d, and that the file is longer", n, maxHeader)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return h, 0, notEnd(err, "the file ends within its header")
	}
	if err := h.parse(string(text)); err != nil {
		return h, 0, fmt.Errorf("the header: %w", err)
	}
	return h, length, nil
}

func notEnd(err error, message string) error {
	if err == nil || err == io.EOF || err == io.ErrUnexpectedEOF {
		return errors.New(message)
	}
	return err
}

// parse reads {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }.
func (h *Header) parse(text string) error {
	p := parser{text}
	seen := map[string]bool{}
	if !p.token("{") {
		return errors.New("expected a dict")
	}
	for !p.token("}") {
		key, ok := p.quoted()
		if !ok || seen[key] || !p.token(":") {
			return fmt.Errorf("expected descr, fortran_order and shape, once each, at %.40q", p.text)
		}
		seen[key] = true
		var err error
		switch key {
		case "descr":
			err = h.setType(&p)
		case "fortran_order":
			if h.Fortran = p.token("True"); !h.Fortran && !p.token("False") {
				err = fmt.Errorf("expected True or False at %.40q", p.text)
			}
		case "shape":
			h.Shape, err = p.shape()
		default:
			err = fmt.Errorf("the key %.40q is unknown", key)
		}
		if err != nil {
			return err
		}
		if !p.token(",") && !strings.HasPrefix(p.text, "}") {
			return fmt.Errorf("expected a comma at %.40q", p.text)
		}
	}
	if len(seen) != 3 || strings.TrimSpace(p.text) != "" {
		return errors.New("expected descr, fortran_order and shape, and nothing else")
	}
	return nil
}

func (h *Header) setType(p *parser) error {
	name, ok := p.quoted()
	if !ok {
		return fmt.Errorf("arrays of records can't be read (%.40q)", p.text)
	}
	order, kind := name, ""
	if name != "" {
		order, kind = name[:1], name[1:]
	}
	d, known := dtype.FromNumPy(kind)
	if !known || !strings.Contains("<>|=", order) {
		return fmt.Errorf("the type %.40q can't be read; convert it in Python to one of float16/32/64, int8/16/32/64, uint8, bool, complex64/128", name)
	}
	h.DType, h.BigEndian = d, order == ">"
	return nil
}

// parser is what is left of a header.
type parser struct{ text string }

func (p *parser) token(s string) bool {
	p.text = strings.TrimLeft(p.text, " \n")
	rest, found := strings.CutPrefix(p.text, s)
	if found {
		p.text = strings.TrimLeft(rest, " \n")
	}
	return found
}

func (p *parser) quoted() (string, bool) {
	for _, quote := range []string{"'", `"`} {
		if !strings.HasPrefix(p.text, quote) {
			continue
		}
		if s, rest, found := strings.Cut(p.text[1:], quote); found {
			p.text = rest
			return s, true
		}
	}
	return "", false
}

func (p *parser) shape() ([]int, error) {
	sizes := []int{}
	if !p.token("(") {
		return nil, fmt.Errorf("expected a shape at %.40q", p.text)
	}
	for !p.token(")") {
		digits := len(p.text) - len(strings.TrimLeft(p.text, "0123456789"))
		n, err := strconv.ParseUint(p.text[:digits], 10, 63)
		if err != nil {
			return nil, fmt.Errorf("expected a size from 0 to 2^63-1 at %.40q", p.text)
		}
		p.text = strings.TrimPrefix(p.text[digits:], "L") // Python 2 wrote it
		sizes = append(sizes, int(n))
		if !p.token(",") && !strings.HasPrefix(p.text, ")") {
			return nil, fmt.Errorf("expected a comma at %.40q", p.text)
		}
	}
	return sizes, nil
}

// Encode is all that comes before the elements, in numpy.save's form.
func Encode(d dtype.DType, sizes []int, bigEndian bool) ([]byte, error) {
	info, _ := d.Info()
	if info.NumPy == "" {
		return nil, fmt.Errorf("NumPy has no %s; convert it first", d)
	}
	order := "<"
	if d.Size() == 1 {
		order = "|"
	} else if bigEndian {
		order = ">"
	}
	texts := make([]string, len(sizes))
	for i, n := range sizes {
		texts[i] = strconv.Itoa(n)
	}
	tuple := strings.Join(texts, ", ")
	if len(sizes) == 1 {
		tuple += ","
	}
	text := fmt.Sprintf("{'descr': '%s%s', 'fortran_order': False, 'shape': (%s), }", order, info.NumPy, tuple)
	const prefix, align = len(magic) + 4, 64
	pad := align - 1 - (prefix+len(text))%align
	text += strings.Repeat(" ", pad) + "\n"
	header := append([]byte(magic), 1, 0)
	header = bin.LittleEndian.AppendUint16(header, uint16(len(text)))
	return append(header, text...), nil
}
