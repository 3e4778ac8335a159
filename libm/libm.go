// Package libm is C's mathematical functions, which Python's math module and its **
// call. Go's math computes them by other formulas, whose last bit often differs; a
// number that has to be Python's, as a learning rate that a schedule computes, takes
// this package where Python took math:
//
//	lr := 0.5 * (1 + libm.Cos(math.Pi*step/steps)) // math.cos(math.pi * step / steps)
//
// What is exact or rounded correctly in both is the same in Go's math: Sqrt (which is
// here too), Abs, Floor, Ceil, Mod, Trunc.
package libm

/*
#cgo LDFLAGS: -lm
#include <math.h>

#cgo noescape exp
#cgo nocallback exp
#cgo noescape exp2
#cgo nocallback exp2
#cgo noescape expm1
#cgo nocallback expm1
#cgo noescape log
#cgo nocallback log
#cgo noescape log1p
#cgo nocallback log1p
#cgo noescape log2
#cgo nocallback log2
#cgo noescape log10
#cgo nocallback log10
#cgo noescape sqrt
#cgo nocallback sqrt
#cgo noescape cbrt
#cgo nocallback cbrt
#cgo noescape sin
#cgo nocallback sin
#cgo noescape cos
#cgo nocallback cos
#cgo noescape tan
#cgo nocallback tan
#cgo noescape asin
#cgo nocallback asin
#cgo noescape acos
#cgo nocallback acos
#cgo noescape atan
#cgo nocallback atan
#cgo noescape sinh
#cgo nocallback sinh
#cgo noescape cosh
#cgo nocallback cosh
#cgo noescape tanh
#cgo nocallback tanh
#cgo noescape asinh
#cgo nocallback asinh
#cgo noescape acosh
#cgo nocallback acosh
#cgo noescape atanh
#cgo nocallback atanh
#cgo noescape erf
#cgo nocallback erf
#cgo noescape erfc
#cgo nocallback erfc
#cgo noescape pow
#cgo nocallback pow
#cgo noescape atan2
#cgo nocallback atan2
*/
import "C"

// Exp is e to the power of x.
func Exp(x float64) float64 { return float64(C.exp(C.double(x))) }

// Exp2 is 2 to the power of x.
func Exp2(x float64) float64 { return float64(C.exp2(C.double(x))) }

// Expm1 is e to the power of x, less 1.
func Expm1(x float64) float64 { return float64(C.expm1(C.double(x))) }

// Log is the natural logarithm.
func Log(x float64) float64 { return float64(C.log(C.double(x))) }

// Log1p is the natural logarithm of 1 + x.
func Log1p(x float64) float64 { return float64(C.log1p(C.double(x))) }

// Log2 is the logarithm to base 2.
func Log2(x float64) float64 { return float64(C.log2(C.double(x))) }

// Log10 is the logarithm to base 10.
func Log10(x float64) float64 { return float64(C.log10(C.double(x))) }

// Sqrt is the square root.
func Sqrt(x float64) float64 { return float64(C.sqrt(C.double(x))) }

// Cbrt is the cube root.
func Cbrt(x float64) float64 { return float64(C.cbrt(C.double(x))) }

// Sin is the sine of x radians.
func Sin(x float64) float64 { return float64(C.sin(C.double(x))) }

// Cos is the cosine of x radians.
func Cos(x float64) float64 { return float64(C.cos(C.double(x))) }

// Tan is the tangent of x radians.
func Tan(x float64) float64 { return float64(C.tan(C.double(x))) }

// Asin is the angle whose sine is x.
func Asin(x float64) float64 { return float64(C.asin(C.double(x))) }

// Acos is the angle whose cosine is x.
func Acos(x float64) float64 { return float64(C.acos(C.double(x))) }

// Atan is the angle whose tangent is x.
func Atan(x float64) float64 { return float64(C.atan(C.double(x))) }

// Sinh is the hyperbolic sine.
func Sinh(x float64) float64 { return float64(C.sinh(C.double(x))) }

// Cosh is the hyperbolic cosine.
func Cosh(x float64) float64 { return float64(C.cosh(C.double(x))) }

// Tanh is the hyperbolic tangent.
func Tanh(x float64) float64 { return float64(C.tanh(C.double(x))) }

// Asinh is the inverse of Sinh.
func Asinh(x float64) float64 { return float64(C.asinh(C.double(x))) }

// Acosh is the inverse of Cosh.
func Acosh(x float64) float64 { return float64(C.acosh(C.double(x))) }

// Atanh is the inverse of Tanh.
func Atanh(x float64) float64 { return float64(C.atanh(C.double(x))) }

// Erf is the error function.
func Erf(x float64) float64 { return float64(C.erf(C.double(x))) }

// Erfc is 1 - Erf(x), exact for large x.
func Erfc(x float64) float64 { return float64(C.erfc(C.double(x))) }

// Pow is x to the power of y: Python's x ** y on floats.
func Pow(x, y float64) float64 { return float64(C.pow(C.double(x), C.double(y))) }

// Atan2 is the angle of the point (x, y); y comes first, as in C.
func Atan2(y, x float64) float64 { return float64(C.atan2(C.double(y), C.double(x))) }
