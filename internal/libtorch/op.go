package libtorch

/*
#include <stdlib.h>
#include "shim.h"

#cgo noescape mt_call
#cgo nocallback mt_call
#cgo noescape mt_call_tensor
#cgo nocallback mt_call_tensor
*/
import "C"

import (
	"math"
	"runtime"
	"strings"
	"sync/atomic"
	"unsafe"
)

// Op is an operator of libtorch's registry, looked up when it is first called,
// so that a program can be built against names that an older libtorch lacks.
type Op struct {
	Name     string // "aten::add"
	Overload string // "Tensor", or ""
	Args     []string
	Short    string         // "add"
	found    atomic.Uintptr // a C.mt_op; 0 until first used
}

// NewOp names an operator ("aten::add.Tensor") and the arguments, in the order
// in which Call will be given them. "input|self" takes either name, for
// arguments that were renamed between versions. Without arguments' names the
// running schema's own order holds.
func NewOp(name string, args ...string) *Op {
	op := &Op{Name: name, Args: args}
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		op.Name, op.Overload = name[:i], name[i+1:]
	}
	op.Short = op.Name[strings.LastIndexByte(op.Name, ':')+1:]
	return op
}

// resolve finds the operator in the running libtorch. Two goroutines may both
// search at first; they find the same.
func (op *Op) resolve() (C.mt_op, error) {
	if o := op.found.Load(); o != 0 {
		return C.mt_op(o), nil
	}
	if op.Name == "aten::_backward" { // it would call hooks: see Call
		return 0, &Error{Kind: NotImplemented, Message: "this operator can't be called: use Backward"}
	}
	name, overload := C.CString(op.Name), C.CString(op.Overload)
	defer C.free(unsafe.Pointer(name))
	defer C.free(unsafe.Pointer(overload))
	var names *C.char
	if len(op.Args) > 0 {
		names = C.CString(strings.Join(op.Args, "\n"))
		defer C.free(unsafe.Pointer(names))
	}
	var o C.mt_op
	if err := take(C.mt_op_find(name, overload, names, &o)); err != nil {
		return 0, err
	}
	if !op.found.CompareAndSwap(0, uintptr(o)) {
		C.mt_op_free(o)
		return C.mt_op(op.found.Load()), nil
	}
	runtime.AddCleanup(op, func(o C.mt_op) { C.mt_op_free(o) }, o)
	return o, nil
}

// Exists reports whether the running libtorch has the operator.
func (op *Op) Exists() bool {
	_, err := op.resolve()
	return err == nil
}

// Results is what a call returned; read its values in order.
type Results struct {
	c    C.mt_results
	long []uint64 // all words, where the struct's own were too few
	at   int
}

// Call runs the operator. The caller owns every tensor in the results.
//
// It is marked nocallback, without which Go would put a and r on its heap: no
// operator may call back into Go. What Go has to be told of (a hook's release)
// waits in a queue of the shim; hooks themselves run in [Backward].
func (op *Op) Call(a *Args, r *Results) error {
	o, err := op.resolve()
	if err != nil {
		return err
	}
	modes := enter()
	e := C.mt_call(o, (*C.uint64_t)(a.words()), C.int32_t(a.count), modes, &r.c)
	leave()
	runtime.KeepAlive(op)
	if e != nil {
		return take(e)
	}
	if r.c.spill != 0 {
		r.long = copySpill(&r.c)
	}
	return nil
}

// CallTensors is Call for one tensor, or for two where b is not 0, and a tensor
// back. It is quicker, and most calls of a program are of this sort.
func (op *Op) CallTensors(a, b Tensor) (Tensor, error) {
	words := [...]uint64{one | tagTensor, uint64(a), one | tagTensor, uint64(b)}
	n := 2
	if b == 0 {
		n = 1
	}
	return op.callTensor(&words[0], n)
}

// CallInts is Call for a tensor and two integers, and a tensor back.
func (op *Op) CallInts(t Tensor, i, j int) (Tensor, error) {
	words := [...]uint64{one | tagTensor, uint64(t), one | tagInt, uint64(i), one | tagInt, uint64(j)}
	return op.callTensor(&words[0], 3)
}

// CallNumber is CallTensors with a number in the place of the second tensor: an
// int, a float64, a bool or a complex128.
func (op *Op) CallNumber(t Tensor, number any) (Tensor, error) {
	words := [...]uint64{one | tagTensor, uint64(t), one | tagInt, 0, 0}
	switch v := number.(type) {
	case int:
		words[3] = uint64(v)
	case int64:
		words[3] = uint64(v)
	case float64:
		words[2], words[3] = one|tagDouble, floatBits(v)
	case bool:
		words[2], words[3] = one|tagBool, word(v)
	case complex128:
		words[2], words[3], words[4] = 2*one|tagComplex, floatBits(real(v)), floatBits(imag(v))
	}
	return op.callTensor(&words[0], 2)
}

