package torch

import "multitorch/internal/libtorch"

// DefaultDType is the dtype of a new tensor of floats where none is asked for: Float32,
// unless [SetDefaultDType] has set another.
func DefaultDType() DType { return DType(libtorch.DefaultDType()) }

// SetDefaultDType is torch.set_default_dtype, for the whole process: the dtype, a
// floating-point one, of what the makers ([Zeros], [Full], [New], …) are given floats for,
// or nothing. Complex numbers get the complex dtype of its precision.
func SetDefaultDType(d DType) {
	if err := d.available(); err != nil || !d.IsFloatingPoint() {
		panic(&Error{Op: "SetDefaultDType", Kind: TypeError, Message: "expected a floating-point dtype, but got " + d.String()})
	}
	if err := libtorch.SetDefaultDType(int(d)); err != nil {
		fail("SetDefaultDType", nil, err)
	}
}

// inferred is the dtype of a tensor of Python's numbers, of which these are the Go type's
// counterparts: Go's float64 is Python's float and complex128 its complex, which say
// nothing about precision. Every other Go type says what it is.
func inferred(goType DType) DType {
	switch goType {
	case Float64:
		return DefaultDType()
	case Complex128:
		switch DefaultDType() {
		case Float64:
			return Complex128
		case Float16:
			return Complex32
		}
		return Complex64
	}
	return goType
}
