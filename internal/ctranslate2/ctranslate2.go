// Package ctranslate2 reads CTranslate2's model.bin but for the elements: which variables a file has, of what type, and
// where. It makes no tensors.
//
// A file is little-endian and without padding: the version, the model's kind and revision, the number of variables; of each
// its name, its shape, its type, its bytes and these; in the end aliases, names for variables that have another name already.
package ctranslate2

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"unicode/utf8"

	"multitorch/internal/dtype"
)

// Version is the one version of the format that is read, that of CTranslate2 3 and 4.
const Version = 6

// maxRank is more than any variable has.
const maxRank = 8

// Variable is an entry of a file. One of no dimensions is a setting.
type Variable struct {
	Name  string
	DType dtype.DType
	Shape []int
	Begin int64 // of the elements, in the file
	Bytes int64
}

// File is what a file holds.
type File struct {
	Spec      string // the model's kind: "WhisperSpec"
	Revision  int
	Variables map[string]Variable // by name
	Aliases   map[string]string   // names of variables, by further names
}

// Lookup is the variable of a name or an alias.
func (f *File) Lookup(name string) (Variable, bool) {
	v, ok := f.Variables[name]
	if !ok {
		v, ok = f.Variables[f.Aliases[name]]
	}
	return v, ok
}

// types are the elements' types by CTranslate2's numbers.
var types = []dtype.DType{dtype.Float32, dtype.Int8, dtype.Int16, dtype.Int32, dtype.Float16, dtype.BFloat16}

// Read reads what a file of size bytes holds, and checks that all of it is there and nothing else. It takes memory in
// proportion to what it has read.
func Read(r io.ReaderAt, size int64) (*File, error) {
	p := &parser{size: size, source: r}
	p.seek(0)
	f := &File{Variables: map[string]Variable{}, Aliases: map[string]string{}}
	if version := p.u32(); p.err == nil && version != Version {
		return nil, fmt.Errorf("expected a model of CTranslate2, version %d of its format, found version %d", Version, version)
	}
	f.Spec, f.Revision = p.text(), int(p.u32())
	for n := p.u32(); n > 0 && p.err == nil; n-- {
		v := p.variable()
		if _, twice := f.Variables[v.Name]; twice {
			p.fail("the variable %.80q comes twice", v.Name)
		}
		f.Variables[v.Name] = v
	}
	for n := p.u32(); n > 0 && p.err == nil; n-- {
		alias, name := p.text(), p.text()
		if _, ok := f.Variables[name]; !ok {
			p.fail("%.80q is another name of %.80q, which is not there", alias, name)
		}
		f.Aliases[alias] = name
	}
	if p.at < size {
		p.fail("%d bytes follow the last entry", size-p.at)
	}
	if p.err != nil {
		return nil, p.err
	}
	return f, nil
}

// parser reads values one after the other. After its first error it reads zeros.
type parser struct {
	source io.ReaderAt
	r      *bufio.Reader
	at     int64 // in the file
	size   int64
	err    error
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
}

func (p *parser) seek(to int64) {
	p.at, p.r = to, bufio.NewReader(io.NewSectionReader(p.source, to, p.size-to))
}

// read fills b, unless the file ends within it.
func (p *parser) read(b []byte) {
	if p.err != nil {
		return
	}
	if int64(len(b)) > p.size-p.at {
		p.fail("the file is cut short: it ends after %d bytes, in the middle of an entry", p.size)
		return
	}
	if _, err := io.ReadFull(p.r, b); err != nil {
		p.err = err
	}
	p.at += int64(len(b))
}

func (p *parser) u8() uint8 {
	var b [1]byte
	p.read(b[:])
	return b[0]
}

func (p *parser) u32() uint32 {
	var b [4]byte
	p.read(b[:])
	return binary.LittleEndian.Uint32(b[:])
}

// text is a string behind its length, which counts a NUL at the end.
func (p *parser) text() string {
	var length [2]byte
	p.read(length[:])
	b := make([]byte, binary.LittleEndian.Uint16(length[:]))
	p.read(b)
	if p.err != nil {
		return ""
	}
	if len(b) == 0 || b[len(b)-1] != 0 || !utf8.Valid(b) {
		p.fail("expected a name with a NUL at its end at byte %d: this is no model of CTranslate2, or a damaged one", p.at-int64(len(b)))
		return ""
	}
	return string(b[:len(b)-1])
}

func (p *parser) variable() Variable {
	v := Variable{Name: p.text()}
	rank := p.u8()
	if rank > maxRank {
		p.fail("%.80q has %d dimensions: expected at most %d", v.Name, rank, maxRank)
		return v
	}
	elements := int64(1)
	for range rank {
		d := int64(p.u32())
		v.Shape = append(v.Shape, int(d))
		if d > 0 && elements > p.size/d { // each has a byte at least
			p.fail("the file is cut short or damaged: %.80q has the shape %v, more elements than the file has bytes", v.Name, v.Shape)
			return v
		}
		elements *= d
	}
	kind := p.u8()
	if int(kind) >= len(types) {
		p.fail("%.80q has elements of the unknown type %d: expected 0 to %d", v.Name, kind, len(types)-1)
		return v
	}
	v.DType, v.Bytes = types[kind], int64(p.u32())
	if want := elements * int64(v.DType.Size()); v.Bytes != want {
		p.fail("%.80q has the shape %v of %s, which takes %d bytes, but %d are there", v.Name, v.Shape, v.DType, want, v.Bytes)
	}
	if p.err != nil {
		return v
	}
	v.Begin = p.at
	if v.Bytes > p.size-p.at {
		p.fail("the file is cut short: it has %d bytes, and %.80q would go on to byte %d", p.size, v.Name, p.at+v.Bytes)
		return v
	}
	p.skip(v.Bytes)
	return v
}

// skip goes on behind n bytes: without reading them, where they are many.
func (p *parser) skip(n int64) {
	if n > int64(p.r.Buffered()) {
		p.seek(p.at + n)
		return
	}
	_, p.err = p.r.Discard(int(n))
	p.at += n
}
