package source

import (
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"path"
	"path/filepath"
	"syscall"
)

// File is a file of a data set, pinned to the byte.
type File struct {
	Path   string // in what the manager delivers, with slashes; the last element is the name in the data set's folder
	Size   int64  // bytes
	SHA512 string // hexadecimal
}

// Name is the file's name in the data set's folder.
func (f File) Name() string { return path.Base(f.Path) }

// In is where the file lies in a data set's folder.
func (f File) In(dir string) string { return filepath.Join(dir, f.Name()) }

// Read is the file's content in a data set's folder. A missing one is an fs.ErrNotExist; one that is not the pinned one
// an error that says so.
func (f File) Read(dir string) ([]byte, error) {
	file, err := f.open(f.In(dir))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content := make([]byte, f.Size)
	if _, err := io.ReadFull(file, content); err != nil {
		return nil, fmt.Errorf("%s: %w", f.In(dir), err)
	}
	sum := sha512.Sum512(content)
	return content, f.check(f.In(dir), sum[:])
}

// Verify returns nil if path is the file, whole and unchanged; an error that is fs.ErrNotExist if there is none.
func (f File) Verify(path string) error {
	file, err := f.open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	var sum hash.Hash = sha512.New()
	if _, err := io.Copy(sum, file); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return f.check(path, sum.Sum(nil))
}

// open opens a regular file of the right size. A pipe in its place does not hold it up.
func (f File) open(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = fmt.Errorf("%s should be a package file, but is not a regular file; move it away and fetch again", path)
	case info.Size() != f.Size:
		err = fmt.Errorf("%s is damaged or another package: expected %d bytes, found %d; delete it and fetch again",
			path, f.Size, info.Size())
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

func (f File) check(path string, sum []byte) error {
	if got := hex.EncodeToString(sum); got != f.SHA512 {
		return fmt.Errorf("%s is damaged or another package: expected SHA-512 %.16s…, found %.16s…; delete it and fetch again",
			path, f.SHA512, got)
	}
	return nil
}