const one = 1 << 32 // a header's count

func (op *Op) callTensor(words *uint64, n int) (Tensor, error) {
	o, err := op.resolve()
	if err != nil {
		return 0, err
	}
	var out C.mt_tensor
	modes := enter()
	e := C.mt_call_tensor(o, (*C.uint64_t)(words), C.int32_t(n), modes, &out)
	leave()
	runtime.KeepAlive(op)
	if e != nil {
		return 0, take(e)
	}
	return Tensor(out), nil
}

// Len is the number of values returned.
func (r *Results) Len() int { return int(r.c.count) }

func (r *Results) next() uint64 {
	w := r.word(r.at)
	r.at++
	return w
}

func (r *Results) word(i int) uint64 {
	if r.long != nil {
		return r.long[i]
	}
	return uint64(r.c.words[i])
}

// IsTensor reports whether the next value is a tensor.
func (r *Results) IsTensor() bool { return r.Len() > 0 && uint32(r.word(r.at)) == tagTensor }

// IsNone reports whether the next value is None.
func (r *Results) IsNone() bool { return r.Len() > 0 && uint32(r.word(r.at)) == tagNone }

// Tensor reads a tensor.
func (r *Results) Tensor() Tensor {
	r.next()
	return Tensor(r.next())
}

// IsTensors reports whether the next value is a list of tensors.
func (r *Results) IsTensors() bool { return r.Len() > 0 && uint32(r.word(r.at)) == tagTensors }

// Tensors reads a list of tensors.
func (r *Results) Tensors() []Tensor {
	n := int(r.next() >> 32)
	ts := make([]Tensor, n)
	for i := range ts {
		ts[i] = Tensor(r.next())
	}
	return ts
}

// Value reads whatever comes next: nil, Tensor, []Tensor, int64, float64, bool,
// complex128, string, Device, []int, []float64 or []bool; TorchScript also gives
// []any, Tuple and Dict.
func (r *Results) Value() any {
	h := r.next()
	n := int(h >> 32)
	switch uint32(h) {
	case tagTensor:
		return Tensor(r.next())
	case tagInt:
		return int64(r.next())
	case tagDouble:
		return r.float()
	case tagBool:
		return r.next() != 0
	case tagComplex:
		re := r.float()
		return complex(re, r.float())
	case tagString:
		b := make([]byte, 0, n+7)
		for len(b) < n {
			w := r.next()
			for j := range 8 {
				b = append(b, byte(w>>(8*j)))
			}
		}
		return string(b[:n])
	case tagDevice:
		w := r.next()
		return Device{Kind: int(w >> 16), Index: int(int16(w))}
	case tagTensors:
		r.at--
		return r.Tensors()
	case tagInts:
		vs := make([]int, n)
		for i := range vs {
			vs[i] = int(r.next())
		}
		return vs
	case tagDoubles:
		vs := make([]float64, n)
		for i := range vs {
			vs[i] = r.float()
		}
		return vs
	case tagBools:
		vs := make([]bool, n)
		for i := range vs {
			vs[i] = r.next() != 0
		}
		return vs
	case tagList:
		return r.values(n)
	case tagTuple:
		return Tuple(r.values(n))
	case tagDict:
		return Dict(r.values(n))
	}
	return nil
}

// Tuple is a tuple's values; Dict is a dict's keys, each before its value.
type (
	Tuple []any
	Dict  []any
)

func (r *Results) values(n int) []any {
	vs := make([]any, n)
	for i := range vs {
		vs[i] = r.Value()
	}
	return vs
}

func (r *Results) float() float64 { return math.Float64frombits(r.next()) }

// Device is libtorch's number for a device type, and the index.
type Device struct{ Kind, Index int }

// copySpill copies and frees the stream that did not fit into the struct.
func copySpill(c *C.mt_results) []uint64 {
	p := *(*unsafe.Pointer)(unsafe.Pointer(&c.spill))
	defer C.free(p)
	size := 0
	for values := int(c.count); values > 0; values-- {
		h := *(*uint64)(unsafe.Add(p, size*8))
		size += 1 + payload(h)
		if tag := uint32(h); tag == tagList || tag == tagTuple || tag == tagDict {
			values += int(h >> 32) // which follow
		}
	}
	return append([]uint64(nil), unsafe.Slice((*uint64)(p), size)...)
}

func payload(h uint64) int {
	n := int(h >> 32)
	switch uint32(h) {
	case tagDefault, tagNone, tagList, tagTuple, tagDict:
		return 0
	case tagComplex:
		return 2
	case tagString:
		return (n + 7) / 8
	case tagInts, tagDoubles, tagBools, tagTensors:
		return n
	}
	return 1
}

// Schemas is the registry of the running libtorch, one schema a line.
func Schemas() (string, error) {
	var s *C.char
	err := take(C.mt_schemas(&s))
	return goString(s), err
}
