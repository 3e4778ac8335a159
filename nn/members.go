package nn

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// members lists a module's members, and the fields that may hold some which are none.
func members(m Module) ([]Member, []unseen) {
	v := reflect.ValueOf(m)
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	base := m.mustEmbedNNBase()
	c := collector{owner: v.Type(), base: base}
	if own, ok := m.(Membered); ok {
		c.members = slices.DeleteFunc(own.Members(), func(c Member) bool { return isNil(reflect.ValueOf(c.Value)) })
		c.unlisted(v)
	} else {
		c.fields(v)
	}
	c.members = base.replaceDerived(base.inOrder(c.members))
	return c.members, c.unseen
}

type collector struct {
	owner   reflect.Type // the module's
	base    *Base        // the module's
	field   string       // the one that is looked at
	members []Member
	unseen  []unseen
}

// fields adds what the fields of a struct hold.
func (c *collector) fields(v reflect.Value) {
	for _, f := range fieldsOf(v.Type()) {
		c.field = f.goName
		switch field := v.Field(f.index); {
		case f.embedded:
			c.fields(field)
		case f.pointer && c.isOwner(field):
			c.fields(field.Elem())
		case f.hidden:
			c.hide(field, notExported)
		default:
			c.add(f.name, field)
		}
	}
}

// unlisted notes the fields of a module that lists its members itself.
func (c *collector) unlisted(v reflect.Value) {
	for _, f := range fieldsOf(v.Type()) {
		if c.field = f.goName; f.embedded {
			c.unlisted(v.Field(f.index))
		} else if f.pointer && c.isOwner(v.Field(f.index)) {
			c.unlisted(v.Field(f.index).Elem())
		} else {
			c.hide(v.Field(f.index), notListed)
		}
	}
}

// isOwner reports whether an embedded pointer's module is the owner itself, which has its Base of it.
func (c *collector) isOwner(v reflect.Value) bool {
	m, ok := v.Interface().(Module)
	return ok && !v.IsNil() && m.mustEmbedNNBase() == c.base
}

func (c *collector) hide(v reflect.Value, why string) {
	if !isNil(v) {
		c.unseen = append(c.unseen, unseen{c.owner, c.field, v, why})
	}
}

// add adds what v holds: a parameter, a buffer, a module, or slices
// and maps of such, which are numbered and named as PyTorch's ModuleList and
// ModuleDict are.
func (c *collector) add(name string, v reflect.Value) {
	if isNil(v) {
		return
	}
	switch x := v.Interface().(type) {
	case *Parameter, *Buffer, Module:
		c.members = append(c.members, Member{name, x})
		return
	}
	switch v.Kind() {
	case reflect.Interface:
		c.add(name, v.Elem())
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			c.add(join(name, strconv.Itoa(i)), v.Index(i))
		}
	case reflect.Map:
		if v.Type().Key().Kind() != reflect.String {
			c.hide(v, wrongKey)
			return
		}
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, k := range keys {
			c.add(join(name, k.String()), v.MapIndex(k))
		}
	default:
		c.hide(v, noModule)
	}
}

func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map, reflect.Func, reflect.Chan:
		return v.IsNil()
	}
	return false
}

// field is a struct's field that may hold members.
type field struct {
	index    int
	goName   string
	name     string // in PyTorch
	embedded bool   // a struct by value, whose fields count as the outer's own
	pointer  bool   // embedded as a pointer to a struct
	hidden   bool   // not exported
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
		if f.Type == baseType || tag == "-" || f.Name == "_" {
			continue
		}
		name := tag
		if name == "" {
			name = snakeCase(f.Name)
		}
		g := field{index: i, goName: f.Name, name: name}
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			g.embedded = true
		} else if f.Anonymous && f.IsExported() && f.Type.Kind() == reflect.Pointer {
			g.pointer = true
		} else if !holds(f.Type, nil) && elementOf(f.Type).Kind() != reflect.Interface {
			continue
		}
		g.hidden = !g.embedded && !f.IsExported()
		if g.hidden && f.Type.Kind() != reflect.Interface && !holds(f.Type, nil) {
			continue
		}
		for _, other := range fs {
			if other.name == name && !g.embedded && !other.embedded {
				panic(invalid(t.Name(), "its fields %s and %s are both named %q: give one another name by a tag", other.goName, g.goName, name))
			}
		}
		fs = append(fs, g)
	}
	fieldCache.Store(t, fs)
	return fs
}

// elementOf is what slices, arrays and maps of a type, to any depth, hold in the end.
func elementOf(t reflect.Type) reflect.Type {
	switch t.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map:
		return elementOf(t.Elem())
	}
	return t
}
