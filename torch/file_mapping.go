package torch

import (
	"os"
	"syscall"
	"unsafe"
)

// mapping is a part of a file in memory.
type mapping struct{ pages []byte }

// mapFile maps length bytes of a file, and returns where the first of them is.
// Pages are read when they are first touched; one that is written to becomes a
// copy of the process's own, which never reaches the file.
func mapFile(f *os.File, offset, length int64) (m *mapping, data unsafe.Pointer, err error) {
	conn, err := f.SyscallConn() // which keeps the file open meanwhile, whoever closes it
	if err != nil {
		return nil, nil, err
	}
	lead := offset % int64(os.Getpagesize()) // mappings begin with a page
	m = &mapping{}
	var failed error
	err = conn.Control(func(fd uintptr) {
		// Without NORESERVE a file larger than the memory could not be mapped.
		m.pages, failed = syscall.Mmap(int(fd), offset-lead, int(lead+length),
			syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_NORESERVE)
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return nil, nil, err
	}
	return m, unsafe.Pointer(&m.pages[lead]), nil
}

// Close unmaps it.
func (m *mapping) Close() error { return syscall.Munmap(m.pages) }
