// Package regular opens files for readers that must know a file's length: regular files and nothing else. To open a pipe
// could wait for ever, a device has no length, and a folder none that means anything.
package regular

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// Open opens a file that is expected to be of some kind, "a safetensors file", and returns its length.
func Open(path, expected string) (f *os.File, size int64, err error) {
	info, err := os.Stat(path) // first: to open some devices does something
	if err != nil {
		return nil, 0, err
	}
	if err := check(info, expected); err != nil {
		return nil, 0, err
	}
	// A pipe may have taken its place since then.
	if f, err = os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0); err != nil {
		return nil, 0, err
	}
	if info, err = f.Stat(); err == nil {
		err = check(info, expected)
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// Read opens a file for read, and closes it. Errors name the file.
func Read(path, expected string, read func(f *os.File, size int64) error) error {
	f, size, err := Open(path, expected)
	if err == nil {
		defer f.Close()
		err = read(f, size)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}

func check(info fs.FileInfo, expected string) error {
	if info.Mode().IsRegular() {
		return nil
	}
	what := "a special file"
	switch mode := info.Mode(); {
	case mode.IsDir():
		what = "a folder"
	case mode&fs.ModeNamedPipe != 0:
		what = "a pipe"
	case mode&fs.ModeSocket != 0:
		what = "a socket"
	case mode&fs.ModeDevice != 0:
		what = "a device"
	}
	return fmt.Errorf("expected %s, found %s, which is no regular file", expected, what)
}
