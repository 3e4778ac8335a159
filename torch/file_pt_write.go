package torch

import (
	"errors"
	"io"
	"reflect"
	"strconv"

	"multitorch/internal/archive"
	"multitorch/internal/pickle"
)

// WritePT writes what [Save] writes.
func WritePT(w io.Writer, value any) (err error) {
	p := pickler{w: pickle.NewWriter(), keys: map[uint64]int{}, memo: map[any]int{}}
	defer func() {
		for _, base := range p.storages {
			base.Free()
		}
	}()
	if err := Try(func() error { return p.value(value, 0) }); err != nil {
		return err
	}
	return p.write(w)
}

// write writes the archive.
func (p *pickler) write(w io.Writer) error {
	z := archive.NewWriter(w)
	text := func(name, content string) error {
		return z.Add(name, func(w io.Writer) error { _, err := io.WriteString(w, content); return err })
	}
	order := "little"
	if hostIsBigEndian {
		order = "big"
	}
	if err := errors.Join(text("data.pkl", string(p.w.Finish())), text("byteorder", order)); err != nil {
		return err
	}
	for key, elements := range p.storages {
		add := func(w io.Writer) error { return elements.writeElements(w, false) }
		if err := z.Add("data/"+strconv.Itoa(key), add); err != nil {
			return err
		}
	}
	return errors.Join(text("version", "3\n"), z.Close())
}

// pickler writes the pickle, and collects the storages that its tensors need.
type pickler struct {
	w        *pickle.Writer
	storages []*Tensor      // their elements, by key: mostly one-dimensional, all of the memory
	kinds    []DType        // of the storages' elements, by key
	keys     map[uint64]int // by the storage's identity
	memo     map[any]int    // numbers of what is written, by identity
}

// once writes a value, or a reference to it where it was written before, so that
// Python gets one object as well, and values that are shared many times over don't
// fill the disk.
func (p *pickler) once(identity any, write func() error) error {
	if number, written := p.memo[identity]; written {
		p.w.Get(number)
		return nil
	}
	if err := write(); err != nil {
		return err
	}
	p.memo[identity] = p.w.Memoize()
	return nil
}

// sameSlice is the identity of a slice or a map, and sameTensor a tensor's.
type (
	sameSlice struct {
		kind   reflect.Type
		at     uintptr
		length int
	}
	sameTensor struct {
		t            *Tensor
		requiresGrad bool
	}
)

// global pushes a global.
func (p *pickler) global(module, name string) {
	_ = p.once(module+"."+name, func() error { p.w.Global(module, name); return nil })
}
