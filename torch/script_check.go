package torch

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"multitorch/internal/archive"
	"multitorch/internal/dtype"
	"multitorch/internal/pickle"
	"multitorch/internal/pt"
	"multitorch/internal/shape"
)

// libtorch's reader of TorchScript programs believes what a file says, and some
// damaged files crash it. So a file is read here first: the zip structure and
// every checksum, and every pickle with a machine that builds nothing but checks
// that each tensor lies within its storage, and each storage is an entry of the
// archive. What the code in it does is not judged.

// maxScriptPickle is more than any program's pickles have, in bytes: they hold
// names and sizes, while the numbers are in entries of their own.
const maxScriptPickle = 256 << 20

func checkScript(r io.ReaderAt, size int64) error {
	var magic [2]byte
	if _, err := r.ReadAt(magic[:], 0); err != nil || string(magic[:]) != "PK" {
		return errors.New("this is no zip archive, and so no TorchScript program")
	}
	z, err := archive.Open(r, size)
	if err != nil {
		return err
	}
	folder, err := scriptFolder(z)
	if err != nil {
		return err
	}
	for _, f := range z.Entries {
		inner, inside := strings.CutPrefix(f.Name, folder)
		if !inside {
			return fmt.Errorf("the entry %.80q is not in the folder %.80q, where all others are", f.Name, folder)
		}
		if err := z.Read(f, func(r io.Reader, size int64) error { return checkEntry(z, folder, inner, r, size) }); err != nil {
			return err
		}
	}
	return nil
}

// scriptFolder is the archive's one folder, "model/".
func scriptFolder(z *archive.File) (string, error) {
	if len(z.Entries) == 0 {
		return "", errors.New("the zip archive is empty")
	}
	folder, _, _ := strings.Cut(z.Entries[0].Name, "/") // from which libtorch takes it, too
	folder += "/"
	for _, name := range []string{"data.pkl", "constants.pkl", "version"} {
		if z.ByName[folder+name] == nil {
			return "", fmt.Errorf("this is no TorchScript program: it has no %.80q; files of torch.save are read by torch.Load", folder+name)
		}
	}
	if z.ByName[folder+"model.json"] != nil {
		return "", errors.New("this program was written by PyTorch before 1.4; load and save it with a newer one")
	}
	return folder, nil
}

// checkEntry reads an entry to its end; z.Read then compares its checksum.
func checkEntry(z *archive.File, folder, name string, r io.Reader, size int64) error {
	switch {
	case name == "version":
		content, err := io.ReadAll(io.LimitReader(r, 20))
		if err == nil && !regexp.MustCompile(`^[0-9]{1,9}\n?$`).Match(content) {
			err = fmt.Errorf("the version is %.80q; expected a number", content)
		}
		return err
	case strings.HasSuffix(name, ".pkl") || strings.HasSuffix(name, ".debug_pkl"):
		if size > maxScriptPickle {
			return fmt.Errorf("it has %d bytes; expected no more than %d", size, maxScriptPickle)
		}
		content := make([]byte, size)
		if _, err := io.ReadFull(r, content); err != nil {
			return err
		}
		c := scriptChecker{folder: folder + strings.TrimSuffix(name, ".pkl") + "/", z: z}
		_, err := c.machine(content).Load(pickle.NewReader(strings.NewReader(string(content)), size))
		return err
	}
	_, err := io.Copy(io.Discard, r)
	return err
}

// scriptChecker follows one pickle, whose storages are in a folder of its name.
type scriptChecker struct {
	folder string
	z      *archive.File
}

// What the pickles are made of, as far as the checker is concerned.
type (
	scriptDType   int64 // bytes of an element
	scriptStorage int64 // elements
	scriptValue   struct{}
)

// scriptClass finds the names of the program's own classes in a pickle, which
// can't be listed beforehand. To find too many does no harm: they are names of
// the program's code, of which nothing is run here.
var scriptClass = regexp.MustCompile(`c(__torch__[\w.]*)\n(\w+)\n`)

