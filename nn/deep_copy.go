package nn

import (
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"multitorch/torch"
)

// DeepCopy is a module with parameters, buffers and children of its own, as copy.deepcopy makes one. What sits in two places
// of the model does so in the copy. Functions, such as hooks, are shared, and parameters have no gradients yet. A tensor that
// was computed with gradients can't be copied: that is a panic with a [*torch.Error].
func DeepCopy[M Module](m M) M {
	for _, sub := range Modules(m) {
		if names := Derivations(sub); len(names) > 0 {
			e := invalid("DeepCopy", "%s has derived parameters, %s, whose functions would go on to read the original's",
				typeName(sub), strings.Join(names, " and "))
			e.Kind = torch.NotImplemented
			panic(e)
		}
	}
	c := copier{made: map[unsafe.Pointer]reflect.Value{}}
	var copied reflect.Value
	torch.NoGrad(func() { copied = c.value(reflect.ValueOf(m)) })
	return copied.Interface().(M)
}

// copier knows what has been copied already.
type copier struct {
	made map[unsafe.Pointer]reflect.Value
}

func (c *copier) value(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || isForeign(v.Type().Elem()) {
			return v
		}
		if made, is := c.made[v.UnsafePointer()]; is && made.Type() == v.Type() {
			return made
		}
		return c.pointer(v)
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		copied := reflect.New(v.Type()).Elem()
		copied.Set(c.value(v.Elem()))
		return copied
	case reflect.Struct, reflect.Array, reflect.Slice, reflect.Map:
		return c.composite(v)
	}
	return v // numbers, words and functions
}

func (c *copier) pointer(v reflect.Value) reflect.Value {
	if t, is := v.Interface().(*torch.Tensor); is {
		if !t.IsLeaf() {
			panic(invalid("DeepCopy", "a tensor of %v was computed by %s: only leaves can be copied", t.Shape(), t.GradFn()))
		}
		copied := reflect.ValueOf(t.Detach().Clone().Keep().SetRequiresGrad(t.RequiresGrad()))
		c.made[v.UnsafePointer()] = copied
		return copied
	}
	copied := reflect.New(v.Type().Elem())
	c.made[v.UnsafePointer()] = copied
	c.into(copied.Elem(), v.Elem())
	return copied
}

func (c *copier) composite(v reflect.Value) reflect.Value {
	copied := reflect.New(v.Type()).Elem()
	switch {
	case v.Kind() == reflect.Map && !v.IsNil():
		copied.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		for _, key := range v.MapKeys() {
			copied.SetMapIndex(key, c.value(v.MapIndex(key)))
		}
	case v.Kind() == reflect.Slice && !v.IsNil():
		copied.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			copied.Index(i).Set(c.value(v.Index(i)))
		}
	case v.Kind() == reflect.Array:
		for i := range v.Len() {
			copied.Index(i).Set(c.value(v.Index(i)))
		}
	case v.Kind() == reflect.Struct:
		from := reflect.New(v.Type()).Elem()
		from.Set(v)
		c.into(copied, from)
	}
	return copied
}

// into copies a struct's fields, also those that are not exported. Both structs are addressable.
func (c *copier) into(to, from reflect.Value) {
	if from.Kind() != reflect.Struct {
		to.Set(c.value(from))
		return
	}
	for i := range from.NumField() {
		field := func(s reflect.Value) reflect.Value {
			f := s.Field(i)
			return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem()
		}
		field(to).Set(c.value(field(from)))
	}
}

// isForeign says whether a type is no part of a model, but for instance a generator of package torch or a lock of the standard
// library, which copies share.
func isForeign(t reflect.Type) bool {
	path, ours := t.PkgPath(), reflect.TypeFor[torch.Tensor]().PkgPath()
	switch {
	case t == reflect.TypeFor[torch.Tensor]() || path == "" || path == "main":
		return false
	case path == ours || strings.HasPrefix(path, strings.TrimSuffix(ours, "torch")+"internal/"):
		return true
	}
	return !slices.ContainsFunc(programModules(), func(module string) bool { return strings.HasPrefix(path, module) })
}

// programModules are the paths of the Go modules that the program consists of, beside the standard library.
var programModules = sync.OnceValue(func() []string {
	info, known := debug.ReadBuildInfo()
	if !known {
		return []string{""}
	}
	paths := []string{info.Main.Path}
	for _, d := range info.Deps {
		paths = append(paths, d.Path)
	}
	return paths
})
