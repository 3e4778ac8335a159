package nn

import (
	"reflect"
	"slices"
	"strings"
	"unsafe"

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
	module     Module // nil for a parameter in a slice or map
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
func walk(m Module, visit func(n *node)) {
	w := walker{visit: visit, met: map[unsafe.Pointer]bool{}}
	w.from(m, "", "", nil)
	for _, u := range w.unseen {
		u.check(w.met)
	}
}

type walker struct {
	visit  func(n *node)
	met    map[unsafe.Pointer]bool // the members so far
	unseen []unseen
}

func (w *walker) from(m Module, path, name string, above []*Base) {
	if isNil(reflect.ValueOf(m)) || m.mustEmbedNNBase() == nil {
		panic(invalid("nn", "expected a module that embeds nn.Base, but got nil or a nil nn.Base (%T)", m))
	}
	self := m.mustEmbedNNBase()
	if slices.Contains(above, self) {
		panic(invalid("nn", "the module %q contains itself", path))
	}
	if len(above) > 0 {
		self.settle(above[len(above)-1], name)
	}
	above = append(above, self)
	members, unseen := members(m)
	w.unseen = append(w.unseen, unseen...)
	w.meet(m)
	n := &node{module: m, path: path}
	var below []Member // in PyTorch's order: a slice of parameters is a child too, a ParameterList
	for _, member := range members {
		w.meet(member.Value)
		switch member.Value.(type) {
		case *Parameter:
			if strings.Contains(member.Name, ".") {
				below = append(below, member)
			} else {
				n.parameters = append(n.parameters, member)
			}
		case *Buffer:
			n.buffers = append(n.buffers, member)
		case Module:
			n.children = append(n.children, member)
			below = append(below, member)
		}
	}
	w.visit(n)
	for _, c := range below {
		if child, ok := c.Value.(Module); ok {
			w.from(child, n.key(c), c.Name, above)
		} else {
			w.visit(&node{path: path, parameters: []Member{c}})
		}
	}
}

func (w *walker) meet(member any) {
	if v := reflect.ValueOf(member); v.Kind() == reflect.Pointer {
		w.met[v.UnsafePointer()] = true
	}
}

var (
	baseType      = reflect.TypeFor[Base]()
	moduleType    = reflect.TypeFor[Module]()
	parameterType = reflect.TypeFor[*Parameter]()
	bufferType    = reflect.TypeFor[*Buffer]()
	tensorType    = reflect.TypeFor[torch.Tensor]()
)

func typeName(m Module) string {
	if named, ok := m.(interface{ PythonName() string }); ok {
		return named.PythonName()
	}
	for _, d := range m.mustEmbedNNBase().derived {
		if d.Prefix != "" {
			return d.Prefix + goTypeName(m)
		}
	}
	return goTypeName(m)
}

func goTypeName(m Module) string {
	t := reflect.TypeOf(m)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name, _, _ := strings.Cut(t.Name(), "[") // without type arguments
	return name
}
