package optim

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"multitorch/nn"
	"multitorch/torch"
)

// Value is what [Base.SetValue] put into a slot, or nil.
func (o *Base) Value(p *nn.Parameter, slot int) any {
	if s := o.states[p]; s != nil {
		return s.values[slot]
	}
	return nil
}

// SetValue puts an int64, a float64, a *torch.Tensor or a []*torch.Tensor into a slot. Its tensors live on when the scope
// ends, and those before them that are not among them are freed.
func (o *Base) SetValue(p *nn.Parameter, slot int, v any) {
	s := o.states[p]
	if s == nil {
		s = o.newState()
		o.states[p] = s
	}
	now := tensorsIn(v)
	for _, t := range now {
		t.Keep()
	}
	before := tensorsIn(s.values[slot])
	if s.values == nil {
		s.values = map[int]any{}
	}
	s.values[slot] = v
	for _, t := range before {
		if !slices.Contains(now, t) {
			t.Free()
		}
	}
}

func tensorsIn(v any) []*torch.Tensor {
	switch v := v.(type) {
	case *torch.Tensor:
		return []*torch.Tensor{v}
	case []*torch.Tensor:
		return v
	}
	return nil
}

// emptyList is how a list without tensors is saved.
const emptyList = "[]"

// saveValue adds a value to a state: tensors as tensors, the i-th of a list with .i after its name, and numbers, which
// need not fit a tensor's dtype, as metadata. The tensors are views, for a step frees its own.
func (s *State) saveValue(name string, v any) {
	switch v := v.(type) {
	case *torch.Tensor:
		s.Tensors = append(s.Tensors, torch.NamedTensor{Name: name, Tensor: v.Detach()})
	case []*torch.Tensor:
		for i, t := range v {
			s.Tensors = append(s.Tensors, torch.NamedTensor{Name: name + "." + strconv.Itoa(i), Tensor: t.Detach()})
		}
		if len(v) == 0 {
			s.Metadata[name] = emptyList
		}
	case int64:
		s.Metadata[name] = strconv.FormatInt(v, 10)
	case float64:
		text := strconv.FormatFloat(v, 'g', -1, 64)
		if _, err := strconv.ParseInt(text, 10, 64); err == nil {
			text += ".0"
		}
		s.Metadata[name] = text
	}
}

// parseValue reads what saveValue put into the metadata.
func parseValue(text string) (any, error) {
	if text == emptyList {
		return []*torch.Tensor{}, nil
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, fmt.Errorf("expected a number, but got %.60q", text)
	}
	return f, nil
}

// values are the metadata of numbers and empty lists, in the order of their names.
func (s State) values() []string {
	names := slices.Sorted(maps.Keys(s.Metadata))
	return slices.DeleteFunc(names, func(n string) bool { return !strings.HasPrefix(n, "state.") })
}

// list is a list whose tensors are still coming, in any order.
type list map[int]*torch.Tensor

// putValue notes a value, or a tensor that is to be at index in a list where that is not negative.
func (s *state) putValue(slot, index int, v any) error {
	if s.values == nil {
		s.values = map[int]any{}
	}
	if index < 0 {
		if s.values[slot] != nil {
			return errors.New("it comes twice")
		}
		s.values[slot] = v
		return nil
	}
	l, is := s.values[slot].(list)
	if !is {
		if s.values[slot] != nil {
			return errors.New("it is a list and something else")
		}
		l = list{}
		s.values[slot] = l
	}
	l[index] = v.(*torch.Tensor)
	return nil
}

// joinLists makes slices of the lists, and names one that lacks an element.
func (s *state) joinLists() (slot int, err error) {
	for slot, v := range s.values {
		l, is := v.(list)
		if !is {
			continue
		}
		ts := make([]*torch.Tensor, len(l))
		for i := range ts {
			if ts[i] = l[i]; ts[i] == nil {
				return slot, fmt.Errorf("of %d tensors number %d is missing", len(l), i)
			}
		}
		s.values[slot] = ts
	}
	return 0, nil
}

// copyValue copies a value onto the parameter's device and, of real numbers, into its dtype.
func copyValue(v any, p *nn.Parameter) any {
	one := func(t *torch.Tensor) *torch.Tensor {
		dtype := t.DType()
		if p.IsFloatingPoint() && t.IsFloatingPoint() {
			dtype = p.DType()
		}
		return torch.Empty(t.Shape(), dtype, p.Device()).Keep().CopyInplace(t)
	}
	switch v := v.(type) {
	case *torch.Tensor:
		return one(v)
	case []*torch.Tensor:
		ts := make([]*torch.Tensor, len(v))
		for i, t := range v {
			ts[i] = one(t)
		}
		return ts
	}
	return v
}
