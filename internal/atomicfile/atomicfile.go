// Package atomicfile writes files that are either there in full or not there at all.
//
// A checkpoint, a plot or a result is worth more than the one it replaces only once it is complete. So the new content
// goes to a temporary file in the same folder, is forced to the disk, and then takes the old file's name in one step.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// bufferSize is how much Write collects before it calls the system, in bytes.
const bufferSize = 64 << 10

// Write gives path the content that write produces, or leaves it as it was.
//
// The content has reached the disk when Write returns nil. When write returns an error or panics, or the disk is full,
// the file that stood at path before is untouched and the temporary file is removed; a panic goes on to the caller. An
// error of the io.Writer counts even if write ignores it. The io.Writer is buffered and must not be used after write
// returns.
//
// A new file gets the permissions 0644 less the umask, a replaced one keeps its own. A symbolic link at path is
// followed, so the file it names is replaced and the link stays. Anything else that is not a regular file (a folder, a
// device) is refused.
//
// The temporary file has no name until it is complete, so that a process killed outright leaves nothing behind; only one
// killed in the moment between naming and renaming leaves ".<name>.tmp-<digits>", which the next write of the same file
// removes. Where the file system has no files without a name (NFS, say) such a file may stay. It is never mistaken for the
// file itself.
func Write(path string, write func(io.Writer) error) error {
	return WriteLate(path, write, nil)
}

// Late are bytes that take the place of those written at an offset.
type Late struct {
	At    int64
	Bytes []byte
}

// muchToWrite is from where on WriteLate does not wait for its late bytes with an idle disk.
const muchToWrite = 4 << 20

// WriteLate is [Write] for content of which a part is known only when all is written, such as a checksum that stands
// before what it is of: the bytes of late, which is called when all is written, are put over those at their offset before
// any of it can be seen.
func WriteLate(path string, write func(io.Writer) error, late func() (Late, error)) error {
	target, perm, err := resolve(path)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	temp, name, err := createTemp(target, perm)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	renamed := false
	defer func() { // also on the way out of a panic
		temp.Close()
		if !renamed && name != "" {
			os.Remove(name)
		}
	}()

	err = fill(temp, write, late)
	if err == nil && name == "" {
		removeLeftovers(target)
		var unlock func()
		if unlock, err = lock(temp); err == nil { // until it has its name for good
			defer unlock()
			name, err = giveName(temp, target)
		}
	}
	if err == nil {
		err = temp.Close()
	}
	if err == nil {
		err = os.Rename(name, target)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	renamed = true
	if err := SyncDir(filepath.Dir(target)); err != nil {
		return fmt.Errorf("write %s: the file is in place, but its folder could not be forced to disk: %w", path, err)
	}
	return nil
}

// resolve returns the file that a write to path replaces, and the permissions that its successor gets.
func resolve(path string) (string, fs.FileMode, error) {
	target, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(path); err == nil {
			return "", 0, errors.New("it is a symbolic link to a file that does not exist; remove the link first")
		}
		if _, err := os.Stat(filepath.Dir(path)); err != nil {
			return "", 0, fmt.Errorf("its folder cannot be used, create it first: %w", err)
		}
		return path, 0, nil
	}
	if err != nil {
		return "", 0, err
	}
	info, err := os.Stat(target)
	if err != nil {
		return "", 0, err
	}
	if !info.Mode().IsRegular() {
		return "", 0, fmt.Errorf("expected a regular file to replace, found %s; choose another name", kind(info.Mode()))
	}
	return target, info.Mode().Perm(), nil
}

func kind(mode fs.FileMode) string {
	if mode.IsDir() {
		return "a folder"
	}
	return "a special file (" + mode.String() + ")"
}

// createTemp makes an empty file in target's folder: without a name where the file system can do that.
func createTemp(target string, perm fs.FileMode) (temp *os.File, name string, err error) {
	if temp = openUnnamed(filepath.Dir(target)); temp == nil {
		temp, name, err = createNamed(target)
	}
	if err != nil || perm == 0 {
		return temp, name, err
	}
	if err := temp.Chmod(perm); err != nil {
		temp.Close()
		if name != "" {
			os.Remove(name)
		}
		return nil, "", err
	}
	return temp, name, nil
}

// createNamed makes a file with a name of its own. os.CreateTemp would make it 0600 and so override the umask.
func createNamed(target string) (temp *os.File, name string, err error) {
	name, err = freeName(target, func(name string) (err error) {
		temp, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		return err
	})
	return temp, name, err
}

// freeName finds a temporary name that create accepts.
func freeName(target string, create func(name string) error) (string, error) {
	for try := 0; ; try++ {
		name := tempName(target, try)
		err := create(name)
		if err == nil {
			return name, nil
		}
		if !errors.Is(err, fs.ErrExist) || try == 10_000 {
			return "", err
		}
	}
}

func tempName(target string, number int) string {
	base := filepath.Base(target)
	base = base[:min(len(base), 200)] // a name may have 255 bytes, ours adds some
	return filepath.Join(filepath.Dir(target), fmt.Sprintf(".%s.tmp-%d", base, number))
}

// LeftoverOf is the name of the file that a killed process was writing when it left one of that name behind; "" if it is no such
// name.
func LeftoverOf(name string) string {
	name, is := strings.CutPrefix(name, ".")
	at := strings.LastIndex(name, ".tmp-")
	if !is || at < 0 {
		return ""
	}
	return name[:at]
}

// fill writes the content and does not return before it is on the disk.
func fill(temp *os.File, write func(io.Writer) error, late func() (Late, error)) error {
	w := bufio.NewWriterSize(temp, bufferSize) // it remembers its first error, and Flush returns it
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if late != nil {
		if size, err := temp.Seek(0, io.SeekCurrent); err != nil || size < muchToWrite {
			// Once is enough: below.
		} else if err := temp.Sync(); err != nil {
			return err
		}
		l, err := late()
		if err != nil {
			return err
		}
		if _, err := temp.WriteAt(l.Bytes, l.At); err != nil {
			return err
		}
	}
	return temp.Sync()
}

// SyncDir makes the renames and removals that were done in dir survive a power cut. Some network file systems cannot do
// it and say EINVAL; that is no error.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}
