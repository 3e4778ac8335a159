// Package libtorch is the only room that knows C and C++: a small shim over
// libtorch's dispatcher, and the Go side of its calls.
//
// libtorch keeps every operator in a registry with its schema, and any of them
// can be called "boxed": push the arguments, call, pop the results. So one
// function, [Op.Call], reaches all of libtorch, and the shim does not grow with
// the number of operators. Arguments travel as one flat stream of words
// ([Args]), which needs no allocation and no pointer inside a pointer.
//
// Handles ([Tensor], [Generator]) are owned references without any protection:
// package torch wraps them in values that can't be used after they were freed.
package libtorch

/*
#cgo CXXFLAGS: -std=c++20 -O2 -g1 -Wall -Wno-unused-function
#cgo CXXFLAGS: -isystem ${SRCDIR}/../../third_party/libtorch/include
#cgo CXXFLAGS: -isystem ${SRCDIR}/../../third_party/libtorch/include/torch/csrc/api/include
#cgo CXXFLAGS: -isystem /usr/include/torch/csrc/api/include
#cgo LDFLAGS: -L${SRCDIR}/../../third_party/libtorch/lib -Wl,-rpath,${SRCDIR}/../../third_party/libtorch/lib
#cgo LDFLAGS: -Wl,--no-as-needed -ltorch_cpu -lc10 -Wl,--as-needed -ldl -lm
#include "shim.h"
*/
import "C"
