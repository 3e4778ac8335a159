package nn

import (
	"fmt"
	"slices"
	"strings"

	"multitorch/torch"
)

// StateDict is the model's parameters and buffers under PyTorch's names and in
// PyTorch's order. The tensors are the model's own, not copies.
func StateDict(m Module) []torch.NamedTensor {
	var state []torch.NamedTensor
	walk(m, func(n *node) {
		for _, p := range n.parameters {
			state = append(state, torch.NamedTensor{Name: n.key(p), Tensor: p.Value.(*Parameter).Tensor})
		}
		for _, b := range n.buffers {
			state = append(state, torch.NamedTensor{Name: n.key(b), Tensor: b.Value.(*Buffer).Tensor})
		}
	})
	return state
}

// StateError lists everything in which a state dict does not fit a model.
type StateError struct {
	Missing    []string // keys of the model that the state lacks
	Unexpected []string // keys of the state that the model lacks
	Misshaped  []string // "fc.weight: expected [10, 128], but got [12, 128]"
}

func (e *StateError) Error() string {
	var parts []string
	for _, p := range []struct {
		what string
		keys []string
	}{{"missing keys", e.Missing}, {"unexpected keys", e.Unexpected}, {"shapes that do not match", e.Misshaped}} {
		if len(p.keys) > 0 {
			parts = append(parts, fmt.Sprintf("%s: %s", p.what, strings.Join(p.keys, ", ")))
		}
	}
	return "the state does not fit the model: " + strings.Join(parts, "; ")
}

// LoadStateDict copies a state into the model's own tensors, converting dtype
// and device. It is strict: where keys or shapes do not match it changes nothing
// and returns a [*StateError] that lists them all.
func LoadStateDict(m Module, state []torch.NamedTensor) error {
	given := map[string]*torch.Tensor{}
	for _, s := range state {
		if given[s.Name] != nil {
			return fmt.Errorf("the state has the key %q twice", s.Name)
		}
		given[s.Name] = s.Tensor
	}
	own := StateDict(m)
	var e StateError
	for _, o := range own {
		t := given[o.Name]
		if t == nil {
			e.Missing = append(e.Missing, o.Name)
			continue
		}
		if want, got := o.Tensor.Shape(), t.Shape(); !slices.Equal(want, got) {
			e.Misshaped = append(e.Misshaped, fmt.Sprintf("%s: expected %s, but got %s", o.Name, pyList(want), pyList(got)))
		}
	}
	known := map[string]bool{}
	for _, o := range own {
		known[o.Name] = true
	}
	for _, s := range state {
		if !known[s.Name] {
			e.Unexpected = append(e.Unexpected, s.Name)
		}
	}
	if len(e.Missing)+len(e.Unexpected)+len(e.Misshaped) > 0 {
		return &e
	}
	return torch.Try(func() error {
		torch.NoGrad(func() {
			for _, o := range own {
				o.Tensor.CopyInplace(given[o.Name])
			}
		})
		return nil
	})
}
