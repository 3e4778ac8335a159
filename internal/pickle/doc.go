// Package pickle reads and writes the part of Python's pickle format that files
// of PyTorch are made of, and runs nothing.
//
// A pickle is a program for a small stack machine, and Python's own machine
// imports and calls whatever the program names. This one calls only what its
// caller put on a list, and it trusts no number in the file: a length is checked
// against what is left of the input before memory is taken, and the values that
// come out contain no cycles and are not nested deeply, so that code which walks
// them may recurse.
//
// Values are nil, bool, int64, [*big.Int] (what int64 can't hold), float64,
// string, []byte, [*Tuple], [*List], [*Dict], and whatever the functions and
// values on the list give. The opcodes known are those that Python's writers use
// in protocols 2 to 5, sets and out-of-band buffers excepted.
//
// The format is described in the source of CPython's pickletools.
package pickle
