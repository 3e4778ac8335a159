package pickle

import (
	"bufio"
	"bytes"
	bin "encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
)

// Reader is an input of known length: a pickle, or several with other data
// between and after them, which is read with Read.
type Reader struct {
	r    *bufio.Reader
	left int64
}

// NewReader reads size bytes of r.
func NewReader(r io.Reader, size int64) *Reader {
	return &Reader{bufio.NewReader(io.LimitReader(r, size)), size}
}

// Left is how many bytes are left.
func (r *Reader) Left() int64 { return r.left }

// Read reads what follows, as an [io.Reader].
func (r *Reader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.left -= int64(n)
	return n, err
}

var errEnds = errors.New("the input ends in the middle of a pickle")

func (r *Reader) byte() (byte, error) {
	b, err := r.r.ReadByte()
	if err != nil {
		return 0, ending(err)
	}
	r.left--
	return b, nil
}

// take reads n bytes, in memory of their own.
func (r *Reader) take(n uint64) ([]byte, error) {
	if n > uint64(max(r.left, 0)) {
		return nil, fmt.Errorf("a value of %d bytes is announced where %d are left: %w", n, r.left, errEnds)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, ending(err)
	}
	return b, nil
}

// uint reads a little-endian number of 1, 2, 4 or 8 bytes.
func (r *Reader) uint(width int) (uint64, error) {
	var b [8]byte
	for i := range width {
		c, err := r.byte()
		if err != nil {
			return 0, err
		}
		b[i] = c
	}
	return bin.LittleEndian.Uint64(b[:]), nil
}

// counted reads a length of so many bytes, and that many bytes.
func (r *Reader) counted(width int) ([]byte, error) {
	n, err := r.uint(width)
	if err != nil {
		return nil, err
	}
	return r.take(n)
}

// maxLine is longer than any name of a Python module.
const maxLine = 1000

func (r *Reader) line() (string, error) {
	var b []byte
	for len(b) < maxLine {
		c, err := r.byte()
		if err != nil {
			return "", err
		}
		if c == '\n' {
			return string(b), nil
		}
		b = append(b, c)
	}
	return "", fmt.Errorf("a name is longer than %d bytes", maxLine)
}

func (r *Reader) float() (any, error) {
	b, err := r.take(8)
	if err != nil {
		return nil, err
	}
	return math.Float64frombits(bin.BigEndian.Uint64(b)), nil
}

// long reads a two's complement number, little-endian.
func (r *Reader) long(width int) (any, error) {
	b, err := r.counted(width)
	if err != nil || len(b) == 0 {
		return int64(0), err
	}
	negative := b[len(b)-1] >= 0x80
	if len(b) <= 8 {
		var word [8]byte
		if negative {
			copy(word[:], bytes.Repeat([]byte{0xff}, 8))
		}
		copy(word[:], b)
		return int64(bin.LittleEndian.Uint64(word[:])), nil
	}
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	v := new(big.Int).SetBytes(b)
	if negative {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	if v.IsInt64() {
		return v.Int64(), nil
	}
	return v, nil
}

func ending(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errEnds
	}
	return err
}