func (c *scriptChecker) machine(content []byte) *pickle.Machine {
	globals := map[string]any{
		"collections.OrderedDict":             pickle.Func(func([]any) (any, error) { return &pickle.Dict{}, nil }),
		"torch.device":                        pickle.Func(func([]any) (any, error) { return scriptValue{}, nil }),
		"torch.jit._pickle.restore_type_tag":  pickle.Func(restoreTypeTag),
		"torch._utils._rebuild_tensor_v2":     pickle.Func(checkTensor),
		"torch.jit._pickle.build_intlist":     pickle.Func(onlyArgument),
		"torch.jit._pickle.build_doublelist":  pickle.Func(onlyArgument),
		"torch.jit._pickle.build_boollist":    pickle.Func(onlyArgument),
		"torch.jit._pickle.build_tensorlist":  pickle.Func(onlyArgument),
		"torch.jit._pickle.build_complexlist": pickle.Func(onlyArgument),
	}
	for _, d := range dtype.All() {
		if d.Storage != "" {
			globals["torch."+d.Storage] = scriptDType(d.Size)
		}
	}
	for _, m := range scriptClass.FindAllSubmatch(content, -1) {
		if strings.HasPrefix(string(m[1]), "__torch__.torch.classes.") {
			continue // written in C++: its state is taken apart by code that trusts it
		}
		globals[string(m[1])+"."+string(m[2])] = pickle.Func(newScriptObject)
	}
	return &pickle.Machine{Globals: globals, Persistent: c.storage}
}

// newScriptObject makes an object, whose attributes come afterwards.
func newScriptObject(args []any) (any, error) {
	if len(args) > 0 {
		return nil, fmt.Errorf("an object is made of %d values; expected none", len(args))
	}
	return &pickle.Dict{}, nil
}

func onlyArgument(args []any) (any, error) {
	if len(args) != 1 {
		return nil, fmt.Errorf("a list is made of %d values; expected one", len(args))
	}
	if list, ok := args[0].(*pickle.List); ok {
		return list, nil
	}
	return nil, fmt.Errorf("a list is made of %s", pickle.Describe(args[0]))
}

// restoreTypeTag gives a list or a dict its type, which libtorch parses.
func restoreTypeTag(args []any) (any, error) {
	const longest = 4096 // bytes: nested deeply enough, a type would be too much for the parser's stack
	if len(args) == 2 {
		if text, ok := args[1].(string); ok && len(text) <= longest {
			return args[0], nil
		}
	}
	return nil, errors.New("the type of a list or dict is not a short text")
}

// storage checks ("storage", type, key, device, number of elements).
func (c *scriptChecker) storage(id any) (any, error) {
	tuple, ok := id.(*pickle.Tuple)
	if !ok || len(tuple.Items) != 5 {
		return nil, fmt.Errorf("a storage is %s; expected a tuple of 5", pickle.Describe(id))
	}
	kind, _ := tuple.Items[0].(string)
	dtype, known := tuple.Items[1].(scriptDType)
	key, isKey := tuple.Items[2].(string)
	_, hasDevice := tuple.Items[3].(string)
	n, counted := tuple.Items[4].(int64)
	if kind != "storage" || !known || !isKey || !hasDevice || !counted || n < 0 {
		return nil, fmt.Errorf("a storage is %.80q of %s elements; its description is damaged", kind, pickle.Describe(tuple.Items[4]))
	}
	f := c.z.ByName[c.folder+key]
	if f == nil {
		return nil, fmt.Errorf("the storage %.80q is missing: the archive has no %.80q", key, c.folder+key)
	}
	if bytes := int64(f.UncompressedSize64); bytes/int64(dtype) != n || bytes%int64(dtype) != 0 {
		return nil, fmt.Errorf("the storage %.80q has %d bytes, but the pickle speaks of %d elements of %d bytes", key, bytes, n, dtype)
	}
	return scriptStorage(n), nil
}

// checkTensor checks (storage, offset, sizes, strides, requires_grad, hooks).
func checkTensor(args []any) (any, error) {
	if len(args) != 6 {
		return nil, fmt.Errorf("a tensor is made of %d values; expected 6", len(args))
	}
	s, isStorage := args[0].(scriptStorage)
	offset, isOffset := args[1].(int64)
	sizes, haveSizes, _ := pt.IntsOf(args[2])
	strides, haveStrides, _ := pt.IntsOf(args[3])
	_, isBool := args[4].(bool)
	if !isStorage || !isOffset || !haveSizes || !haveStrides || !isBool {
		return nil, errors.New("the description of a tensor is damaged")
	}
	return scriptValue{}, shape.CheckLayout(sizes, strides, offset, int64(s))
}
