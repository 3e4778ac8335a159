package torch

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"

	"multitorch/internal/archive"
	"multitorch/internal/dtype"
	"multitorch/internal/pickle"
	"multitorch/internal/shape"
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

// mostNested is how deep Python's and our reader follow nested values.
const mostNested = 150

func (p *pickler) value(v any, depth int) error {
	if depth > mostNested {
		return fmt.Errorf("values are nested more than %d deep; does one contain itself?", mostNested)
	}
	switch v := v.(type) {
	case nil:
		p.w.None()
		return nil
	case *Tensor:
		return p.tensor(v, v.RequiresGrad())
	case *Dict:
		return p.once(v, func() error { return p.dict(v, depth) })
	case []byte:
		p.bytes(v)
		return nil
	case complex128:
		p.global("__builtin__", "complex")
		p.w.Mark()
		p.w.Float(real(v))
		p.w.Float(imag(v))
		p.w.Tuple()
		p.w.Reduce()
		return nil
	case *big.Int:
		if v == nil || !p.w.BigInt(v) {
			return errors.New("expected a big number of less than 254 bytes")
		}
		return nil
	case DType, QScheme:
		p.global("torch", v.(fmt.Stringer).String())
		return nil
	case Device:
		p.global("torch", "device")
		p.w.Mark()
		p.w.String(v.String())
		p.w.Tuple()
		p.w.Reduce()
		return nil
	}
	return p.other(reflect.ValueOf(v), depth)
}

// other writes Go's plain types, also those with names of their own.
func (p *pickler) other(v reflect.Value, depth int) error {
	switch v.Kind() {
	case reflect.Bool:
		p.w.Bool(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		p.w.Int(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if v.Uint() > math.MaxInt64 {
			p.w.BigInt(new(big.Int).SetUint64(v.Uint()))
			return nil
		}
		p.w.Int(int64(v.Uint()))
	case reflect.Float32, reflect.Float64:
		p.w.Float(v.Float())
	case reflect.String:
		return p.text(v.String())
	case reflect.Array:
		return p.list(v, depth)
	case reflect.Slice:
		if v.Len() == 0 { // all have the same address
			return p.list(v, depth)
		}
		return p.once(sameSlice{v.Type(), v.Pointer(), v.Len()}, func() error { return p.list(v, depth) })
	case reflect.Map:
		return p.once(sameSlice{v.Type(), v.Pointer(), v.Len()}, func() error { return p.goMap(v, depth) })
	default:
		return fmt.Errorf("expected tensors and plain data, got a %s", v.Type())
	}
	return nil
}

// list writes a slice or an array: a Python list, or what its type stands for.
func (p *pickler) list(v reflect.Value, depth int) error {
	switch items := v.Interface().(type) {
	case []NamedTensor:
		return p.state(items)
	case Tuple:
		p.w.Mark()
		err := p.items(v, depth)
		p.w.Tuple()
		return err
	}
	p.w.EmptyList()
	p.w.Mark()
	err := p.items(v, depth)
	p.w.Appends()
	return err
}

func (p *pickler) items(v reflect.Value, depth int) error {
	for i := range v.Len() {
		if err := p.value(v.Index(i).Interface(), depth+1); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return nil
}

func (p *pickler) dict(d *Dict, depth int) error {
	if d == nil {
		return errors.New("expected a dict, got nil")
	}
	p.w.EmptyDict()
	p.w.Mark()
	for key, value := range d.All() {
		if err := errors.Join(p.value(key, depth+1), p.value(value, depth+1)); err != nil {
			return fmt.Errorf("[%s]: %w", shortKey(key), err)
		}
	}
	p.w.SetItems()
	return nil
}

// goMap writes a map in the order of its keys, or two files of the same map would
// differ.
func (p *pickler) goMap(v reflect.Value, depth int) error {
	keys := v.MapKeys()
	switch v.Type().Key().Kind() {
	case reflect.String:
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	case reflect.Int, reflect.Int64, reflect.Int32:
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.Int(), b.Int()) })
	default:
		return fmt.Errorf("expected strings or ints as the keys of a map, got a %s", v.Type())
	}
	p.w.EmptyDict()
	p.w.Mark()
	for _, key := range keys {
		if err := errors.Join(p.value(key.Interface(), depth+1), p.value(v.MapIndex(key).Interface(), depth+1)); err != nil {
			return fmt.Errorf("[%s]: %w", shortKey(key.Interface()), err)
		}
	}
	p.w.SetItems()
	return nil
}

