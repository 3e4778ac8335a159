package nn

import (
	"strings"
)

// NamedParameter is a parameter and its key in the state dict.
type NamedParameter struct {
	Name string
	*Parameter
}

// NamedParameters lists the model's parameters in PyTorch's order, each once,
// under its first name.
func NamedParameters(m Module) []NamedParameter {
	var ps []NamedParameter
	seen := map[*Parameter]bool{}
	walk(m, func(n *node) {
		for _, p := range n.parameters {
			if v := p.Value.(*Parameter); !seen[v] {
				seen[v] = true
				ps = append(ps, NamedParameter{n.key(p), v})
			}
		}
	})
	return ps
}

// Parameters lists the model's parameters in PyTorch's order, each once: what an
// optimizer takes.
func Parameters(m Module) []*Parameter {
	named := NamedParameters(m)
	ps := make([]*Parameter, len(named))
	for i, p := range named {
		ps[i] = p.Parameter
	}
	return ps
}

// NumParameters counts the elements of all parameters.
func NumParameters(m Module) int {
	n := 0
	for _, p := range Parameters(m) {
		n += p.Numel()
	}
	return n
}

// NamedBuffer is a buffer and its name, which is its key in the state dict if it is persistent.
type NamedBuffer struct {
	Name string
	*Buffer
}

// NamedBuffers lists the model's buffers in PyTorch's order, each once, under its first name.
func NamedBuffers(m Module) []NamedBuffer {
	var bs []NamedBuffer
	seen := map[*Buffer]bool{}
	walk(m, func(n *node) {
		for _, b := range n.buffers {
			if v := b.Value.(*Buffer); !seen[v] {
				seen[v] = true
				bs = append(bs, NamedBuffer{n.key(b), v})
			}
		}
	})
	return bs
}

// Buffers lists the model's buffers in PyTorch's order, each once.
func Buffers(m Module) []*Buffer {
	named := NamedBuffers(m)
	bs := make([]*Buffer, len(named))
	for i, b := range named {
		bs[i] = b.Buffer
	}
	return bs
}

// Modules lists m and every module below it, each before its children and, also
// where it sits in several places, once.
func Modules(m Module) []Module {
	named := NamedModules(m)
	ms := make([]Module, len(named))
	for i, n := range named {
		ms[i] = n.Module
	}
	return ms
}

// Apply calls f for every module of m, as Module.apply: for the children in their
// order, each after its own children, and for m last. The order matters where f
// draws random weights. As in Python, a module that sits in two parents, or in two
// slices, is visited twice.
func Apply(m Module, f func(Module)) {
	if f == nil {
		panic(invalid("Apply", "expected a function, but got nil"))
	}
	walk(m, func(*node) {}) // panics where m contains itself
	apply(m, f)
}

func apply(m Module, f func(Module)) {
	type spot struct {
		list string // "heads" for the child "heads.0"
		*Base
	}
	seen := map[spot]bool{}
	members, _ := members(m)
	for _, c := range members {
		child, ok := c.Value.(Module)
		if !ok {
			continue
		}
		s := spot{c.Name[:max(0, strings.LastIndexByte(c.Name, '.'))], child.mustEmbedNNBase()}
		if !seen[s] {
			seen[s] = true
			apply(child, f)
		}
	}
	f(m)
}

// Train puts m and all below it into training mode.
func Train(m Module) { setEvaluating(m, false) }

// Eval puts m and all below it into evaluation mode: dropout passes everything
// through, batch norm uses its running statistics.
func Eval(m Module) { setEvaluating(m, true) }

func setEvaluating(m Module, on bool) {
	walk(m, func(n *node) {
		if n.module != nil {
			n.module.mustEmbedNNBase().evaluating.Store(on)
		}
	})
}
