package torch

import (
	"archive/zip"
	"bytes"
	bin "encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"

	"multitorch/internal/pickle"
)

// A zip file of torch.save has one folder, of any name, with the pickle in
// data.pkl and each storage in data/<key>; byteorder says "little" or "big".

// readZip reads the newer format.
func (u *unpickler) readZip(r io.ReaderAt, size int64) (any, error) {
	z, err := openZip(r, size)
	if err != nil {
		return nil, err
	}
	folder, err := ptFolder(z)
	if err != nil {
		return nil, err
	}
	if f := z.byName[folder+"byteorder"]; f != nil {
		order, err := z.readShort(f, 16)
		if err != nil {
			return nil, err
		}
		if u.bigEndian = string(order) == "big"; !u.bigEndian && string(order) != "little" {
			return nil, fmt.Errorf("the byte order is %q; expected little or big", order)
		}
	}
	u.fetch = func(key string, s *storage) error {
		f := z.byName[folder+"data/"+key]
		if f == nil {
			return fmt.Errorf("the storage %q is missing: the archive has no %sdata/%s", key, folder, key)
		}
		return z.read(f, func(r io.Reader, size int64) error {
			// A product that overflows is no size of a file either.
			if size/int64(s.dtype.Size()) != s.numel || size%int64(s.dtype.Size()) != 0 {
				return fmt.Errorf("it has %d bytes, but the pickle speaks of %d elements of %s", size, s.numel, s.dtype)
			}
			return s.read(r)
		})
	}
	var v any
	err = z.read(z.byName[folder+"data.pkl"], func(r io.Reader, size int64) error {
		p := pickle.NewReader(r, size)
		if v, err = u.machine(zipStorage).Load(p); err != nil {
			return u.explain(err)
		}
		_, err = io.Copy(io.Discard, p)
		return err
	})
	return v, err
}

// ptFolder is the archive's folder, "archive/".
func ptFolder(z *zipFile) (string, error) {
	var found *zip.File
	for _, f := range z.entries {
		folder, is := strings.CutSuffix(f.Name, "data.pkl")
		if !is || strings.Count(folder, "/") != 1 || !strings.HasSuffix(folder, "/") {
			continue
		}
		if z.byName[folder+"constants.pkl"] != nil {
			return "", errors.New("this is a TorchScript program, not data; in Python, save its state_dict()")
		}
		if found != nil {
			return "", fmt.Errorf("the archive has both %q and %q; expected one data.pkl", found.Name, f.Name)
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
	plain := &pickle.Machine{}
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
	// Storages follow after the pickle: their memory is taken as they are met, as
	// long as the file can hold them all.
	u.late = true
	u.fetch = func(_ string, s *storage) error {
		if bytes := size - u.announced; s.numel > bytes/int64(s.dtype.Size()) {
			return fmt.Errorf("the storages have more than the %d bytes of the file", size)
		}
		u.announced += s.numel * int64(s.dtype.Size())
		return Try(func() error { s.base = Empty(Shape{int(s.numel)}, s.dtype.plain()); return nil })
	}
	v, err := u.machine(legacyStorage).Load(in)
	if err != nil {
		return nil, u.explain(err)
	}
	keys, err := plain.Load(in)
	if err != nil {
		return nil, err
	}
	list, ok := keys.(*pickle.List)
	if !ok || len(list.Items) != len(u.storages) {
		return nil, fmt.Errorf("expected the keys of %d storages after the value", len(u.storages))
	}
	for _, key := range list.Items {
		name, _ := key.(string)
		s := u.storages[name]
		if s == nil || s.filled {
			return nil, fmt.Errorf("the storage %.80q is unknown, or comes twice", name)
		}
		s.filled = true
		if err := s.fill(in); err != nil {
			return nil, fmt.Errorf("the storage %q: %w", name, err)
		}
	}
	if in.Left() > 0 {
		return nil, fmt.Errorf("%d bytes follow after the last storage; expected none", in.Left())
	}
	return v, nil
}

// fill reads the elements of a storage of the older format into its tensor. They
// are little-endian on every machine.
func (s *storage) fill(in *pickle.Reader) error {
	var count [8]byte
	if _, err := io.ReadFull(in, count[:]); err != nil {
		return errors.New("the file ends before it")
	}
	if n := bin.LittleEndian.Uint64(count[:]); n != uint64(s.numel) {
		return fmt.Errorf("it has %d elements, but the pickle speaks of %d", n, s.numel)
	}
	if s.numel > in.Left()/int64(s.dtype.Size()) {
		return errors.New("the file ends within its elements")
	}
	return s.base.readFrom(in, false)
}