// state writes a state dict as Module.state_dict() gives it.
func (p *pickler) state(state []NamedTensor) error {
	p.emptyOrderedDict()
	p.w.Mark()
	names := map[string]bool{}
	for _, s := range state {
		if names[s.Name] {
			return fmt.Errorf("the state has the key %.80q twice", s.Name)
		}
		names[s.Name] = true
		if err := errors.Join(p.text(s.Name), p.tensor(s.Tensor, false)); err != nil {
			return fmt.Errorf("tensor %.80q: %w", s.Name, err)
		}
	}
	p.w.SetItems()
	return nil
}

func (p *pickler) emptyOrderedDict() {
	p.global("collections", "OrderedDict")
	p.w.EmptyTuple()
	p.w.Reduce()
}

func (p *pickler) text(s string) error {
	if !utf8.ValidString(s) || uint64(len(s)) > math.MaxUint32 {
		return fmt.Errorf("the string %.40q is not valid UTF-8, or longer than 4 GiB", s)
	}
	p.w.String(s)
	return nil
}

// bytes writes bytes as Python does in protocol 2, which has no type for them.
func (p *pickler) bytes(b []byte) {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	p.global("_codecs", "encode")
	p.w.Mark()
	p.w.String(string(runes))
	p.w.String("latin1")
	p.w.Tuple()
	p.w.Reduce()
}

func (p *pickler) tensor(t *Tensor, requiresGrad bool) error {
	return p.once(sameTensor{t, requiresGrad}, func() error { return p.newTensor(t, requiresGrad) })
}

func (p *pickler) newTensor(t *Tensor, requiresGrad bool) error {
	plain := t.Detach()
	defer plain.Free()
	if plain.info("save").HasStorage == 0 {
		return p.sparse(plain)
	}
	d := plain.DType()
	kind, place, rebuild := d, "torch", "_rebuild_tensor_v2"
	row, known := dtype.DType(d).Info()
	storageName := row.Storage
	switch {
	case known && storageName == "":
		kind, place, storageName, rebuild = Uint8, "torch.storage", "UntypedStorage", "_rebuild_tensor_v3"
	case d.IsQuantized():
		rebuild = "_rebuild_qtensor"
	}
	if !known {
		return fmt.Errorf("a file of torch.save can't hold %s; convert it first", d)
	}
	var sizes, strides []int
	if Try(func() error { sizes, strides = plain.layout(); return nil }) != nil {
		return errNoOrdinaryStorage
	}
	var key int
	var offset int64
	var err error
	if plain.isLazy() { // of which the memory says something else; not every PyTorch reads such a view
		key, strides = p.ownStorage(plain, kind), shape.RowMajor(sizes)
	} else if key, offset, err = p.storage(plain, kind); err != nil {
		return err
	}
	w := p.w
	p.global("torch._utils", rebuild)
	w.Mark()
	w.Mark()
	w.String("storage")
	p.global(place, storageName)
	w.String(strconv.Itoa(key))
	w.String("cpu")
	w.Int(p.storages[key].bytes() / int64(kind.Size()))
	w.Tuple()
	w.PersistentID()
	w.Int(offset)
	p.ints(sizes)
	p.ints(strides)
	if d.IsQuantized() {
		if err := p.quantizer(plain); err != nil {
			return err
		}
	}
	w.Bool(requiresGrad)
	p.emptyOrderedDict()
	if row.Storage == "" {
		p.global("torch", d.String())
	}
	w.Tuple()
	w.Reduce()
	return nil
}

// ownStorage is the key of a storage for the elements of t alone.
func (p *pickler) ownStorage(t *Tensor, kind DType) (key int) {
	p.storages, p.kinds = append(p.storages, t.Detach()), append(p.kinds, kind)
	return len(p.storages) - 1
}

// storage is the key of the memory behind a tensor, which is written as elements
// of kind, and the tensor's place in it.
func (p *pickler) storage(t *Tensor, kind DType) (key int, offset int64, err error) {
	base, offset, err := t.storage(kind.plain())
	if err != nil {
		return 0, 0, err
	}
	id := t.info("save").StorageID
	key, known := p.keys[id]
	if !known || base.Numel() == 0 {
		p.keys[id] = len(p.storages)
		p.storages, p.kinds = append(p.storages, base), append(p.kinds, kind)
		return len(p.storages) - 1, offset, nil
	}
	defer base.Free()
	if before := p.kinds[key]; before != kind {
		return 0, 0, fmt.Errorf("two tensors share memory, one as %s and one as %s, which a file of torch.save can't hold; Clone one",
			before, kind)
	}
	return key, offset, nil
}
