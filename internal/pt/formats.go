package pt

import (
	"archive/zip"
	"bytes"
	bin "encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"

	"multitorch/internal/archive"
	"multitorch/internal/pickle"
)

// A zip file of torch.save has one folder, of any name, with the pickle in
// data.pkl and each storage in data/<key>; byteorder says "little" or "big".

// readZip reads the newer format.
func (u *unpickler) readZip(r io.ReaderAt, size int64) (any, error) {
	z, err := archive.Open(r, size)
	if err != nil {
		return nil, err
	}
	folder, err := folderOf(z)
	if err != nil {
		return nil, err
	}
	if f := z.ByName[folder+"byteorder"]; f != nil {
		order, err := z.ReadShort(f, 16)
		if err != nil {
			return nil, err
		}
		if u.bigEndian = string(order) == "big"; !u.bigEndian && string(order) != "little" {
			return nil, fmt.Errorf("the byte order is %q; expected little or big", order)
		}
	}
	u.place = func(key string, s *Storage) error {
		name := folder + "data/" + key
		f := z.ByName[name]
		if f == nil {
			return fmt.Errorf("the storage %.80q is missing: the archive has no %.120s", key, name)
		}
		// A product that overflows is no size of a file either.
		if size, one := int64(f.UncompressedSize64), int64(s.DType.Size()); size/one != s.Numel || size%one != 0 {
			return fmt.Errorf("entry %.80q: it has %d bytes, but the pickle speaks of %d elements of %s", name, size, s.Numel, s.DType)
		}
		s.read = func(consume func(r io.Reader) error) error {
			return z.Read(f, func(r io.Reader, _ int64) error { return consume(r) })
		}
		return nil
	}
	var v any
	err = z.Read(z.ByName[folder+"data.pkl"], func(r io.Reader, size int64) error {
		p := pickle.NewReader(r, size)
		if v, err = u.machine(zipStorage).Load(p); err != nil {
			return explain(err)
		}
		_, err = io.Copy(io.Discard, p)
		return err
	})
	return v, err
}

// folderOf is the archive's folder, "archive/".
func folderOf(z *archive.File) (string, error) {
	var found *zip.File
	for _, f := range z.Entries {
		folder, is := strings.CutSuffix(f.Name, "data.pkl")
		if !is || strings.Count(folder, "/") != 1 || !strings.HasSuffix(folder, "/") {
			continue
		}
		if z.ByName[folder+"constants.pkl"] != nil {
			return "", errors.New("this is a TorchScript program, not data; in Python, save its state_dict()")
		}
		if found != nil {
			return "", fmt.Errorf("the archive has both %.80q and %.80q; expected one data.pkl", found.Name, f.Name)
		}
		found = f
	}
	if found == nil {
		return "", errors.New("this zip archive was not written by torch.save: it has no <folder>/data.pkl")
	}
	return strings.TrimSuffix(found.Name, "data.pkl"), nil
}

// The older format is a row of pickles (a magic number, the version, the system,
// the value, the keys of the storages), and then the storages, each after the
// number of its elements.

var legacyMagic, _ = new(big.Int).SetString("1950a86a20f9469cfc6c", 16)

const legacyVersion = 1001

// readLegacy reads the older format.
func (u *unpickler) readLegacy(r io.ReaderAt, size int64) (any, error) {
	// The magic number, as its pickle begins.
	begin := []byte("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19")
	head := make([]byte, len(begin))
	if _, err := r.ReadAt(head, 0); err != nil || !bytes.Equal(head, begin) {
		return nil, errors.New("this file was not written by torch.save: it is neither a zip archive nor begins with PyTorch's magic number")
	}
	in := pickle.NewReader(io.NewSectionReader(r, 0, size), size)
	plain := &pickle.Machine{Budget: u.budget}
	var values [3]any // the magic number, the version, the system
	for i := range values {
		v, err := plain.Load(in)
		if err != nil {
			return nil, err
		}
		values[i] = v
	}
	if n, ok := values[0].(*big.Int); !ok || n.Cmp(legacyMagic) != 0 || values[1] != int64(legacyVersion) {
		return nil, fmt.Errorf("expected PyTorch's magic number and the version %d at its beginning", legacyVersion)
	}
	// Where the storages are is known after the pickle; that the file can hold them all before.
	var announced int64
	u.place = func(_ string, s *Storage) error {
		if left := size - announced; s.Numel > left/int64(s.DType.Size()) {
			return fmt.Errorf("the storages have more than the %d bytes of the file", size)
		}
		announced += s.Numel * int64(s.DType.Size())
		return nil
	}
	v, err := u.machine(legacyStorage).Load(in)
	if err != nil {
		return nil, explain(err)
	}
	keys, err := plain.Load(in)
	if err != nil {
		return nil, err
	}
	list, ok := keys.(*pickle.List)
	if !ok || len(list.Items) != len(u.storages) {
		return nil, fmt.Errorf("expected the keys of %d storages after the value", len(u.storages))
	}
	at := size - in.Left()
	for _, key := range list.Items {
		name, _ := key.(string)
		s := u.storages[name]
		if s == nil || s.known {
			return nil, fmt.Errorf("the storage %.80q is unknown, or comes twice", name)
		}
		s.known = true
		if at, err = s.locate(r, at, size); err != nil {
			return nil, fmt.Errorf("the storage %.80q: %w", name, err)
		}
	}
	if at < size {
		return nil, fmt.Errorf("%d bytes follow after the last storage; expected none", size-at)
	}
	return v, nil
}

// locate finds a storage of the older format at a place of the file, and returns
// where it ends. It is little-endian on every machine.
func (s *Storage) locate(r io.ReaderAt, at, size int64) (end int64, err error) {
	var count [8]byte
	if size-at < int64(len(count)) {
		return 0, errors.New("the file ends before it")
	}
	if n, err := r.ReadAt(count[:], at); n < len(count) {
		return 0, err
	}
	if n := bin.LittleEndian.Uint64(count[:]); n != uint64(s.Numel) {
		return 0, fmt.Errorf("it has %d elements, but the pickle speaks of %d", n, s.Numel)
	}
	at += int64(len(count))
	if s.Numel > (size-at)/int64(s.DType.Size()) {
		return 0, errors.New("the file ends within its elements")
	}
	length := s.Numel * int64(s.DType.Size())
	s.read = func(consume func(r io.Reader) error) error { return consume(io.NewSectionReader(r, at, length)) }
	return at + length, nil
}
