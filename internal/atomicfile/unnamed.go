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
