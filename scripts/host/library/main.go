// Command library is built as a C library, which a foreign program loads.
package main

import "C"

import "multitorch/torch"

// SumOfSquares is n squared twos, summed, and the gradient of that with respect to one.
//
//export SumOfSquares
func SumOfSquares(n C.int, gradient *C.double) C.double {
	x := torch.Ones(torch.Shape{int(n)}).Mul(2).Detach().SetRequiresGrad(true)
	y := x.Square().Sum()
	y.Backward()
	*gradient = C.double(x.Grad().Select(0, 0).Item())
	return C.double(y.Item())
}

func main() {}
