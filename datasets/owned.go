package datasets

import (
	"reflect"
	"sync"

	"multitorch/torch"
)

var tensorType = reflect.TypeFor[*torch.Tensor]()

// tensorsIn is the tensors that *value holds in places that its package's users
// can reach: unexported fields are skipped. One that is there twice may be listed
// twice.
func tensorsIn[T any](value *T) []*torch.Tensor {
	var w walk
	w.into(reflect.ValueOf(value).Elem())
	return w.found
}

// without is ts less those in others, or, where there are none, ts itself.
func without(ts, others []*torch.Tensor) []*torch.Tensor {
	if len(ts) == 0 || len(others) == 0 {
		return ts
	}
	left := make(map[*torch.Tensor]struct{}, len(ts))
	for _, t := range ts {
		left[t] = struct{}{}
	}
	for _, t := range others {
		delete(left, t)
	}
	if len(left) == len(ts) {
		return ts
	}
	kept := ts[:0]
	for t := range left {
		kept = append(kept, t)
	}
	return kept
}

// own moves tensors into a scope, up to one that was freed before, which is an
// error. It says how many it looked at.
func own(scope *torch.Scope, ts []*torch.Tensor) (n int, err error) {
	err = torch.Try(func() error {
		for _, t := range ts {
			n++
			scope.Own(t)
		}
		return nil
	})
	return n, err
}

// free frees tensors, of which some may be there twice or be freed already.
func free(ts []*torch.Tensor) {
	scope := torch.OpenScope()
	defer scope.Close()
	for len(ts) > 0 {
		n, _ := own(scope, ts)
		ts = ts[n:]
	}
}

// walk collects tensors.
type walk struct {
	found []*torch.Tensor
	seen  map[reference]bool // what could lead back to itself
}

// reference is a pointer, map or slice that was met.
type reference struct {
	typ reflect.Type
	at  uintptr
	n   int
}

func (w *walk) into(v reflect.Value) {
	fields := fieldsOf(v.Type())
	if fields == nil {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.Type() == tensorType {
			if t := v.Interface().(*torch.Tensor); t != nil {
				w.found = append(w.found, t)
			}
		} else if !v.IsNil() && w.enter(v, 0) {
			w.into(v.Elem())
		}
	case reflect.Struct:
		for _, i := range fields {
			w.into(v.Field(i))
		}
	case reflect.Slice:
		if v.Type().Elem() != tensorType && !w.enter(v, v.Len()) {
			return
		}
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			w.into(v.Index(i))
		}
	case reflect.Map:
		if !w.enter(v, 0) {
			return
		}
		for entries := v.MapRange(); entries.Next(); {
			w.into(entries.Key())
			w.into(entries.Value())
		}
	case reflect.Interface:
		if !v.IsNil() {
			w.into(v.Elem())
		}
	}
}

// enter is false for what was met before.
func (w *walk) enter(v reflect.Value, n int) bool {
	r := reference{v.Type(), v.Pointer(), n}
	if w.seen[r] {
		return false
	}
	if w.seen == nil {
		w.seen = map[reference]bool{}
	}
	w.seen[r] = true
	return true
}

// fieldsOf is nil for a type whose values can't hold a tensor; for a struct it is
// the fields that may, for another type it is empty.
func fieldsOf(t reflect.Type) []int {
	if known, ok := knownFields.Load(t); ok {
		return known.([]int)
	}
	var fields []int
	if mayHold(t, map[reflect.Type]bool{}) {
		fields = []int{}
	}
	if t.Kind() == reflect.Struct && fields != nil {
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() && fieldsOf(f.Type) != nil {
				fields = append(fields, i)
			}
		}
	}
	knownFields.Store(t, fields)
	return fields
}

var knownFields sync.Map // reflect.Type to []int

// mayHold reports whether a value of type t can lead to a tensor.
func mayHold(t reflect.Type, visited map[reflect.Type]bool) bool {
	if t == tensorType {
		return true
	}
	if visited[t] {
		return false
	}
	visited[t] = true
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return mayHold(t.Elem(), visited)
	case reflect.Map:
		return mayHold(t.Key(), visited) || mayHold(t.Elem(), visited)
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() && mayHold(f.Type, visited) {
				return true
			}
		}
	}
	return false
}
