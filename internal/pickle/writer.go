package pickle

import (
	bin "encoding/binary"
	"math"
	"math/big"
	"slices"
)

// Writer puts a pickle of protocol 2 together, value by value: the protocol that
// PyTorch writes, with the opcodes that its own restricted reader knows. The
// order of calls is that of the machine's stack.
type Writer struct {
	b     []byte
	memos int
}

// NewWriter begins a pickle.
func NewWriter() *Writer { return &Writer{b: []byte{opProto, 2}} }

// Finish ends the pickle, whose value is on the stack, and returns it.
func (w *Writer) Finish() []byte { return append(w.b, opStop) }

func (w *Writer) op(ops ...byte) { w.b = append(w.b, ops...) }

// None pushes None.
func (w *Writer) None() { w.op(opNone) }

// Bool pushes True or False.
func (w *Writer) Bool(v bool) {
	if v {
		w.op(opNewTrue)
		return
	}
	w.op(opNewFalse)
}

// Int pushes an int.
func (w *Writer) Int(v int64) {
	switch {
	case v >= 0 && v <= math.MaxUint8:
		w.op(opBinInt1, byte(v))
	case v >= 0 && v <= math.MaxUint16:
		w.op(opBinInt2, byte(v), byte(v>>8))
	case v >= math.MinInt32 && v <= math.MaxInt32:
		w.op(opBinInt)
		w.b = bin.LittleEndian.AppendUint32(w.b, uint32(v))
	default:
		w.op(opLong1, 8)
		w.b = bin.LittleEndian.AppendUint64(w.b, uint64(v))
	}
}

// BigInt pushes an int of any length up to 254 bytes; it reports whether v was
// short enough.
func (w *Writer) BigInt(v *big.Int) bool {
	n := v.BitLen()/8 + 1
	if n > 254 {
		return false
	}
	two := new(big.Int).Set(v)
	if v.Sign() < 0 {
		two.Add(two, new(big.Int).Lsh(big.NewInt(1), uint(8*n)))
	}
	digits := two.FillBytes(make([]byte, n))
	slices.Reverse(digits)
	w.op(opLong1, byte(n))
	w.op(digits...)
	return true
}

// Float pushes a float.
func (w *Writer) Float(v float64) {
	w.op(opBinFloat)
	w.b = bin.BigEndian.AppendUint64(w.b, math.Float64bits(v))
}

// String pushes a string of less than 4 GiB.
func (w *Writer) String(s string) {
	w.op(opBinUnicode)
	w.b = bin.LittleEndian.AppendUint32(w.b, uint32(len(s)))
	w.b = append(w.b, s...)
}

// Global pushes a function or a constant of a module.
func (w *Writer) Global(module, name string) {
	w.op(opGlobal)
	w.b = append(w.b, module+"\n"+name+"\n"...)
}

// Mark begins a tuple, or the items of a list or dict.
func (w *Writer) Mark() { w.op(opMark) }

// Tuple makes what came since the mark a tuple.
func (w *Writer) Tuple() { w.op(opTuple) }

// EmptyTuple pushes ().
func (w *Writer) EmptyTuple() { w.op(opEmptyTuple) }

// EmptyList pushes [].
func (w *Writer) EmptyList() { w.op(opEmptyList) }

// Appends appends what came since the mark to the list before it.
func (w *Writer) Appends() { w.op(opAppends) }

// EmptyDict pushes {}.
func (w *Writer) EmptyDict() { w.op(opEmptyDict) }

// SetItems sets the keys and values since the mark in the dict before it.
func (w *Writer) SetItems() { w.op(opSetItems) }

// Memoize notes the last value, and returns the number by which [Writer.Get]
// pushes it again: in Python it is then one object, not two.
func (w *Writer) Memoize() (number int) {
	w.memo(opBinPut, opLongBinPut, w.memos)
	w.memos++
	return w.memos - 1
}

// Get pushes a value that was noted.
func (w *Writer) Get(number int) { w.memo(opBinGet, opLongBinGet, number) }

func (w *Writer) memo(short, long byte, number int) {
	if number <= math.MaxUint8 {
		w.op(short, byte(number))
		return
	}
	w.op(long)
	w.b = bin.LittleEndian.AppendUint32(w.b, uint32(number))
}

// Reduce calls a function with a tuple of arguments.
func (w *Writer) Reduce() { w.op(opReduce) }

// PersistentID makes the value before it a persistent id.
func (w *Writer) PersistentID() { w.op(opBinPersID) }
