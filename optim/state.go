package optim

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"multitorch/nn"
	"multitorch/torch"
)

// State is an optimizer's state in the form that [torch.SaveSafetensors] takes:
//
//	s := opt.StateDict()
//	err := torch.SaveSafetensors("optimizer.safetensors", s.Tensors, s.Metadata)
//
// Metadata has the optimizer's kind ("optimizer": "Adam") and, as JSON under
// "param_groups", the groups' settings with the numbers of their parameters.
// Tensors has, for parameter 0 of all groups, "state.0.step", "state.0.exp_avg"
// and so on: PyTorch's names. Parameters that had no gradient yet have none.
type State struct {
	Tensors  []torch.NamedTensor
	Metadata map[string]string
}

// StateDict implements [Optimizer]. The averages are the optimizer's own tensors,
// not copies, and change with the next Step.
func (o *Base) StateDict() State {
	var tensors []torch.NamedTensor
	number := 0
	for _, g := range o.groups {
		for _, p := range g.Params {
			tensors = append(tensors, o.named(o.states[p], number)...)
			number++
		}
	}
	return State{Tensors: tensors, Metadata: map[string]string{"optimizer": o.kind, "param_groups": o.encodeGroups()}}
}

func (o *Base) named(s *state, number int) []torch.NamedTensor {
	if s == nil {
		return nil
	}
	var ts []torch.NamedTensor
	for i, slot := range o.slots {
		switch t := s.tensors[i]; {
		case slot.Count:
			ts = append(ts, torch.NamedTensor{Name: key(number, slot.Name), Tensor: torch.New(s.counts[i])})
		case t != nil:
			ts = append(ts, torch.NamedTensor{Name: key(number, slot.Name), Tensor: t})
		}
	}
	return ts
}

func key(number int, slot string) string { return fmt.Sprintf("state.%d.%s", number, slot) }

// LoadStateDict implements [Optimizer]. It copies the tensors, converted to their
// parameter's dtype and device, and takes over the groups' settings.
func (o *Base) LoadStateDict(saved State) error {
	return torch.Try(func() error {
		groups, err := o.decodeGroups(saved)
		if err != nil {
			return fmt.Errorf("the state does not fit the optimizer: %w", err)
		}
		given, err := o.sort(saved.Tensors, groups)
		if err != nil {
			return fmt.Errorf("the state does not fit the optimizer: %w", err)
		}
		states := make(map[*nn.Parameter]*state, len(given))
		torch.NoGrad(func() {
			for p, s := range given {
				states[p] = s.copyFor(p)
			}
		})
		for i, g := range groups {
			g.Params = o.groups[i].Params
			*o.groups[i] = g.Group
		}
		o.states = states
		return nil
	})
}

// sort puts the tensors into the states of their parameters. Its error lists
// everything that is wrong with them.
func (o *Base) sort(tensors []torch.NamedTensor, groups []savedGroup) (map[*nn.Parameter]*state, error) {
	var params []*nn.Parameter
	for _, g := range groups {
		params = append(params, g.Params...)
	}
	states := map[*nn.Parameter]*state{}
	seen := map[string]bool{}
	var wrong []string
	for _, t := range tensors {
		number, name, ok := parseKey(t.Name)
		slot := slices.IndexFunc(o.slots, func(s Slot) bool { return s.Name == name })
		if !ok || number >= len(params) || slot < 0 {
			wrong = append(wrong, "unexpected key "+t.Name)
			continue
		}
		if seen[t.Name] {
			wrong = append(wrong, t.Name+" comes twice")
			continue
		}
		seen[t.Name] = true
		p := params[number]
		if states[p] == nil {
			states[p] = o.newState()
		}
		if err := o.put(states[p], slot, t.Tensor, p); err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: %v", t.Name, err))
		}
	}
	for _, g := range groups {
		for i, p := range g.Params {
			for _, slot := range o.slots {
				needed := states[p] != nil && (slot.Needed == nil || slot.Needed(g.Settings))
				if k := key(g.Numbers[i], slot.Name); needed && !seen[k] {
					wrong = append(wrong, "missing key "+k)
				}
			}
		}
	}
	if len(wrong) > 0 {
		return nil, errors.New(strings.Join(wrong, "; "))
	}
	return states, nil
}

func parseKey(name string) (number int, slot string, ok bool) {
	rest, ok := strings.CutPrefix(name, "state.")
	digits, slot, dot := strings.Cut(rest, ".")
	number, err := strconv.Atoi(digits)
	return number, slot, ok && dot && err == nil && name == key(number, slot) && number >= 0
}

// put notes a tensor in its slot, or reads the number of steps.
func (o *Base) put(s *state, slot int, t *torch.Tensor, p *nn.Parameter) error {
	if t == nil {
		return errors.New("the tensor is nil")
	}
	if o.slots[slot].Count {
		if t.Numel() != 1 {
			return fmt.Errorf("expected one number, but got %v", t.Shape())
		}
		n := t.Item()
		if !(n >= 0) || n != math.Trunc(n) || float64(float32(n)) != n {
			return fmt.Errorf("expected a count of steps, but got %v", n)
		}
		s.counts[slot] = float32(n)
		return nil
	}
	want := p.Shape()
	if shape := o.slots[slot].Shape; shape != nil {
		want = shape(p.Tensor)
	}
	if got := t.Shape(); !slices.Equal(want, got) {
		return fmt.Errorf("expected %v, but got %v", want, got)
	}
	if want, got := p.DType(), t.DType(); want.IsComplex() != got.IsComplex() {
		return fmt.Errorf("expected %v, but got %v", want, got)
	}
	s.tensors[slot] = t
	return nil
}

// copyFor copies a state onto its parameter's device, in its dtype and, where it has its shape, layout.
func (s *state) copyFor(p *nn.Parameter) *state {
	c := &state{counts: slices.Clone(s.counts), tensors: make([]*torch.Tensor, len(s.tensors))}
	for i, t := range s.tensors {
		switch {
		case t == nil:
		case slices.Equal(t.Shape(), p.Shape()):
			c.tensors[i] = torch.EmptyLike(p.Tensor).Keep().CopyInplace(t)
		default:
			c.tensors[i] = torch.Empty(t.Shape(), p.DType(), p.Device()).Keep().CopyInplace(t)
		}
	}
	return c
}
