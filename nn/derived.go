package nn

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"multitorch/internal/lend"
	"multitorch/torch"
)

// Derivation says how a parameter of a module is computed, of what, each time the module reads it. Those of PyTorch are
// in package nn/utils and those below it.
type Derivation struct {
	Source  Source
	Members []Member // what takes the parameter's place in the module, behind the module's other members
	Prefix  string   // of the module's class as it is printed
}

// Source computes a parameter. It is a pointer to a struct that holds what it computes it of, and no function that does, so that
// a deep copy of the module gets one of its own.
type Source interface{ Compute() *torch.Tensor }

// derived is a parameter of a module with a derivation, and the tensor that it had before.
type derived struct {
	*Derivation
	name      string
	parameter *Parameter
	before    *torch.Tensor
}

// SetDerivation puts a derivation in the place of a module's own parameter of a name ("weight"). Then the parameter has no tensor:
// [Parameter.Value] computes it, and to use it as one is an error that says so, since what it had is not what a module computes with.
// A derivation of nil takes it away: the parameter has the tensor again that it had, and comes behind the module's others, as in
// PyTorch. Nobody else may use the module meanwhile.
func SetDerivation(m Module, name string, d *Derivation) {
	p, b := ParameterOf(m, name), m.mustEmbedNNBase()
	before := p.Tensor
	b.derived = slices.DeleteFunc(b.derived, func(old derived) bool {
		if old.name == name {
			before = old.before
		}
		return old.name == name
	})
	if p.derivation = d; d == nil {
		p.Tensor, b.last = before, append(slices.DeleteFunc(b.last, func(n string) bool { return n == name }), name)
		return
	}
	var names []string
	for _, m := range d.Members {
		names = append(names, m.Name)
	}
	p.Tensor = lend.Absent(before, fmt.Sprintf("%s of this module is computed of %s: read its Value()", name, strings.Join(names, ", "))).(*torch.Tensor)
	b.derived = append(b.derived, derived{d, name, p, before})
}

// ParameterOf is a module's own parameter of a name, also one that is derived; it panics where there is none.
func ParameterOf(m Module, name string) *Parameter {
	if isNil(reflect.ValueOf(m)) {
		panic(invalid("ParameterOf", "expected a module, but got nil"))
	}
	for _, d := range m.mustEmbedNNBase().derived {
		if d.name == name {
			return d.parameter
		}
	}
	own, _ := members(m)
	for _, c := range own {
		if p, ok := c.Value.(*Parameter); ok && c.Name == name {
			return p
		}
	}
	panic(invalid("ParameterOf", "%s has no parameter %.80q", typeName(m), name))
}

// DerivationOf is the derivation of a module's own parameter, or nil.
func DerivationOf(m Module, name string) *Derivation { return ParameterOf(m, name).derivation }

// Derivations are the names of a module's own parameters that are derived.
func Derivations(m Module) (names []string) {
	for _, d := range m.mustEmbedNNBase().derived {
		names = append(names, d.name)
	}
	return names
}

// inOrder puts parameters behind the others that were derived and are so no more.
func (b *Base) inOrder(members []Member) []Member {
	for _, name := range b.last {
		if i := slices.IndexFunc(members, func(m Member) bool { return m.Name == name }); i >= 0 {
			m := members[i]
			members = append(slices.Delete(slices.Clone(members), i, i+1), m)
		}
	}
	return members
}

// replaceDerived puts what parameters are derived of in their place.
func (b *Base) replaceDerived(members []Member) []Member {
	if len(b.derived) == 0 {
		return members
	}
	members = slices.DeleteFunc(slices.Clone(members), func(m Member) bool {
		p, ok := m.Value.(*Parameter)
		return ok && p.derivation != nil && slices.ContainsFunc(b.derived, func(d derived) bool { return d.parameter == p })
	})
	for _, d := range b.derived {
		members = append(members, d.Members...)
	}
	return members
}
