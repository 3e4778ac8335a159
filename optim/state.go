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
// Files of Python have it in another form: see [State.Python] and [FromPython].
//
// Metadata has the optimizer's kind ("optimizer": "Adam") and, as JSON under
// "param_groups", the groups' settings with the numbers of their parameters.
// Tensors has, for parameter 0 of all groups, "state.0.step", "state.0.exp_avg"
// and so on: PyTorch's names. Parameters that had no gradient yet have none. What
// is a number in Python is metadata: "state.0.n_iter": "3".
type State struct {
	Tensors  []torch.NamedTensor
	Metadata map[string]string
}

// StateDict implements [Optimizer]. The averages are the optimizer's own tensors,
// not copies, and change with the next Step.
func (o *Base) StateDict() State {
	s := State{Metadata: map[string]string{"optimizer": o.kind, "param_groups": o.encodeGroups()}}
	number := 0
	for _, g := range o.groups {
		for _, p := range g.Params {
			o.save(&s, o.states[p], number)
			number++
		}
	}
	return s
}

// save adds a parameter's state.
func (o *Base) save(to *State, s *state, number int) {
	if s == nil {
		return
	}
	for i, slot := range o.slots {
		name := key(number, slot.Name)
		switch t := s.tensors[i]; {
		case slot.Value:
			to.saveValue(name, s.values[i])
		case slot.Count || slot.Number != nil:
			to.Tensors = append(to.Tensors, torch.NamedTensor{Name: name, Tensor: torch.New(s.numbers[i]).Keep()})
		case t != nil:
			to.Tensors = append(to.Tensors, torch.NamedTensor{Name: name, Tensor: t})
		}
	}
}

func key(number int, slot string) string { return fmt.Sprintf("state.%d.%s", number, slot) }

// LoadStateDict implements [Optimizer]. It copies the tensors, converted to their
// parameter's dtype and device, and takes over the groups' settings.
func (o *Base) LoadStateDict(saved State) error {
	return o.load(saved, func(*nn.Parameter, *state, Settings) error { return nil })
}

// load loads a state of whose parts fits finds nothing wrong.
func (o *Base) load(saved State, fits func(p *nn.Parameter, s *state, settings Settings) error) error {
	return torch.Try(func() error {
		groups, err := o.decodeGroups(saved)
		if err != nil {
			return fmt.Errorf("the state does not fit the optimizer: %w", err)
		}
		given, err := o.sort(saved, groups)
		for _, g := range groups {
			for _, p := range g.Params {
				if s := given[p]; s != nil && err == nil {
					err = fits(p, s, g.Settings)
				}
			}
		}
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

// sort puts the tensors and values into the states of their parameters. Its error
// lists everything that is wrong with them.
func (o *Base) sort(saved State, groups []savedGroup) (map[*nn.Parameter]*state, error) {
	var params []*nn.Parameter
	for _, g := range groups {
		params = append(params, g.Params...)
	}
	states := map[*nn.Parameter]*state{}
	seen := map[string]bool{}
	var wrong []string
	put := func(name string, v any) {
		number, slot, index, ok := o.parseKey(name)
		switch {
		case !ok || number >= len(params):
			wrong = append(wrong, "unexpected key "+name)
			return
		case seen[name]:
			wrong = append(wrong, name+" comes twice")
			return
		}
		seen[name] = true
		p := params[number]
		if states[p] == nil {
			states[p] = o.newState()
		}
		if err := o.put(states[p], slot, index, v, p); err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: %v", name, err))
		}
	}
	for _, t := range saved.Tensors {
		put(t.Name, t.Tensor)
	}
	for _, name := range saved.values() {
		if v, err := parseValue(saved.Metadata[name]); err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: %v", name, err))
		} else {
			put(name, v)
		}
	}
	for number, p := range params {
		if s := states[p]; s != nil {
			if slot, err := s.joinLists(); err != nil {
				wrong = append(wrong, fmt.Sprintf("%s: %v", key(number, o.slots[slot].Name), err))
			}
		}
	}
	for _, g := range groups {
		for i, p := range g.Params {
			for _, slot := range o.slots {
				needed := states[p] != nil && (slot.Needed == nil || slot.Needed(g.Settings, p.Tensor))
				if k := key(g.Numbers[i], slot.Name); needed && !seen[k] {
					wrong = append(wrong, "missing key "+k)
				}
			}
		}
	}
	if len(wrong) > 0 {
		return nil, fmt.Errorf("%.2000s", strings.Join(wrong, "; "))
	}
	return states, nil
}

// parseKey takes a name apart. The index is -1, or that of a tensor in a list.
func (o *Base) parseKey(name string) (number, slot, index int, ok bool) {
	rest, ok := strings.CutPrefix(name, "state.")
	digits, rest, dot := strings.Cut(rest, ".")
	number, err := strconv.Atoi(digits)
	slotName, digits, listed := strings.Cut(rest, ".")
	slot = slices.IndexFunc(o.slots, func(s Slot) bool { return s.Name == slotName })
	if !ok || !dot || err != nil || number < 0 || slot < 0 {
		return 0, 0, 0, false
	}
	want := key(number, slotName)
	if index = -1; listed {
		if index, err = strconv.Atoi(digits); err != nil || index < 0 || !o.slots[slot].Value {
			return 0, 0, 0, false
		}
		want += "." + strconv.Itoa(index)
	}
	return number, slot, index, name == want
}

// put notes a tensor or a value in its slot, or reads the number of steps.
func (o *Base) put(s *state, slot, index int, v any, p *nn.Parameter) error {
	t, is := v.(*torch.Tensor)
	if is && t == nil {
		return errors.New("the tensor is nil")
	}
	if o.slots[slot].Value {
		return s.putValue(slot, index, v)
	}
	if o.slots[slot].Count || o.slots[slot].Number != nil {
		if is && t.Numel() != 1 {
			return fmt.Errorf("expected one number, but got %v", t.Shape())
		}
		n := scalarOf(v).float() // a number in old files of Python
		if o.slots[slot].Count && (!(n >= 0) || n != math.Trunc(n) || float64(float32(n)) != n) {
			return fmt.Errorf("expected a count of steps, but got %v", n)
		}
		s.numbers[slot] = float32(n)
		return nil
	}
	if !is {
		return errors.New("expected a tensor")
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
	c := &state{numbers: slices.Clone(s.numbers), tensors: make([]*torch.Tensor, len(s.tensors))}
	for i, t := range s.tensors {
		switch {
		case t == nil:
		case torch.TraitsOf(t).Sparse:
			c.tensors[i] = t.Clone().To(p.DType(), p.Device()).Keep()
		case slices.Equal(t.Shape(), p.Shape()):
			c.tensors[i] = torch.EmptyLike(p.Tensor).Keep().CopyInplace(t)
		default:
			c.tensors[i] = torch.Empty(t.Shape(), p.DType(), p.Device()).Keep().CopyInplace(t)
		}
	}
	for slot, v := range s.values {
		if c.values == nil {
			c.values = map[int]any{}
		}
		c.values[slot] = copyValue(v, p)
	}
	return c
}
