package libtorch

import "math"

// Tags of the values in a stream; see shim.h.
const (
	tagDefault = iota
	tagNone
	tagTensor
	tagInt
	tagDouble
	tagBool
	tagComplex
	tagString
	tagDevice
	tagGenerator
	tagInts
	tagDoubles
	tagBools
	tagTensors
	tagList
	tagTuple
	tagDict
)

const argsInline = 40 // words; enough for all but long lists

// Args is the argument stream of one call, filled in the operator's order. The
// zero value is empty. It needs no memory of its own until its lists grow long.
type Args struct {
	inline [argsInline]uint64
	n      int
	long   []uint64 // all words, once inline is full
	count  int32
}

func (a *Args) put(w uint64) {
	if a.long == nil && a.n < argsInline {
		a.inline[a.n] = w
		a.n++
		return
	}
	if a.long == nil {
		a.long = append(make([]uint64, 0, 4*argsInline), a.inline[:a.n]...)
	}
	a.long = append(a.long, w)
}

func (a *Args) header(tag uint64, count int) {
	a.put(tag | uint64(count)<<32)
	a.count++
}

func (a *Args) scalar(tag, w uint64) {
	a.header(tag, 1)
	a.put(w)
}

// Default leaves the argument to the running libtorch.
func (a *Args) Default() { a.header(tagDefault, 0) }

// None passes Python's None.
func (a *Args) None() { a.header(tagNone, 0) }

// Tensor passes a tensor, or None for the zero handle.
func (a *Args) Tensor(t Tensor) {
	if t == 0 {
		a.None()
		return
	}
	a.scalar(tagTensor, uint64(t))
}

// Int passes an integer, a dtype, a layout or a memory format.
func (a *Args) Int(v int64) { a.scalar(tagInt, uint64(v)) }

// Float passes a floating-point number.
func (a *Args) Float(v float64) { a.scalar(tagDouble, floatBits(v)) }

// Bool passes a truth value.
func (a *Args) Bool(v bool) { a.scalar(tagBool, word(v)) }

// Complex passes a complex number.
func (a *Args) Complex(v complex128) {
	a.header(tagComplex, 2)
	a.put(floatBits(real(v)))
	a.put(floatBits(imag(v)))
}

// String passes text.
func (a *Args) String(s string) {
	a.header(tagString, len(s))
	for i := 0; i < len(s); i += 8 {
		var w uint64
		for j := 0; j < 8 && i+j < len(s); j++ {
			w |= uint64(s[i+j]) << (8 * j)
		}
		a.put(w)
	}
}

// Device passes a device: libtorch's number for its type, and its index (-1:
// the current one).
func (a *Args) Device(kind, index int) {
	a.scalar(tagDevice, uint64(kind)<<16|uint64(uint16(int16(index))))
}

// Generator passes a random number generator.
func (a *Args) Generator(g Generator) { a.scalar(tagGenerator, uint64(g)) }

// Ints passes a list of integers.
func (a *Args) Ints(vs []int) {
	a.header(tagInts, len(vs))
	for _, v := range vs {
		a.put(uint64(v))
	}
}

// Floats passes a list of numbers.
func (a *Args) Floats(vs []float64) {
	a.header(tagDoubles, len(vs))
	for _, v := range vs {
		a.put(floatBits(v))
	}
}

// Bools passes a list of truth values.
func (a *Args) Bools(vs []bool) {
	a.header(tagBools, len(vs))
	for _, v := range vs {
		a.put(word(v))
	}
}

// Tensors starts a list of n tensors: n calls of Item follow.
func (a *Args) Tensors(n int) { a.header(tagTensors, n) }

// Item is the next tensor of a list; the zero handle stands for None.
func (a *Args) Item(t Tensor) { a.put(uint64(t)) }

// List starts a list of n strings, or of numbers of any types: n calls of their
// methods follow.
func (a *Args) List(n int) {
	a.header(tagList, n)
	a.count -= int32(n) // which their methods will count
}

// Tuple starts a tuple of n values of any types: n calls of their methods follow.
func (a *Args) Tuple(n int) {
	a.header(tagTuple, n)
	a.count -= int32(n)
}

// Dict starts a dict of n keys: each is followed by its value.
func (a *Args) Dict(n int) {
	a.header(tagDict, 2*n)
	a.count -= int32(2 * n)
}

func (a *Args) words() *uint64 {
	if a.long != nil {
		return &a.long[0]
	}
	return &a.inline[0]
}

// floatBits are v's, but that Go's NaN becomes C's and Python's, which differs from it
// in one bit.
func floatBits(v float64) uint64 {
	const goNaN, cNaN = 0x7ff8000000000001, 0x7ff8000000000000
	if b := math.Float64bits(v); b != goNaN {
		return b
	}
	return cNaN
}

func word(v bool) uint64 {
	if v {
		return 1
	}
	return 0
}
