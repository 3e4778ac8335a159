package nn

import "multitorch/torch"

// StateDict is the model's parameters and persistent buffers under PyTorch's names and
// in PyTorch's order. The tensors are the model's own, not copies.
func StateDict(m Module) []torch.NamedTensor {
	var state []torch.NamedTensor
	walk(m, func(n *node) {
		for _, p := range n.parameters {
			state = append(state, torch.NamedTensor{Name: n.key(p), Tensor: p.Value.(*Parameter).Tensor})
		}
		for _, b := range n.buffers {
			if b.Value.(*Buffer).Persistent() {
				state = append(state, torch.NamedTensor{Name: n.key(b), Tensor: b.Value.(*Buffer).Tensor})
			}
		}
	})
	return state
}

// StateUpgrader is a module that can read states from before it got its present members: its
// method is called before the module is loaded, and may add to the state, or rename in it, what
// begins with the prefix ("encoder.norm.", "" for the root). The tensors are not its own.
type StateUpgrader interface {
	Module
	UpgradeState(prefix string, state map[string]*torch.Tensor)
}
