package nn

import (
	"fmt"
	"reflect"
	"slices"
	"unsafe"

	"multitorch/torch"
)

// What a walk can't see: a module or parameter in a field that is not exported, in a map whose
// keys are not strings, in a struct that is no module, or there by value. It would be left
// out without a word: not trained, not saved, not moved. So a walk looks for such, and it is
// an error, unless the walk has met the same one elsewhere (a field may well keep a pointer to
// a layer that is also in a list) or the field says `nn:"-"`.

// unseen is a field's value that is no member.
type unseen struct {
	owner reflect.Type // the module's
	field string
	value reflect.Value
	why   string
}

const (
	notExported = "the field is not exported: export it"
	wrongKey    = "the map's keys are not strings: use map[string], a slice or nn.ModuleDict"
	byValue     = "it is there by value: use a pointer"
	inChannel   = "a walk can't look into a channel: keep it in a field or slice too"
	noModule    = "that is no module: embed nn.Base in it"
	notListed   = "the module's Members leave it out: list it there"
)

// check panics if the field holds a module or parameter that the walk has not met.
func (u unseen) check(met map[unsafe.Pointer]bool) {
	if holds(u.value.Type(), nil) || u.value.Kind() == reflect.Interface {
		u.look(u.value, u.why, met, map[unsafe.Pointer]bool{})
	}
}

func (u unseen) look(v reflect.Value, why string, met map[unsafe.Pointer]bool, been map[unsafe.Pointer]bool) {
	if isNil(v) {
		return
	}
	t := v.Type()
	if isMember(t) && t.Kind() == reflect.Pointer {
		if !met[v.UnsafePointer()] {
			panic(u.error(t, why))
		}
		return
	}
	if isMember(reflect.PointerTo(t)) {
		panic(u.error(t, byValue))
	}
	switch t.Kind() {
	case reflect.Interface:
		if inner := v.Elem(); holds(inner.Type(), nil) {
			u.look(inner, why, met, been)
		}
	case reflect.Pointer:
		if p := v.UnsafePointer(); !been[p] {
			been[p] = true
			u.look(v.Elem(), why, met, been)
		}
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Type != baseType && f.Tag.Get("nn") != "-" && holds(f.Type, nil) {
				u.look(v.Field(i), noModule, met, been)
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			u.look(v.Index(i), why, met, been)
		}
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			u.look(entries.Value(), why, met, been)
		}
	case reflect.Chan:
		panic(u.error(t.Elem(), inChannel))
	}
}

func (u unseen) error(t reflect.Type, why string) *torch.Error {
	return &torch.Error{Op: "nn", Kind: torch.TypeError, Message: fmt.Sprintf(
		"%v.%s (%v) holds a %v that is not seen as part of the module, because %s, or tag the field `nn:\"-\"` to leave it out",
		u.owner, u.field, u.value.Type(), t, why)}
}

// isMember reports whether values of the type are parameters, buffers or modules.
func isMember(t reflect.Type) bool {
	return t == parameterType || t == bufferType || t.Implements(moduleType)
}

// holds reports whether a value of the type can hold members. Interfaces count if they are
// modules'; what else they hold is known only once they hold it.
func holds(t reflect.Type, above []reflect.Type) bool {
	if isMember(t) || isMember(reflect.PointerTo(t)) {
		return true
	}
	if slices.Contains(above, t) {
		return false
	}
	above = append(above, t)
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map, reflect.Chan:
		return holds(t.Elem(), above)
	case reflect.Struct:
		if t == tensorType {
			return false
		}
		for i := range t.NumField() {
			if f := t.Field(i); f.Type != baseType && f.Tag.Get("nn") != "-" && holds(f.Type, above) {
				return true
			}
		}
	}
	return false
}
