package nn

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"sync"

	"multitorch/torch"
)

// Member is one parameter, buffer or child of a module, with its name. Value is
// a *Parameter, a *Buffer or a Module; nil ones are left out.
type Member struct {
	Name  string
	Value any
}

// Membered is for modules whose parameters are not fields of their own, because
// their number depends on the arguments. Its members are used instead.
type Membered interface {
	Module
	Members() []Member
}

// node is a module in a walk, with its members sorted as PyTorch visits them.
type node struct {
	module     Module
	path       string // "encoder.fc1"; "" for the root
	parameters []Member
	buffers    []Member
	children   []Member
}

// key is a member's name in the state dict.
func (n *node) key(m Member) string { return join(n.path, m.Name) }

// join puts a dot between two names that are not empty.
func join(path, name string) string {
	if path == "" || name == "" {
		return path + name
	}
	return path + "." + name
}

// walk visits m and all below it, each before its children, and notes every
// module's place. A module that sits in two places is visited twice.
func walk(m Module, visit func(n *node)) { walkFrom(m, "", "", nil, visit) }

func walkFrom(m Module, path, name string, above []*Base, visit func(n *node)) {
	self := m.mustEmbedNNBase()
	if slices.Contains(above, self) {
		panic(&torch.Error{Op: "nn", Kind: torch.ValueError, Message: fmt.Sprintf("the module %q contains itself", path)})
	}
	if len(above) > 0 {
		self.settle(above[len(above)-1], name)
	}
	above = append(above, self)
	n := &node{module: m, path: path}
	for _, member := range members(m) {
		switch member.Value.(type) {
		case *Parameter:
			n.parameters = append(n.parameters, member)
		case *Buffer:
			n.buffers = append(n.buffers, member)
		case Module:
			n.children = append(n.children, member)
		}
	}
	visit(n)
	for _, c := range n.children {
		walkFrom(c.Value.(Module), n.key(c), c.Name, above, visit)
	}
}

func members(m Module) []Member {
	if own, ok := m.(Membered); ok {
		return slices.DeleteFunc(own.Members(), func(c Member) bool { return isNil(reflect.ValueOf(c.Value)) })
	}
	v := reflect.ValueOf(m)
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	return structMembers(nil, v)
}

var baseType = reflect.TypeFor[Base]()

func structMembers(ms []Member, v reflect.Value) []Member {
	for _, f := range fieldsOf(v.Type()) {
		field := v.Field(f.index)
		if f.embedded {
			ms = structMembers(ms, field)
			continue
		}
		ms = appendMembers(ms, f.name, field)
	}
	return ms
}

// appendMembers adds what v holds: a parameter, a buffer, a module, or slices
// and maps of such, which are numbered and named as PyTorch's ModuleList and
// ModuleDict are.
func appendMembers(ms []Member, name string, v reflect.Value) []Member {
	if isNil(v) {
		return ms
	}
	switch x := v.Interface().(type) {
	case *Parameter, *Buffer, Module:
		return append(ms, Member{name, x})
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			ms = appendMembers(ms, join(name, strconv.Itoa(i)), v.Index(i))
		}
	case reflect.Map:
		keys := v.MapKeys()
		if v.Type().Key().Kind() != reflect.String {
			return ms
		}
		slices.SortFunc(keys, func(a, b reflect.Value) int { return compareStrings(a.String(), b.String()) })
		for _, k := range keys {
			ms = appendMembers(ms, join(name, k.String()), v.MapIndex(k))
		}
	}
	return ms
}

func compareStrings(a, b string) int {
	if a < b {
		return -1
	}
	if a > b {
		return 1
	}
	return 0
}

func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map, reflect.Func:
		return v.IsNil()
	}
	return false
}

// field is a struct's field that may hold members.
type field struct {
	index    int
	name     string
	embedded bool // a struct by value, whose fields count as the outer's own
}

var fieldCache sync.Map // reflect.Type -> []field

func fieldsOf(t reflect.Type) []field {
	if fs, ok := fieldCache.Load(t); ok {
		return fs.([]field)
	}
	var fs []field
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("nn")
		if f.Type == baseType || tag == "-" {
			continue
		}
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			fs = append(fs, field{index: i, embedded: true})
			continue
		}
		if !f.IsExported() || !mayHold(f.Type, 0) {
			continue
		}
		name := tag
		if name == "" {
			name = snakeCase(f.Name)
		}
		fs = append(fs, field{index: i, name: name})
	}
	fieldCache.Store(t, fs)
	return fs
}

var (
	moduleType    = reflect.TypeFor[Module]()
	parameterType = reflect.TypeFor[*Parameter]()
	bufferType    = reflect.TypeFor[*Buffer]()
)

func mayHold(t reflect.Type, depth int) bool {
	if t == parameterType || t == bufferType || t.Implements(moduleType) || t.Kind() == reflect.Interface {
		return true
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map:
		return depth < 3 && mayHold(t.Elem(), depth+1)
	}
	return false
}

func typeName(m Module) string {
	t := reflect.TypeOf(m)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}
