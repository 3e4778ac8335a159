// Package deb reads the files of a Debian package as a stream, so that nothing has to be installed or unpacked.
package deb

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/ulikunitz/xz"
)

// Limits are what a package may hold at most.
type Limits struct {
	Unpacked int64 // bytes in all
	Entries  int   // files and folders
	File     int64 // bytes of a file that is wanted
}

// Read calls use with the path, without the first "./", and the content of every regular file for which want is true, in
// the order in which they lie in the package. Errors name the package. The data must be packed by xz, as Debian's are.
func Read(ctx context.Context, path string, l Limits, want func(name string) bool, use func(name string, content []byte) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := read(ctx, f, l, want, use); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func read(ctx context.Context, from io.Reader, l Limits, want func(string) bool, use func(string, []byte) error) error {
	packed, err := member(bufio.NewReaderSize(from, 1<<20), "data.tar.xz")
	if err != nil {
		return err
	}
	unpacked, err := xz.NewReader(bufio.NewReader(packed))
	if err != nil {
		return fmt.Errorf("data.tar.xz: %w", err)
	}
	limited := &io.LimitedReader{R: unpacked, N: l.Unpacked}
	archive := tar.NewReader(limited)
	for entries := 0; ; entries++ {
		header, err := archive.Next()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && limited.N <= 0:
			return fmt.Errorf("it unpacks to more than %d bytes, which is not the package expected", l.Unpacked)
		case err != nil:
			return fmt.Errorf("it cannot be unpacked: %w", err)
		case entries == l.Entries:
			return fmt.Errorf("it holds more than %d files, which is not the package expected", l.Entries)
		}
		name := strings.TrimPrefix(header.Name, "./")
		if header.Typeflag != tar.TypeReg || !want(name) {
			continue
		}
		if header.Size > l.File {
			return fmt.Errorf("%.200q has %d bytes, more than the %d that are read", name, header.Size, l.File)
		}
		content, err := io.ReadAll(archive)
		if err == nil {
			err = use(name, content)
		}
		if err != nil {
			return fmt.Errorf("%.200q: %w", name, err)
		}
	}
}

// member is a file of an archive of ar's format, which a Debian package is: a line of magic, and before each file a header
// of 60 bytes with its name and its length in decimal.
func member(archive *bufio.Reader, want string) (io.Reader, error) {
	const magic = "!<arch>\n"
	begin := make([]byte, len(magic))
	if _, err := io.ReadFull(archive, begin); err != nil || string(begin) != magic {
		return nil, errors.New("expected a Debian package, which begins with !<arch>")
	}
	header := make([]byte, 60)
	for {
		if _, err := io.ReadFull(archive, header); err != nil {
			return nil, fmt.Errorf("there is no %s in it", want)
		}
		name := strings.TrimRight(string(header[:16]), " /")
		size, err := strconv.ParseInt(strings.TrimRight(string(header[48:58]), " "), 10, 64)
		if err != nil || size < 0 {
			return nil, fmt.Errorf("the header of its member %.16q is damaged", name)
		}
		if name == want {
			return io.LimitReader(archive, size), nil
		}
		if _, err := io.CopyN(io.Discard, archive, size+size%2); err != nil { // members begin at even places
			return nil, fmt.Errorf("there is no %s in it", want)
		}
	}
}
