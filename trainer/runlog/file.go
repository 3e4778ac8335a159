package runlog

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"multitorch/internal/regular"
)

// MaxLine is how long a line may be, in bytes.
const MaxLine = 1 << 20

// mostPending is how many bytes wait for room on the disk.
const mostPending = 1 << 20

// file is a text to which lines are appended, each in one write: a program that is killed leaves whole lines.
type file struct {
	f       *os.File
	size    int64
	pending []byte // lines for which there was no room
	lost    int    // lines that did not fit there either
	warned  bool
}

// open begins a file anew, or, with keep, goes on with one, whose lines stay up to the first that keep does not want. A line
// that was not finished goes.
func open(path string, keep func(number int, line []byte) bool) (*file, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // a pipe would wait for a reader
		return nil, fmt.Errorf("%s: expected to write a regular file there, but found another one (%v)", path, info.Mode())
	}
	size := int64(0)
	if keep != nil {
		var err error
		if size, err = kept(path, keep); err != nil {
			return nil, err
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return nil, err
	}
	if err := f.Truncate(size); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &file{f: f, size: size}, nil
}

// kept is the length of the lines that stay.
func kept(path string, keep func(number int, line []byte) bool) (size int64, err error) {
	err = lines(path, func(number int, line []byte) error {
		if line[len(line)-1] != '\n' || !keep(number, bytes.TrimSuffix(line, []byte("\n"))) {
			return errEnough
		}
		size += int64(len(line))
		return nil
	})
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	return size, err
}

// errEnough ends a reading, well.
var errEnough = errors.New("enough")

// lines goes through a file's lines, each with its end.
func lines(path string, each func(number int, line []byte) error) error {
	err := regular.Read(path, "a log of lines", func(f *os.File, _ int64) error {
		r := bufio.NewReaderSize(f, MaxLine)
		for number := 1; ; number++ {
			line, err := r.ReadSlice('\n')
			if errors.Is(err, bufio.ErrBufferFull) {
				return fmt.Errorf("line %d has more than %d bytes: it is no log of a run", number, MaxLine)
			}
			if len(line) > 0 {
				if err := each(number, line); err != nil {
					return err
				}
			}
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
		}
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// append writes a line. Where the disk has no room it waits, up to a limit, for the next one: a run is worth more than its
// log. close says whether all were written.
func (f *file) append(line []byte) {
	if f.lost > 0 || len(f.pending)+len(line) > mostPending {
		f.lost++ // and all that follow: there are no holes
		return
	}
	f.pending = append(f.pending, line...)
	if f.write(f.pending) {
		f.pending = f.pending[:0]
	}
}

func (f *file) write(b []byte) bool {
	n, err := f.f.Write(b)
	if err == nil {
		f.size += int64(n)
		return true
	}
	if n > 0 { // half a line would be joined to the next
		err = errors.Join(err, f.f.Truncate(f.size))
	}
	if !f.warned {
		f.warned = true
		slog.Warn("the log of a run can't be written for now; training goes on", "file", f.f.Name(), "error", err)
	}
	return false
}

// sync brings what was written to the disk.
func (f *file) sync() error { return f.f.Sync() }

// close ends the file. It is an error that lines are not in it.
func (f *file) close() error {
	if len(f.pending) > 0 && f.write(f.pending) {
		f.pending = nil
	}
	err := f.f.Close()
	if missing := bytes.Count(f.pending, []byte("\n")) + f.lost; missing > 0 {
		err = errors.Join(fmt.Errorf("%s lacks the last %d of its rows: they could not be written", f.f.Name(), missing), err)
	}
	return err
}
