package emoji10

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// What a package may hold at most. The real ones unpack to 81 MB in 3,818 files; a file that is wanted has at most 2 MB.
const (
	maxUnpacked = 1 << 30
	maxEntries  = 100_000
	maxFile     = 16 << 20
)

// errStop ends the reading of a package early, without an error.
var errStop = errors.New("stop")

// readPackage calls use with the content of every file of a package (a .tgz) for which want is true, in the order in
// which they lie there. An errStop from use ends the reading; any other error is returned with the file's name.
//
// The package is read as a stream and nothing is written to the disk. Sizes are checked before memory is taken.
func readPackage(ctx context.Context, path string, want func(name string) bool, use func(name string, content []byte) error) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("emoji10: %w", err)
	}
	defer file.Close()
	if err := readTgz(ctx, file, want, use); err != nil {
		return fmt.Errorf("emoji10: package %s: %w", path, err)
	}
	return nil
}

func readTgz(ctx context.Context, r io.Reader, want func(string) bool, use func(string, []byte) error) error {
	unzipped, err := gzip.NewReader(r)
	if err != nil {
		return fmt.Errorf("expected a gzip file: %w", err)
	}
	limited := &io.LimitedReader{R: unzipped, N: maxUnpacked}
	archive := tar.NewReader(limited)
	for entries := 0; ; entries++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		header, err := archive.Next()
		if err != nil && limited.N <= 0 {
			return fmt.Errorf("it unpacks to more than %d bytes, which is not the package expected", int64(maxUnpacked))
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("it cannot be unpacked: %w", err)
		}
		if entries == maxEntries {
			return fmt.Errorf("it holds more than %d files, which is not the package expected", maxEntries)
		}
		if header.Typeflag != tar.TypeReg || !want(header.Name) {
			continue
		}
		if header.Size > maxFile {
			return fmt.Errorf("%s has %d bytes, more than the %d that are read", header.Name, header.Size, maxFile)
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			return fmt.Errorf("%s: %w", header.Name, err)
		}
		if err := use(header.Name, content); err == errStop {
			return nil
		} else if err != nil {
			return fmt.Errorf("%s: %w", header.Name, err)
		}
	}
}
