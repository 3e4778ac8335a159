package optim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"multitorch/internal/version"
	"multitorch/torch"
)

// Python is the state in the form that state_dict() has in Python, of the running version of PyTorch, for [torch.Save]:
//
//	state, err := opt.StateDict().Python()
//	err = torch.Save("optimizer.pt", state)
//
// Python's load_state_dict takes over what the file holds. The tensors are the state's own.
func (s State) Python() (*torch.Dict, error) {
	var groups []map[string]any
	d := json.NewDecoder(bytes.NewReader([]byte(s.Metadata["param_groups"])))
	d.UseNumber()
	if err := d.Decode(&groups); err != nil {
		return nil, fmt.Errorf("its param_groups can't be read: %w", err)
	}
	list := make([]any, len(groups))
	for i, g := range groups {
		list[i] = pythonGroup(s.Metadata["optimizer"], g)
	}
	states, err := s.pythonStates()
	if err != nil {
		return nil, err
	}
	all := &torch.Dict{}
	all.Set("state", states)
	all.Set("param_groups", list)
	return all, nil
}

// fixed are settings that only Python has, with the one value that this package stands for, and the version that brought
// them (1.13 for what is older); a later one takes the place of one before it.
var fixed = map[string][]struct {
	name         string
	value        any
	major, minor int
}{
	"Adam": {
		{"capturable", false, 1, 13}, {"differentiable", false, 1, 13}, {"fused", false, 1, 13}, {"fused", nil, 2, 0}, {decoupled, false, 2, 7},
	},
	"AdamW":    {{"capturable", false, 1, 13}, {"differentiable", false, 2, 0}, {"fused", nil, 2, 0}, {decoupled, true, 2, 7}},
	"SGD":      {{"differentiable", false, 1, 13}, {"fused", nil, 2, 3}},
	"RMSprop":  {{"differentiable", false, 1, 13}, {"capturable", false, 2, 3}},
	"Adamax":   {{"differentiable", false, 2, 0}, {"capturable", false, 2, 3}},
	"NAdam":    {{"differentiable", false, 2, 0}, {"capturable", false, 2, 2}},
	"RAdam":    {{"differentiable", false, 2, 0}, {"capturable", false, 2, 3}},
	"Adagrad":  {{"differentiable", false, 2, 0}, {"fused", nil, 2, 4}},
	"Adadelta": {{"differentiable", false, 2, 0}, {"capturable", false, 2, 3}},
	"Rprop":    {{"differentiable", false, 2, 0}, {"capturable", false, 2, 3}},
	"ASGD":     {{"differentiable", false, 2, 0}, {"capturable", false, 2, 1}},
}

// younger are settings that this package has in every version, and Python from one on. Before, they are left out where they
// say what was so then.
var younger = []struct {
	kind, name   string
	value        any
	major, minor int
}{
	{"LBFGS", "maximize", false, 2, 14},
	{"NAdam", decoupled, false, 2, 1},
	{"NAdam", "maximize", false, 2, 5},
	{"RAdam", decoupled, false, 2, 1},
	{"RAdam", "maximize", false, 2, 5},
}

// isOlder says whether the running version's Python is older than a setting that has the value it would have there.
func isOlder(kind, name string, value any) bool {
	for _, y := range younger {
		if y.kind == kind && y.name == name {
			return value == y.value && !version.AtLeast(torch.Version(), y.major, y.minor)
		}
	}
	return false
}

// countsInt says whether an optimizer's counts of steps are ints in Python, and not tensors.
func countsInt(kind string) bool {
	switch kind {
	case "Adadelta", "Rprop", "RMSprop":
		return !version.AtLeast(torch.Version(), 2, 3)
	}
	return kind == "SparseAdam"
}

// decoupled is what tells AdamW from Adam, whose settings are the same otherwise.
const decoupled = "decoupled_weight_decay"

// whole are the settings that are ints in Python. JSON does not tell them from floats.
var whole = []string{"max_iter", "max_eval", "history_size", "ns_steps", "params"}

func pythonGroup(kind string, settings map[string]any) *torch.Dict {
	g := &torch.Dict{}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		if v := settings[name]; !isOlder(kind, name, v) && (name != "fused" || v != nil) {
			g.Set(name, pythonSetting(name, v))
		}
	}
	for _, f := range fixed[kind] {
		if version.AtLeast(torch.Version(), f.major, f.minor) && (f.name != "fused" || settings["fused"] == nil) {
			g.Set(f.name, f.value)
		}
	}
	return g
}

func pythonSetting(name string, v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil && slices.Contains(whole, name) {
			return n
		}
		f, _ := v.Float64()
		return f
	case float64: // of an optimizer, and not of a file
		if slices.Contains(whole, name) {
			return int64(v)
		}
		return v
	case []any:
		items := make([]any, len(v))
		for i := range v {
			items[i] = pythonSetting(name, v[i])
		}
		if name != "params" {
			return torch.Tuple(items)
		}
		return items
	}
	return v
}

// pythonStates are the states by the number of their parameters.
func (s State) pythonStates() (*torch.Dict, error) {
	states := &torch.Dict{}
	put := func(name string, v any) error {
		parts := strings.Split(name, ".")
		if len(parts) < 3 || len(parts) > 4 || parts[0] != "state" {
			return fmt.Errorf("unexpected key %s", name)
		}
		number, err := strconv.Atoi(parts[1])
		if err != nil {
			return fmt.Errorf("unexpected key %s", name)
		}
		if states.Get(number) == nil {
			states.Set(number, &torch.Dict{})
		}
		state := states.Get(number).(*torch.Dict)
		if len(parts) == 3 {
			state.Set(parts[2], v)
			return nil
		}
		items, _ := state.Get(parts[2]).([]any)
		if parts[3] != strconv.Itoa(len(items)) {
			return fmt.Errorf("expected %s.%s.%s.%d, but got %s", parts[0], parts[1], parts[2], len(items), name)
		}
		state.Set(parts[2], append(items, v))
		return nil
	}
	for _, t := range slices.SortedStableFunc(slices.Values(s.Tensors), byIndex) {
		v := any(t.Tensor)
		if countsInt(s.Metadata["optimizer"]) && strings.HasSuffix(t.Name, ".step") {
			v = int64(t.Tensor.Item())
		}
		if err := put(t.Name, v); err != nil {
			return nil, err
		}
	}
	for _, name := range s.values() {
		v, err := parseValue(s.Metadata[name])
		if l, is := v.([]*torch.Tensor); is && len(l) == 0 {
			v = []any{}
		}
		if err := errors.Join(err, put(name, v)); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return states, nil
}

// byIndex orders the tensors of a list, which a file may have in the order of their names.
func byIndex(a, b torch.NamedTensor) int {
	cut := func(name string) (string, int) {
		i := strings.LastIndexByte(name, '.')
		n, err := strconv.Atoi(name[i+1:])
		if err != nil {
			return name, 0
		}
		return name[:i], n
	}
	listA, i := cut(a.Name)
	listB, j := cut(b.Name)
	if listA != listB {
		return 0
	}
	return i - j
}
