package torch

import (
	"os"
	"sync"
	"syscall"
	"unsafe"
)

// mapping is a file in memory, on which tensors lie. Each of its parts is given
// out once: what is written to a part reaches nobody else, and when the part's
// tensor is gone its pages go. The last part takes the mapping with it.
type mapping struct {
	pages []byte
	mu    sync.Mutex
	parts int
	given map[int64]bool // by place
}

// mapFile maps the first length bytes of a file. Pages are read when they are first
// touched; one that is written to becomes a copy of the process's own, which never
// reaches the file.
func mapFile(f *os.File, length int64) (*mapping, error) {
	conn, err := f.SyscallConn() // which keeps the file open meanwhile, whoever closes it
	if err != nil {
		return nil, err
	}
	m := &mapping{given: map[int64]bool{}}
	var failed error
	err = conn.Control(func(fd uintptr) {
		// Without NORESERVE a file larger than the memory could not be mapped.
		m.pages, failed = syscall.Mmap(int(fd), 0, int(length),
			syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_NORESERVE)
	})
	if err == nil {
		err = failed
	}
	return m, err
}

// part is a part of the mapping; nil where it was given out before, or the mapping
// is gone.
func (m *mapping) part(begin, end int64) *mappedPart {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.pages == nil || m.given[begin] {
		return nil
	}
	m.given[begin] = true
	m.parts++
	return &mappedPart{m, begin, end}
}

type mappedPart struct {
	m          *mapping
	begin, end int64
}

func (p *mappedPart) data() unsafe.Pointer { return unsafe.Pointer(&p.m.pages[p.begin]) }

// Close gives the part's memory back.
func (p *mappedPart) Close() error {
	p.m.mu.Lock()
	defer p.m.mu.Unlock()
	if p.m.parts--; p.m.parts == 0 {
		pages := p.m.pages
		p.m.pages = nil
		return syscall.Munmap(pages)
	}
	page := int64(os.Getpagesize())
	begin, end := (p.begin+page-1)/page*page, p.end/page*page // whole pages: the others have neighbours
	if begin >= end {
		return nil
	}
	return syscall.Madvise(p.m.pages[begin:end], syscall.MADV_DONTNEED)
}
