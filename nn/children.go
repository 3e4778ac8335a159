package nn

// NamedModule is a module and its path in the model.
type NamedModule struct {
	Name string
	Module
}

// NamedModules lists m, whose name is "", and every module below it, each before its children and,
// also where it sits in several places, once, under its first name. A slice or a map of modules is
// none: [ModuleList] and [ModuleDict] are.
func NamedModules(m Module) []NamedModule {
	var ms []NamedModule
	seen := map[*Base]bool{}
	walk(m, func(n *node) {
		if n.module == nil {
			return
		}
		if b := n.module.mustEmbedNNBase(); !seen[b] {
			seen[b] = true
			ms = append(ms, NamedModule{n.path, n.module})
		}
	})
	return ms
}

// NamedChildren lists the modules right below m, each once, under its first name. What is in a slice
// or a map counts as right below, as "layers.0".
func NamedChildren(m Module) []NamedModule {
	var ms []NamedModule
	seen := map[*Base]bool{}
	walk(m, func(n *node) {
		for _, c := range n.children {
			child := c.Value.(Module)
			if b := child.mustEmbedNNBase(); n.path == "" && n.module == m && !seen[b] {
				seen[b] = true
				ms = append(ms, NamedModule{c.Name, child})
			}
		}
	})
	return ms
}

// Children lists the modules right below m: see [NamedChildren].
func Children(m Module) []Module {
	named := NamedChildren(m)
	ms := make([]Module, len(named))
	for i, c := range named {
		ms[i] = c.Module
	}
	return ms
}

// SetRequiresGrad says for all parameters of m whether they are trained, as Module.requires_grad_:
// SetRequiresGrad(m, false) freezes it. Batch norms are frozen with [Eval] only, since their
// averages are no parameters.
func SetRequiresGrad(m Module, on bool) {
	for _, p := range Parameters(m) {
		p.SetRequiresGrad(on)
	}
}
