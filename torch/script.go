package torch

import (
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"sync"

	"multitorch/internal/atomicfile"
	"multitorch/internal/libtorch"
	"multitorch/internal/regular"
)

// Script is a TorchScript program with its parameters and buffers: what package
// jit, which is the place to read about it, is made of.
type Script struct {
	handle  libtorch.Script
	mu      sync.Mutex
	tensors map[libtorch.Tensor]*Tensor // those that State gave out
}

// ScriptTensor is a parameter or a buffer of a program, under its name.
type ScriptTensor struct {
	NamedTensor
	Buffer bool
}

// scriptBytes is what the code of a small program takes, compiled, beside its file.
const scriptBytes = 1 << 20

// LoadScript reads a program onto the CPU. The file is checked first: its zip
// structure and checksums, and its pickles against the sizes of its storages.
func LoadScript(path string) (s *Script, err error) {
	err = regular.Read(path, "a TorchScript program", func(f *os.File, size int64) error {
		if err := checkScript(f, size); err != nil {
			return err
		}
		h, err := libtorch.LoadScript(f.Fd())
		if err != nil {
			return newError("jit.load", err, nil)
		}
		s = &Script{handle: h, tensors: map[libtorch.Tensor]*Tensor{}}
		bytes := scriptBytes + size
		runtime.AddCleanup(s, func(h libtorch.Script) {
			h.Free()
			letBesideGo(bytes)
		}, h)
		holdBeside(bytes)
		return nil
	})
	logWarnings()
	return s, err
}

// native is its handle; nil and the zero Script have none.
func (s *Script) native(what string) libtorch.Script {
	if s == nil || s.handle == 0 {
		panic(&Error{Op: "jit." + what, Kind: TypeError, Message: "expected a program that was loaded, but got nil or a zero one"})
	}
	return s.handle
}

// Methods are the schemas of the program's methods.
func (s *Script) Methods() []string {
	defer runtime.KeepAlive(s)
	methods, err := s.native("methods").Methods()
	s.must("methods", err)
	return methods
}

// Call runs a method. Its arguments are as an [Operator]'s, and []any for a list
// of values of any type, a [Tuple], a [*Dict] or a map[string]*Tensor; so are its
// results, with *Tensor, []*Tensor, int64, float64, bool, complex128, string,
// [Device], []int, []float64, []bool, []any, [Tuple], [*Dict] or nil. Tensors that
// come back join the innermost scope of those that went in.
func (s *Script) Call(method string, args ...any) any {
	defer runtime.KeepAlive(s)
	op := "jit." + method
	c := call{op: &libtorch.Op{Short: op}}
	var held []any
	defer func() { c.release(held) }()
	for _, a := range args {
		c.addNested(a, &held)
	}
	if err := s.native(method).Call(method, &c.args, &c.results); err != nil {
		panic(newError(op, err, tensorsIn(held)))
	}
	logWarnings()
	return c.fromScript(c.results.Value())
}

// addNested is add for values within values. It notes what may be a tensor in
// held, before anything can fail.
func (c *call) addNested(v any, held *[]any) {
	switch v := v.(type) {
	case []any:
		c.args.List(len(v))
		for _, item := range v {
			c.addNested(item, held)
		}
	case Tuple:
		c.args.Tuple(len(v))
		for _, item := range v {
			c.addNested(item, held)
		}
	case *Dict:
		c.args.Dict(v.Len())
		for key, value := range v.All() {
			c.addNested(key, held)
			c.addNested(value, held)
		}
	case map[string]*Tensor:
		c.args.Dict(len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			c.args.String(key)
			c.addNested(v[key], held)
		}
	default:
		*held = append(*held, v)
		c.add(v)
	}
}

// fromScript makes tensors of the handles in a result.
func (c *call) fromScript(v any) any {
	items := func(vs []any) []any {
		for i := range vs {
			vs[i] = c.fromScript(vs[i])
		}
		return vs
	}
	switch v := v.(type) {
	case libtorch.Tensor:
		return newTensor(v, c.scope)
	case []libtorch.Tensor:
		return newTensors(v, c.scope)
	case libtorch.Device:
		return deviceFrom(v.Kind, v.Index)
	case []any:
		return items(v)
	case libtorch.Tuple:
		return Tuple(items(v))
	case libtorch.Dict:
		var d Dict
		items(v)
		for i := 0; i+1 < len(v); i += 2 {
			d.Set(v[i], v[i+1])
		}
		return &d
	}
	return v
}

// State is the program's parameters and buffers, in the order of Python's
// state_dict. They share its memory: what changes one changes the program. Each is
// the same *Tensor in every call.
func (s *Script) State() []ScriptTensor {
	defer runtime.KeepAlive(s)
	native := s.native("state")
	s.mu.Lock()
	defer s.mu.Unlock()
	var r libtorch.Results
	s.must("state", native.State(&r))
	state := make([]ScriptTensor, r.Len()/3)
	now := make(map[libtorch.Tensor]*Tensor, len(state))
	for i := range state {
		name, _ := r.Value().(string)
		buffer, _ := r.Value().(bool)
		h := r.Tensor()
		t := now[h]
		if t == nil {
			t = s.tensors[h]
		}
		if t != nil && !t.freed() {
			h.Free() // the second reference to the same tensor
		} else {
			t = newTensor(h, nil)
		}
		now[h] = t
		state[i] = ScriptTensor{NamedTensor{name, t}, buffer}
	}
	s.tensors = now
	return state
}

// Train switches the program and all its parts between training and evaluation.
func (s *Script) Train(on bool) {
	defer runtime.KeepAlive(s)
	s.must("train", s.native("train").Train(on))
}

// Training reports which of the two it is.
func (s *Script) Training() bool {
	defer runtime.KeepAlive(s)
	on, err := s.native("training").Training()
	s.must("training", err)
	return on
}

// To moves the parameters and buffers, which stay the same tensors.
func (s *Script) To(d Device) error {
	defer runtime.KeepAlive(s)
	if err := d.Check(); err != nil {
		return err
	}
	if err := s.native("to").To(int(d.kind()), d.Index()); err != nil {
		return newError("jit.to", err, nil)
	}
	return nil
}

// Save writes the program and its state: in full or not at all.
func (s *Script) Save(path string) error {
	defer runtime.KeepAlive(s)
	return atomicfile.Write(path, func(w io.Writer) error {
		if err := s.native("save").Save(w); err != nil {
			return fmt.Errorf("save the program: %w", err)
		}
		return nil
	})
}

func (s *Script) must(what string, err error) {
	if err != nil {
		panic(newError("jit."+what, err, nil))
	}
}
