// Package c10d is the door to libtorch's c10d, the engine of torch.distributed: stores, Gloo's and NCCL's process groups and the
// reducer of gradients. It stands beside internal/libtorch, so that programs of one process compile and load nothing of it.
//
// Calls here may wait for other machines. They are cgo calls of their own and hold no place of those that compute (see
// internal/libtorch/gate.go); an OS thread is what a waiting one costs.
package c10d

/*
#cgo CXXFLAGS: -std=c++20 -O2 -g1 -Wall -Wno-unused-function
#cgo CXXFLAGS: -isystem ${SRCDIR}/include -I${SRCDIR}/../../../internal/libtorch
#cgo CXXFLAGS: -isystem ${SRCDIR}/../../../third_party/libtorch/include
#cgo CXXFLAGS: -isystem ${SRCDIR}/../../../third_party/libtorch/include/torch/csrc/api/include
#cgo CXXFLAGS: -isystem /usr/include/torch/csrc/api/include
#cgo CXXFLAGS: -isystem ${SRCDIR}/../../../third_party/libtorch/../nvidia/nccl/include
#cgo CXXFLAGS: -isystem ${SRCDIR}/../../../third_party/libtorch/../nvidia/cu13/include
#cgo CXXFLAGS: -isystem ${SRCDIR}/../../../third_party/libtorch/../nvidia/cuda_runtime/include
#cgo CXXFLAGS: -isystem ${SRCDIR}/../../../third_party/libtorch/../nvidia/cuda_cccl/include
#cgo CXXFLAGS: -isystem ${SRCDIR}/../../../third_party/libtorch/../nvidia/cublas/include
#cgo CXXFLAGS: -isystem ${SRCDIR}/../../../third_party/libtorch/../nvidia/cusparse/include
#cgo CXXFLAGS: -isystem ${SRCDIR}/../../../third_party/libtorch/../nvidia/cusolver/include
#cgo CXXFLAGS: -isystem /usr/local/cuda/include
#cgo LDFLAGS: -L${SRCDIR}/../../../third_party/libtorch/lib -Wl,-rpath,${SRCDIR}/../../../third_party/libtorch/lib
#cgo LDFLAGS: -Wl,--no-as-needed -ltorch_cpu -lc10 -Wl,--as-needed
#include "c10d.h"
*/
import "C"

import (
	_ "multitorch/distributed/internal/c10d/include/crt" // so that vendoring copies the headers
	_ "multitorch/distributed/internal/c10d/include/gloo"
	_ "multitorch/distributed/internal/c10d/include/gloo/common"
	_ "multitorch/distributed/internal/c10d/include/gloo/rendezvous"
	_ "multitorch/distributed/internal/c10d/include/gloo/transport"
	_ "multitorch/distributed/internal/c10d/include/torch/csrc/distributed/autograd/context"
)
