package c10d

/*
#include <stdlib.h>
#include "c10d.h"
*/
import "C"

import (
	"errors"
	"strings"
	"time"
	"unsafe"

	"multitorch/internal/libtorch"
)

// take makes a Go error of a message, and frees it. What C++ adds of its own places is left out.
func take(message *C.char) error {
	if message == nil {
		return nil
	}
	defer C.free(unsafe.Pointer(message))
	text := C.GoString(message)
	if i := strings.Index(text, "\nException raised from"); i >= 0 {
		text = text[:i]
	}
	return errors.New(strings.TrimSpace(text))
}

func milliseconds(d time.Duration) C.int64_t { return C.int64_t(max(d.Milliseconds(), 1)) }

func cstring(s string) (c *C.char, free func()) {
	c = C.CString(s)
	return c, func() { C.free(unsafe.Pointer(c)) }
}

// Store is an owned c10d::Store. Its calls wait for each other.
type Store uintptr

// TCPStore connects to the store at host and port, or is it, as a server. A server on port 0 chooses one.
func TCPStore(host string, port int, server bool, timeout time.Duration) (s Store, onPort int, err error) {
	if err := libtorch.CheckVersion(); err != nil {
		return 0, 0, err
	}
	h, free := cstring(host)
	defer free()
	var out C.mtd_store
	at, is := C.int32_t(port), C.int32_t(0)
	if server {
		is = 1
	}
	err = take(C.mtd_store_tcp(h, is, milliseconds(timeout), &at, &out))
	return Store(out), int(at), err
}

// FileStore is a store in a file that all ranks see.
func FileStore(path string, world int, timeout time.Duration) (Store, error) {
	if err := libtorch.CheckVersion(); err != nil {
		return 0, err
	}
	p, free := cstring(path)
	defer free()
	var out C.mtd_store
	err := take(C.mtd_store_file(p, C.int32_t(world), milliseconds(timeout), &out))
	return Store(out), err
}

// Free closes it.
func (s Store) Free() { C.mtd_store_free(C.mtd_store(s)) }

// Set gives a key its value.
func (s Store) Set(key, value string) error {
	k, free := cstring(key)
	defer free()
	v, freeValue := cstring(value)
	defer freeValue()
	return take(C.mtd_store_set(C.mtd_store(s), k, unsafe.Pointer(v), C.int64_t(len(value))))
}

// Get waits until a key has a value.
func (s Store) Get(key string, timeout time.Duration) (string, error) {
	k, free := cstring(key)
	defer free()
	var value *C.char
	var n C.int64_t
	if err := take(C.mtd_store_get(C.mtd_store(s), k, milliseconds(timeout), &value, &n)); err != nil {
		return "", err
	}
	defer C.free(unsafe.Pointer(value))
	return C.GoStringN(value, C.int(n)), nil
}

// Has reports whether a key has a value.
func (s Store) Has(key string) (bool, error) {
	k, free := cstring(key)
	defer free()
	var has C.int32_t
	err := take(C.mtd_store_has(C.mtd_store(s), k, &has))
	return has != 0, err
}

// Add adds to a key's number, which begins at 0, and returns the sum.
func (s Store) Add(key string, by int) (int, error) {
	k, free := cstring(key)
	defer free()
	var sum C.int64_t
	err := take(C.mtd_store_add(C.mtd_store(s), k, C.int64_t(by), &sum))
	return int(sum), err
}

// Work is an owned c10d::Work, which holds its tensors.
type Work uintptr

// Wait waits until it is done; 0 is for as long as it takes.
func (w Work) Wait(timeout time.Duration) error {
	t := C.int64_t(0)
	if timeout > 0 {
		t = milliseconds(timeout)
	}
	return take(C.mtd_work_wait(C.mtd_work(w), t))
}

// Done reports whether it is done, well or not.
func (w Work) Done() bool { return C.mtd_work_done(C.mtd_work(w)) != 0 }

// Free gives it back; what was begun goes on.
func (w Work) Free() { C.mtd_work_free(C.mtd_work(w)) }

func handles(ts []libtorch.Tensor) *C.mtd_tensor {
	return (*C.mtd_tensor)(unsafe.Pointer(unsafe.SliceData(ts)))
}
