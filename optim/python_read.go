package optim

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"multitorch/torch"
)

// FromPython makes a state of what state_dict() is in Python, as [torch.Load] reads it:
//
//	checkpoint, err := torch.Load("checkpoint.pt")
//	state, err := optim.FromPython(checkpoint.(*torch.Dict).Get("optimizer"))
//	err = opt.LoadStateDict(state)
//
// Such a file does not say which optimizer it is of: one that needs other settings refuses it. Settings that this package
// lacks (see the package's documentation) are passed over, and those that are younger than the file have PyTorch's default.
func FromPython(v any) (State, error) {
	d, _ := v.(*torch.Dict)
	if d == nil {
		return State{}, fmt.Errorf("expected the dict of an optimizer's state_dict(), but got a %T", v)
	}
	states, err := d.Dict("state")
	if err != nil {
		return State{}, err
	}
	groups, is := d.Get("param_groups").([]any)
	if !is {
		return State{}, fmt.Errorf("expected a list under param_groups, but got a %T", d.Get("param_groups"))
	}
	s := State{Metadata: map[string]string{}}
	if err := s.readGroups(groups); err != nil {
		return State{}, err
	}
	for number, v := range states.All() {
		n, isNumber := number.(int64)
		of, isDict := v.(*torch.Dict)
		if !isNumber || !isDict {
			return State{}, fmt.Errorf("expected dicts by the parameters' numbers under state, but got a %T under %.60v", v, number)
		}
		for slot, v := range of.All() {
			if err := s.readValue(fmt.Sprintf("state.%d.%v", n, slot), v); err != nil {
				return State{}, err
			}
		}
	}
	return s, nil
}

// before are what settings were before there were such, which PyTorch adds to older states in the same way.
var before = map[string]any{
	"maximize": false, "foreach": nil, "fused": nil, "amsgrad": false, "nesterov": false, "momentum": 0, "centered": false, decoupled: false,
}

func (s *State) readGroups(groups []any) error {
	all := make([]map[string]any, len(groups))
	for i, v := range groups {
		g, is := v.(*torch.Dict)
		if !is {
			return fmt.Errorf("param_groups[%d]: expected a dict, but got a %T", i, v)
		}
		all[i] = maps.Clone(before)
		for name, v := range g.All() {
			v = plain(v)
			if _, err := json.Marshal(v); err == nil { // what isn't plain is no setting of ours
				all[i][fmt.Sprint(name)] = v
			}
			if isW, is := v.(bool); is && name == decoupled && g.Get("amsgrad") != nil { // NAdam and RAdam have it too
				s.Metadata["optimizer"] = map[bool]string{true: "AdamW", false: "Adam"}[isW]
			}
		}
	}
	text, err := json.Marshal(all)
	s.Metadata["param_groups"] = string(text)
	return err
}

// plain is a setting as JSON has it; a tensor of one element is a number.
func plain(v any) any {
	switch v := v.(type) {
	case *torch.Tensor:
		number := any(v)
		_ = torch.Try(func() error { number = v.Item(); return nil })
		return number
	case torch.Tuple:
		return plain([]any(v))
	case []any:
		items := make([]any, len(v))
		for i := range v {
			items[i] = plain(v[i])
		}
		return items
	}
	return v
}

// readValue adds what Python remembers under a name. Its None is nothing, and "al" is room that LBFGS works in.
func (s *State) readValue(name string, v any) error {
	switch v := v.(type) {
	case nil:
	case *torch.Tensor:
		s.Tensors = append(s.Tensors, torch.NamedTensor{Name: name, Tensor: v})
	case int64, float64:
		s.saveValue(name, v)
	case []any:
		if strings.HasSuffix(name, ".al") {
			return nil
		}
		ts := make([]*torch.Tensor, len(v))
		for i := range v {
			t, is := v[i].(*torch.Tensor)
			if !is {
				return fmt.Errorf("%s: expected a list of tensors, but got a %T in it", name, v[i])
			}
			ts[i] = t
		}
		s.saveValue(name, ts)
	default:
		return fmt.Errorf("%s: expected a tensor, a number or a list, but got a %T", name, v)
	}
	return nil
}
