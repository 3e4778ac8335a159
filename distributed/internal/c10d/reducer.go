package c10d

// #include <stdlib.h>
// #include "c10d.h"
import "C"

import (
	"strings"
	"unsafe"

	"multitorch/internal/libtorch"
)

// Reducer is an owned c10d::Reducer.
type Reducer uintptr

// ReducerOptions are what it is made with.
type ReducerOptions struct {
	BucketBytes, FirstBucketBytes       int
	FindUnused, BucketView, StaticGraph bool
}

// NewReducer hangs a reducer on the parameters.
func NewReducer(g Group, parameters []libtorch.Tensor, names []string, sparse []bool, o ReducerOptions) (Reducer, error) {
	n, free := cstring(strings.Join(names, "\n") + "\n")
	defer free()
	is := make([]C.int32_t, len(sparse))
	for i, s := range sparse {
		is[i] = flag(s)
	}
	options := C.mtd_reducer_options{
		bucket_bytes: C.int64_t(o.BucketBytes), first_bucket_bytes: C.int64_t(o.FirstBucketBytes),
		find_unused: flag(o.FindUnused), bucket_view: flag(o.BucketView), static_graph: flag(o.StaticGraph),
	}
	var out C.mtd_reducer
	err := take(C.mtd_reducer_new(C.mtd_group(g), handles(parameters), unsafe.SliceData(is), C.int64_t(len(parameters)), n, &options, &out))
	return Reducer(out), err
}

func flag(on bool) C.int32_t {
	if on {
		return 1
	}
	return 0
}

// Free takes it off the parameters.
func (r Reducer) Free() { C.mtd_reducer_free(C.mtd_reducer(r)) }

// BeforeForward may make the buckets anew.
func (r Reducer) BeforeForward() (rebuilt bool, err error) {
	var is C.int32_t
	err = take(C.mtd_reducer_before_forward(C.mtd_reducer(r), &is))
	return is != 0, err
}

// BeforeBackward has the next backward pass reduce its gradients. The outputs are for finding unused parameters.
func (r Reducer) BeforeBackward(outputs []libtorch.Tensor) error {
	return take(C.mtd_reducer_before_backward(C.mtd_reducer(r), handles(outputs), C.int64_t(len(outputs))))
}

// Buckets are the numbers of elements of the buckets, in the order of their reduction.
func (r Reducer) Buckets() ([]int, error) {
	var sizes *C.int64_t
	var n C.int64_t
	if err := take(C.mtd_reducer_buckets(C.mtd_reducer(r), &sizes, &n)); err != nil {
		return nil, err
	}
	defer C.free(unsafe.Pointer(sizes))
	all := make([]int, n)
	for i, s := range unsafe.Slice(sizes, int(n)) {
		all[i] = int(s)
	}
	return all, nil
}
