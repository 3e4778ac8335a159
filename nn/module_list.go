package nn

import (
	"iter"
	"slices"
	"strconv"
)

// ModuleList holds modules by their numbers, as torch.nn.ModuleList. (A slice in a field does too; a
// list has the methods of Python's, and can be a module's only content or one of another list.)
//
//	blocks := nn.NewModuleList(nn.NewLinear(4, 4), nn.NewLinear(4, 2))
//	for _, block := range blocks.All() { … }
type ModuleList[M Module] struct {
	Base
	modules []M
}

// NewModuleList makes a list of modules.
func NewModuleList[M Module](modules ...M) *ModuleList[M] {
	l := &ModuleList[M]{}
	return l.Extend(modules...)
}

// Append adds a module at the end, and returns the list.
func (l *ModuleList[M]) Append(m M) *ModuleList[M] { return l.Extend(m) }

// Extend adds modules at the end, and returns the list.
func (l *ModuleList[M]) Extend(modules ...M) *ModuleList[M] {
	for _, m := range modules {
		notNil("ModuleList", m)
	}
	l.modules = append(l.modules, modules...)
	return l
}

// Insert puts a module before the one of an index, which may be the length.
func (l *ModuleList[M]) Insert(index int, m M) {
	notNil("ModuleList", m)
	l.modules = slices.Insert(l.modules, gapIn("ModuleList", index, len(l.modules)), m)
}

// Get is the module of an index; negative ones count from the end.
func (l *ModuleList[M]) Get(index int) M {
	return l.modules[indexIn("ModuleList", index, len(l.modules))]
}

// Set puts a module into the place of another.
func (l *ModuleList[M]) Set(index int, m M) {
	notNil("ModuleList", m)
	l.modules[indexIn("ModuleList", index, len(l.modules))] = m
}

// Pop takes a module out, and returns it.
func (l *ModuleList[M]) Pop(index int) M {
	i := indexIn("ModuleList", index, len(l.modules))
	m := l.modules[i]
	l.modules = slices.Delete(l.modules, i, i+1)
	return m
}

// Len is the number of modules.
func (l *ModuleList[M]) Len() int { return len(l.modules) }

// All goes through the modules with their indices.
func (l *ModuleList[M]) All() iter.Seq2[int, M] { return slices.All(slices.Clone(l.modules)) }

// Members lists the modules by their numbers.
func (l *ModuleList[M]) Members() []Member {
	ms := make([]Member, len(l.modules))
	for i, m := range l.modules {
		ms[i] = Member{strconv.Itoa(i), m}
	}
	return ms
}
