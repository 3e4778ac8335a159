package torch

import (
	"bufio"
	bin "encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"multitorch/internal/dtype"
)

// An npy file is a magic string, a version, the length of the header, the header
// (a Python dict, padded with spaces to a newline), and the elements.

const (
	npyMagic     = "\x93NUMPY"
	maxNpyHeader = 64 << 10 // records apart, headers have some hundred bytes
)

// npyHeader is what a header says.
type npyHeader struct {
	dtype     DType
	bigEndian bool
	fortran   bool
	shape     Shape
}

// readNpyHeader reads the header of a file of size bytes, and returns how many
// bytes it took.
func readNpyHeader(r *bufio.Reader, size int64) (h npyHeader, length int64, err error) {
	var prefix [len(npyMagic) + 2]byte
	if _, err := io.ReadFull(r, prefix[:]); err != nil || string(prefix[:len(npyMagic)]) != npyMagic {
		return h, 0, notEnd(err, "expected an npy file, which begins with \\x93NUMPY")
	}
	width := 2
	if version := prefix[len(npyMagic)]; version == 2 || version == 3 {
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
	if n > maxNpyHeader || length > size {
		return h, 0, fmt.Errorf("its header has %d bytes; expected no more than %d, and that the file is longer", n, maxNpyHeader)
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
func (h *npyHeader) parse(text string) error {
	p := npyParser{text}
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
			if h.fortran = p.token("True"); !h.fortran && !p.token("False") {
				err = fmt.Errorf("expected True or False at %.40q", p.text)
			}
		case "shape":
			h.shape, err = p.shape()
		default:
			err = fmt.Errorf("the key %q is unknown", key)
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

func (h *npyHeader) setType(p *npyParser) error {
	name, ok := p.quoted()
	if !ok {
		return fmt.Errorf("arrays of records can't be read (%.40q)", p.text)
	}
	order, kind := name, ""
	if name != "" {
		order, kind = name[:1], name[1:]
	}
	number, known := dtype.FromNumPy(kind)
	d := DType(number)
	if !known || !strings.Contains("<>|=", order) {
		return fmt.Errorf("the type %q can't be read; convert it in Python to one of float16/32/64, int8/16/32/64, uint8, bool, complex64/128", name)
	}
	if err := d.available(); err != nil {
		return fmt.Errorf("the type %q can't be read: %w", name, err)
	}
	h.dtype, h.bigEndian = d, order == ">"
	return nil
}

// npyParser is what is left of a header.
type npyParser struct{ text string }

func (p *npyParser) token(s string) bool {
	p.text = strings.TrimLeft(p.text, " \n")
	rest, found := strings.CutPrefix(p.text, s)
	if found {
		p.text = strings.TrimLeft(rest, " \n")
	}
	return found
}

func (p *npyParser) quoted() (string, bool) {
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

func (p *npyParser) shape() (Shape, error) {
	shape := Shape{}
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
		shape = append(shape, int(n))
		if !p.token(",") && !strings.HasPrefix(p.text, ")") {
			return nil, fmt.Errorf("expected a comma at %.40q", p.text)
		}
	}
	return shape, nil
}

// npyHeaderFor is all that comes before the elements, in numpy.save's form.
func npyHeaderFor(t *Tensor) ([]byte, error) {
	d, shape := t.DType(), t.Shape()
	info, _ := dtype.DType(d).Info()
	if info.NumPy == "" {
		return nil, fmt.Errorf("NumPy has no %s; convert it first", d)
	}
	order := "<"
	if d.Size() == 1 {
		order = "|"
	} else if hostIsBigEndian {
		order = ">"
	}
	sizes := make([]string, len(shape))
	for i, n := range shape {
		sizes[i] = strconv.Itoa(n)
	}
	tuple := strings.Join(sizes, ", ")
	if len(shape) == 1 {
		tuple += ","
	}
	text := fmt.Sprintf("{'descr': '%s%s', 'fortran_order': False, 'shape': (%s), }", order, info.NumPy, tuple)
	const prefix, align = len(npyMagic) + 4, 64
	pad := align - 1 - (prefix+len(text))%align
	text += strings.Repeat(" ", pad) + "\n"
	header := append([]byte(npyMagic), 1, 0)
	header = bin.LittleEndian.AppendUint16(header, uint16(len(text)))
	return append(header, text...), nil
}
