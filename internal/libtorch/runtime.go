package libtorch

/*
#include "shim.h"

#cgo nocallback mt_pinned
#cgo nocallback mt_set_pinned
*/
import "C"

import (
	"sync/atomic"
	"unsafe"
)

// CompiledVersion is the libtorch whose headers the shim was compiled against.
func CompiledVersion() string { return C.GoString(C.mt_compiled_version()) }

// LoadedVersion is the libtorch that the process has loaded.
func LoadedVersion() string { return C.GoString(C.mt_loaded_version()) }

// CheckVersion says so when the two differ. Every call then fails with this
// error: going on would read memory as the wrong types.
func CheckVersion() error { return take(C.mt_check_version()) }

// Config is libtorch's account of how it was built, and of its threads.
func Config() string { return C.GoString(C.mt_config()) }

// LibraryPath is the file from which libtorch was loaded.
func LibraryPath() string { return C.GoString(C.mt_library_path()) }

// MallocLibrary is the file whose malloc serves the process.
func MallocLibrary() string { return C.GoString(C.mt_malloc_library()) }

// TCMallocVersion is "gperftools 2.10" or its like, and "" where tcmalloc is not loaded.
func TCMallocVersion() string { return C.GoString(C.mt_tcmalloc_version()) }

// NumThreads is the size of libtorch's thread pool.
func NumThreads() int { return int(C.mt_num_threads()) }

// SetNumThreads sets libtorch's threads, and OpenBLAS's where it is loaded.
func SetNumThreads(n int) error { return take(C.mt_set_num_threads(C.int32_t(n))) }

// BLASThreads is OpenBLAS's number of threads, or -1 where another BLAS is loaded.
func BLASThreads() int { return int(C.mt_blas_threads()) }

// DefaultDType is the number of the dtype that floats have by default.
func DefaultDType() int { return int(C.mt_default_dtype()) }

// SetDefaultDType sets it for the process.
func SetDefaultDType(dtype int) error { return take(C.mt_set_default_dtype(C.int32_t(dtype))) }

// Pinned reports whether SetPinned was called on this OS thread.
func Pinned() bool { return C.mt_pinned() != 0 }

// SetPinned notes that the goroutine is locked to this OS thread.
func SetPinned(on bool) { C.mt_set_pinned(cbool(on)) }

var (
	cpuBytes     = (*int64)(unsafe.Pointer(C.mt_cpu_bytes()))
	warningCount = (*int64)(unsafe.Pointer(C.mt_warning_count()))
)

// CPUBytes is the memory that CPU tensors hold now; reading it costs no call.
func CPUBytes() int64 { return atomic.LoadInt64(cpuBytes) }

// WarningCount is the number of warnings raised so far; reading it costs no call.
func WarningCount() int64 { return atomic.LoadInt64(warningCount) }

// NextWarning is the oldest warning not yet read, or "".
func NextWarning() string { return goString(C.mt_next_warning()) }

// CUDAWhyNot is "" when CUDA can be used, or the reason why it can't.
func CUDAWhyNot() string { return C.GoString(C.mt_cuda_why_not()) }

// CUDACount is the number of GPUs.
func CUDACount() int { return int(C.mt_cuda_count()) }

// Synchronize waits until the device has done what it was given.
func Synchronize(kind, index int) error {
	return take(C.mt_synchronize(C.int32_t(kind), C.int32_t(index)))
}
