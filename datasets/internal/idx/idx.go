// Package idx reads the IDX files in which MNIST and its kin are kept: a magic number that says type and dimensions, their
// sizes, the elements.
package idx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// maxDims is how many dimensions are read. Those in use have one to three.
const maxDims = 8

// typeUint8 is the type of elements that all known data sets have.
const typeUint8 = 0x08

// Read reads one file of unsigned bytes: its shape, and the elements in row-major order.
//
// The error says so when the file is of another form or type, has more than limit elements, or is longer or shorter than
// its shape. A shape that lies costs memory for at most limit elements.
func Read(r io.Reader, limit int) (shape []int, elements []uint8, err error) {
	var magic [4]byte
	if _, err := io.ReadFull(r, magic[:]); err != nil {
		return nil, nil, fmt.Errorf("it ends within the first four bytes: %w", err)
	}
	dims := int(magic[3])
	switch {
	case magic[0] != 0 || magic[1] != 0:
		return nil, nil, fmt.Errorf("expected an IDX file, which begins with two zeros, found % x", magic)
	case magic[2] != typeUint8:
		return nil, nil, fmt.Errorf("expected unsigned bytes (type 08), found type %02x", magic[2])
	case dims < 1 || dims > maxDims:
		return nil, nil, fmt.Errorf("expected 1 to %d dimensions, found %d", maxDims, dims)
	}
	sizes := make([]byte, 4*dims)
	if _, err := io.ReadFull(r, sizes); err != nil {
		return nil, nil, fmt.Errorf("it ends within its shape: %w", err)
	}
	n := 1
	for i := range dims {
		size := int(binary.BigEndian.Uint32(sizes[4*i:]))
		shape = append(shape, size)
		if size > 0 && n > limit/size {
			return nil, nil, fmt.Errorf("its shape begins with %v: expected at most %d elements", shape, limit)
		}
		n *= size
	}
	elements = make([]uint8, n)
	got, err := io.ReadFull(r, elements)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, nil, fmt.Errorf("it has %d elements, but its shape is %v", got, shape)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("its elements can't be read: %w", err)
	}
	switch more, err := io.ReadFull(r, make([]byte, 1)); { // which also has gzip look at its checksum
	case more > 0:
		return nil, nil, fmt.Errorf("it is longer than its shape %v", shape)
	case !errors.Is(err, io.EOF):
		return nil, nil, fmt.Errorf("its elements can't be read: %w", err)
	}
	return shape, elements, nil
}
