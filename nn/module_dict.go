package nn

import (
	"iter"
	"slices"
)

// ModuleDict holds modules by name in the order in which they were set, as torch.nn.ModuleDict.
// (A map[string] in a field does too, in the order of its keys, and a slice is a ModuleList.)
//
//	heads := nn.NewModuleDict[*nn.Linear]().
//		With("zoom", nn.NewLinear(8, 2)).
//		With("angle", nn.NewLinear(8, 1))
//	y := heads.Get("zoom").Forward(x)
type ModuleDict[M Module] struct {
	Base
	keys    []string
	modules map[string]M
}

// NewModuleDict makes an empty one.
func NewModuleDict[M Module]() *ModuleDict[M] { return &ModuleDict[M]{modules: map[string]M{}} }

// Set adds a module, or puts it in the place of the one of that name.
func (d *ModuleDict[M]) Set(key string, m M) {
	properName("ModuleDict", key)
	notNil("ModuleDict", m)
	if d.modules == nil {
		d.modules = map[string]M{}
	}
	if _, there := d.modules[key]; !there {
		d.keys = append(d.keys, key)
	}
	d.modules[key] = m
}

// With is Set, and returns the dict.
func (d *ModuleDict[M]) With(key string, m M) *ModuleDict[M] {
	d.Set(key, m)
	return d
}

// Get is the module of a name, and an error that lists the names where there is none.
func (d *ModuleDict[M]) Get(key string) M {
	m, ok := d.modules[key]
	if !ok {
		panic(invalid("ModuleDict", "no module %.80q; there are %s", key, listed(d.keys)))
	}
	return m
}

// Has reports whether there is a module of a name.
func (d *ModuleDict[M]) Has(key string) bool { return slices.Contains(d.keys, key) }

// Delete takes a module out, if it is there.
func (d *ModuleDict[M]) Delete(key string) {
	delete(d.modules, key)
	d.keys = slices.DeleteFunc(d.keys, func(k string) bool { return k == key })
}

// Pop takes a module out, and returns it.
func (d *ModuleDict[M]) Pop(key string) M {
	m := d.Get(key)
	d.Delete(key)
	return m
}

// Clear takes all modules out.
func (d *ModuleDict[M]) Clear() { d.keys, d.modules = nil, nil }

// Update sets the modules of another dict, in its order.
func (d *ModuleDict[M]) Update(other *ModuleDict[M]) {
	for k, m := range other.All() {
		d.Set(k, m)
	}
}

// Keys are the names, in their order.
func (d *ModuleDict[M]) Keys() []string { return slices.Clone(d.keys) }

// Len is the number of modules.
func (d *ModuleDict[M]) Len() int { return len(d.keys) }

// All goes through names and modules, in their order.
func (d *ModuleDict[M]) All() iter.Seq2[string, M] {
	return func(yield func(string, M) bool) {
		for _, k := range slices.Clone(d.keys) {
			if !yield(k, d.modules[k]) {
				return
			}
		}
	}
}

// Members lists the modules, in their order.
func (d *ModuleDict[M]) Members() []Member {
	ms := make([]Member, len(d.keys))
	for i, k := range d.keys {
		ms[i] = Member{k, d.modules[k]}
	}
	return ms
}
