package asterisk

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/ulikunitz/xz"
)

// What a package may hold at most. The real ones unpack to 33 MB in 700 files of at most 1.3 MB.
const (
	maxUnpacked = 256 << 20
	maxEntries  = 20_000
	maxFile     = 16 << 20
)

// readDeb calls use with the path, without the first "./", and the content of every regular file of a Debian package
// for which want is true. The package is one that was checked against its checksum; it is unpacked as a stream.
func readDeb(deb []byte, want func(name string) bool, use func(name string, content []byte) error) error {
	packed, err := member(deb, "data.tar.xz")
	if err != nil {
		return err
	}
	unpacked, err := xz.NewReader(bytes.NewReader(packed))
	if err != nil {
		return fmt.Errorf("data.tar.xz: %w", err)
	}
	limited := &io.LimitedReader{R: unpacked, N: maxUnpacked}
	archive := tar.NewReader(limited)
	for entries := 0; ; entries++ {
		header, err := archive.Next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil && limited.N <= 0:
			return fmt.Errorf("it unpacks to more than %d bytes, which is not the package expected", maxUnpacked)
		case err != nil:
			return fmt.Errorf("it cannot be unpacked: %w", err)
		case entries == maxEntries:
			return fmt.Errorf("it holds more than %d files, which is not the package expected", maxEntries)
		}
		name := strings.TrimPrefix(header.Name, "./")
		if header.Typeflag != tar.TypeReg || !want(name) {
			continue
		}
		if header.Size > maxFile {
			return fmt.Errorf("%.200q has %d bytes, more than the %d that are read", name, header.Size, maxFile)
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
func member(archive []byte, want string) ([]byte, error) {
	const magic, header = "!<arch>\n", 60
	rest, ok := bytes.CutPrefix(archive, []byte(magic))
	if !ok {
		return nil, errors.New("expected a Debian package, which begins with !<arch>")
	}
	for len(rest) >= header {
		name := strings.TrimRight(string(rest[:16]), " /")
		size, err := strconv.Atoi(strings.TrimRight(string(rest[48:58]), " "))
		rest = rest[header:]
		if err != nil || size < 0 || size > len(rest) {
			return nil, fmt.Errorf("the header of its member %.16q is damaged", name)
		}
		if name == want {
			return rest[:size], nil
		}
		rest = rest[min(size+size%2, len(rest)):] // members begin at even places
	}
	return nil, fmt.Errorf("there is no %s in it", want)
}
