package atomicfile

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"
)

// Linux knows files without a name (see open(2) and linkat(2)): what is not given one is gone with its last process.
const (
	openTmpfile = 0o20000000 | syscall.O_DIRECTORY // O_TMPFILE
	atFDCWD     = -100                             // AT_FDCWD
	atFollow    = 0x400                            // AT_SYMLINK_FOLLOW
)

// openUnnamed makes a file without a name in a folder; nil where the file system can't do that, or /proc, by which the
// file gets its name, is not there.
func openUnnamed(dir string) *os.File {
	f, err := os.OpenFile(dir, os.O_WRONLY|openTmpfile, 0o644)
	if err != nil {
		return nil
	}
	if _, err := os.Stat(throughProc(f)); err != nil {
		f.Close()
		return nil
	}
	return f
}

func throughProc(f *os.File) string { return fmt.Sprintf("/proc/self/fd/%d", f.Fd()) }

// giveName gives a file without a name a temporary one beside target.
func giveName(f *os.File, target string) (string, error) {
	old, err := syscall.BytePtrFromString(throughProc(f))
	if err != nil {
		return "", err
	}
	return freeName(target, func(name string) error {
		p, err := syscall.BytePtrFromString(name)
		if err != nil {
			return err
		}
		cwd := atFDCWD
		_, _, errno := syscall.Syscall6(syscall.SYS_LINKAT,
			uintptr(cwd), uintptr(unsafe.Pointer(old)), uintptr(cwd), uintptr(unsafe.Pointer(p)), atFollow, 0)
		if errno != 0 {
			return &os.LinkError{Op: "link", Old: target, New: name, Err: errno}
		}
		return nil
	})
}

// lock marks a file as in use, for as long as this process lives and until it is unlocked.
func lock(f *os.File) (unlock func(), err error) {
	fd, err := syscall.Dup(int(f.Fd())) // f may be closed sooner
	if err != nil {
		return nil, err
	}
	syscall.CloseOnExec(fd)
	_ = syscall.Flock(fd, syscall.LOCK_EX|syscall.LOCK_NB) // some file systems can't; then nothing is removed either
	return func() { syscall.Close(fd) }, nil
}

// RemoveLeftovers removes what writes to path left whose process was killed. The next write of the same file does that itself; this
// is for whoever writes other files in its place.
func RemoveLeftovers(path string) { removeLeftovers(path) }

// removeLeftovers removes what processes left that were killed after they had named their file. Names are given from 0 on,
// so few have to be looked for. A file that is in use is locked before it gets its name.
func removeLeftovers(target string) {
	const most = 4
	for number := range most {
		name := tempName(target, number)
		f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0)
		if err != nil {
			continue
		}
		if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil && isStill(f, name) {
			os.Remove(name)
		}
		f.Close()
	}
}

// isStill reports whether a file has that name: it may have got its own meanwhile, and another file this one.
func isStill(f *os.File, name string) bool {
	opened, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(name)
	return err == nil && os.SameFile(opened, named)
}
