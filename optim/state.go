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
func (o *optimizer) StateDict() State {
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

func (o *optimizer) named(s *state, number int) []torch.NamedTensor {
	if s == nil {
		return nil
	}
	var ts []torch.NamedTensor
	if o.steps {
		ts = append(ts, torch.NamedTensor{Name: key(number, "step"), Tensor: torch.New(s.step)})
	}
	for i, slot := range o.slots {
		if t := s.tensors[i]; t != nil {
			ts = append(ts, torch.NamedTensor{Name: key(number, slot), Tensor: t})
		}
	}
	return ts
}

func key(number int, slot string) string { return fmt.Sprintf("state.%d.%s", number, slot) }

// LoadStateDict implements [Optimizer]. It copies the tensors, converted to their
// parameter's dtype and device, and takes over the groups' settings.
func (o *optimizer) LoadStateDict(saved State) error {
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
			*o.groups[i] = g.Group
		}
		o.states = states
		return nil
	})
}

// sort puts the tensors into the states of their parameters. Its error lists
// everything that is wrong with them.
func (o *optimizer) sort(tensors []torch.NamedTensor, groups []savedGroup) (map[*nn.Parameter]*state, error) {
	var params []*nn.Parameter
	for _, g := range groups {
		params = append(params, g.Params...)
	}
	states := map[*nn.Parameter]*state{}
	seen := map[string]bool{}
	var wrong []string
	for _, t := range tensors {
		number, slot, ok := parseKey(t.Name)
		if !ok || number >= len(params) || !slices.Contains(o.keys(), slot) {
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
			states[p] = new(state)
		}
		if err := o.put(states[p], slot, t.Tensor, p); err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: %v", t.Name, err))
		}
	}
	for _, g := range groups {
		for i, p := range g.Params {
			for _, slot := range o.keys() {
				needed := states[p] != nil && (slot != "max_exp_avg_sq" || g.AMSGrad)
				if k := key(g.Numbers[i], slot); needed && !seen[k] {
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

// keys are the names that a parameter's entries can have.
func (o *optimizer) keys() []string {
	if o.steps {
		return append([]string{"step"}, o.slots...)
	}
	return o.slots
}

func parseKey(name string) (number int, slot string, ok bool) {
	rest, ok := strings.CutPrefix(name, "state.")
	digits, slot, dot := strings.Cut(rest, ".")
	number, err := strconv.Atoi(digits)
	return number, slot, ok && dot && err == nil && name == key(number, slot) && number >= 0
}

// put notes a tensor in its slot, or reads the number of steps.
func (o *optimizer) put(s *state, slot string, t *torch.Tensor, p *nn.Parameter) error {
	if t == nil {
		return errors.New("the tensor is nil")
	}
	if slot == "step" {
		if t.Numel() != 1 {
			return fmt.Errorf("expected one number, but got %v", t.Shape())
		}
		n := t.Item()
		if !(n >= 0) || n != math.Trunc(n) || float64(float32(n)) != n {
			return fmt.Errorf("expected a count of steps, but got %v", n)
		}
		s.step = float32(n)
		return nil
	}
	if want, got := p.Shape(), t.Shape(); !slices.Equal(want, got) {
		return fmt.Errorf("expected %v, but got %v", want, got)
	}
	if want, got := p.DType(), t.DType(); want.IsComplex() != got.IsComplex() {
		return fmt.Errorf("expected %v, but got %v", want, got)
	}
	s.tensors[slices.Index(o.slots, slot)] = t
	return nil
}

// copyFor copies a state onto its parameter's device, in its dtype and layout.
func (s *state) copyFor(p *nn.Parameter) *state {
	c := &state{step: s.step}
	for i, t := range s.tensors {
		if t != nil {
			c.tensors[i] = torch.EmptyLike(p.Tensor).Keep().CopyInplace(t)
		}
	}
	return c
}
