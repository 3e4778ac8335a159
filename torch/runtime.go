package torch

import (
	"fmt"
	"path/filepath"
	"strings"

	"multitorch/internal/libtorch"
)

// RuntimeInfo describes the libtorch that the program has loaded.
type RuntimeInfo struct {
	Version     string // of the loaded libtorch
	BuiltFor    string // the version that the program was built against
	Library     string // the file from which libtorch was loaded
	BLAS        string // "OpenBLAS", or what libtorch says of its build
	BLASThreads string
	Malloc      string // the allocator that serves the process: "tcmalloc (gperftools 2.10), /usr/lib/..."
	Config      string // libtorch's own account of its build and threads
}

// Runtime describes the libtorch that the program has loaded.
func Runtime() RuntimeInfo {
	i := RuntimeInfo{
		Version:     libtorch.LoadedVersion(),
		BuiltFor:    libtorch.CompiledVersion(),
		Library:     libtorch.LibraryPath(),
		Malloc:      mallocName(),
		Config:      libtorch.Config(),
		BLAS:        "the reference BLAS or one unknown (slow: install libopenblas0-pthread)",
		BLASThreads: "unknown",
	}
	if n := libtorch.BLASThreads(); n >= 0 {
		i.BLAS, i.BLASThreads = "OpenBLAS", fmt.Sprint(n)
	} else if strings.Contains(i.Config, "Math Kernel Library") {
		i.BLAS = "MKL"
	}
	return i
}

// mallocName is whoever serves malloc, by its file: what was linked, or preloaded.
func mallocName() string {
	file := libtorch.MallocLibrary()
	name := "unknown"
	for part, known := range map[string]string{
		"libc.": "glibc", "jemalloc": "jemalloc", "tcmalloc": "tcmalloc", "asan": "AddressSanitizer", "tsan": "ThreadSanitizer",
		"mimalloc": "mimalloc",
	} {
		if strings.Contains(filepath.Base(file), part) {
			name = known
		}
	}
	if v := libtorch.TCMallocVersion(); name == "tcmalloc" && v != "" {
		name += " (" + v + ")"
	}
	return name + ", " + file
}

// Check says so when the program was built for another version than it has loaded.
func (RuntimeInfo) Check() error { return libtorch.CheckVersion() }
