// Package pt reads files of torch.save: what they hold, and where the elements of the tensors are. It makes no tensors,
// and runs nothing of what a file asks for: of all that a pickle can name it knows tensors and plain data.
//
// Nothing of a file is believed before it was held against the file's length; only elements are not looked at. Those are
// the caller's, with what depends on them: the indices of sparse tensors.
package pt

import (
	"fmt"
	"io"
	"strings"

	"multitorch/internal/dtype"
)

// File is a file that was read.
type File struct {
	// Value is the value that was saved: nil, bool, int64, *big.Int, float64, string, complex128, []byte, *pickle.List,
	// *pickle.Tuple, *pickle.Dict, *Tensor, Size, dtype.DType, Scheme or Device. It does not contain itself.
	Value any
}

// Size is a torch.Size.
type Size []int

// Device is a torch.device, by its name in Python, which was not looked at.
type Device string

// Scheme is how a tensor is quantised, by its name in Python.
type Scheme string

// The schemes.
const (
	PerTensorAffine              Scheme = "per_tensor_affine"
	PerChannelAffine             Scheme = "per_channel_affine"
	PerTensorSymmetric           Scheme = "per_tensor_symmetric"
	PerChannelSymmetric          Scheme = "per_channel_symmetric"
	PerChannelAffineFloatQParams Scheme = "per_channel_affine_float_qparams"
)

// Storage is memory that tensors of a file share.
type Storage struct {
	DType     dtype.DType
	Numel     int64
	BigEndian bool // in the file: the elements are to be turned round, each as one of DType

	known bool // it was met among the storages of an older file
	read  func(consume func(r io.Reader) error) error
}

// Elements calls consume with a reader of all elements, Numel of DType. Errors say where in the file they are.
func (s *Storage) Elements(consume func(r io.Reader) error) error { return s.read(consume) }

// Tensor is a tensor of a file. It lies within its storage, or is sparse.
type Tensor struct {
	Storage        *Storage
	DType          dtype.DType // the storage's, its integers', or another one if that is of bytes
	Offset         int64       // in elements
	Sizes, Strides []int
	RequiresGrad   bool
	Conj, Neg      bool // a conjugation or negation is pending
	Quantizer      *Quantizer
	Sparse         *Sparse // then Sizes says its sizes, and the other fields but RequiresGrad nothing
}

// Quantizer says by what the integers of a quantised tensor become real numbers.
type Quantizer struct {
	Scheme             Scheme
	Scale              float64
	ZeroPoint          int64
	Scales, ZeroPoints *Tensor // by channel, contiguous: of float64 and int64, or both float32; else nil
	Axis               int     // of the channels
}

// Sparse is what a sparse tensor is made of.
type Sparse struct {
	Layout  Layout
	Indices []*Tensor // of COO one; else the compressed and the plain ones. What they say was not looked at.
	Values  *Tensor
	InOrder bool // the file says that the indices of COO are in order and come once
}

// Layout is how a sparse tensor is stored, numbered as libtorch numbers it.
type Layout int

// The layouts.
const (
	COO Layout = 1
	CSR Layout = 2
	CSC Layout = 4
	BSR Layout = 5
	BSC Layout = 6
)

// Layouts are their names in Python.
var Layouts = map[Layout]string{
	COO: "torch.sparse_coo", CSR: "torch.sparse_csr", CSC: "torch.sparse_csc", BSR: "torch.sparse_bsr", BSC: "torch.sparse_bsc",
}

// Describe is "int64[2, 3]", for an error message.
func (t *Tensor) Describe() string {
	return t.DType.String() + strings.ReplaceAll(fmt.Sprint(t.Sizes), " ", ", ")
}

// Read reads a file of size bytes. The elements are read from r later, when they are asked for.
func Read(r io.ReaderAt, size int64) (*File, error) {
	var magic [4]byte
	if _, err := r.ReadAt(magic[:], 0); err != nil && err != io.EOF {
		return nil, err
	}
	u := newUnpickler(size)
	read := u.readLegacy
	if string(magic[:2]) == "PK" {
		read = u.readZip
	}
	v, err := read(r, size)
	if err != nil {
		return nil, err
	}
	return &File{v}, u.checkPlain(v)
}
