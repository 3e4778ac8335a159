package optim

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"multitorch/torch"
)

// savedGroup is a group as it is read back.
type savedGroup struct {
	Group
	Numbers []int
}

// encodeGroups is the groups as JSON: the settings, and the parameters by number.
func (o *Base) encodeGroups() string {
	groups := make([]map[string]any, len(o.groups))
	next := 0
	for i, g := range o.groups {
		numbers := make([]int, len(g.Params))
		for j := range numbers {
			numbers[j] = next
			next++
		}
		groups[i] = o.namedSettings(g)
		groups[i]["params"] = numbers
	}
	text, err := json.Marshal(groups)
	if err != nil { // a setting was made infinite or NaN
		o.refuse(torch.ValueError, "the groups can't be saved: "+err.Error())
	}
	return string(text)
}

// namedSettings are a group's settings by PyTorch's names, its rates among them.
func (o *Base) namedSettings(g *Group) map[string]any {
	all := o.settings(g.Settings)
	all["lr"] = g.LR
	if g.InitialLR != 0 {
		all["initial_lr"] = g.InitialLR
	}
	for name, v := range g.scheduled {
		all[name] = v
	}
	return all
}

// settings are settings by their saved names.
func (o *Base) settings(s Settings) map[string]any {
	var all map[string]any
	if text, err := json.Marshal(s); err != nil {
		o.refuse(torch.ValueError, "the groups can't be saved: "+err.Error())
	} else if err := json.Unmarshal(text, &all); err != nil {
		o.refuse(torch.OtherError, err.Error())
	}
	return all
}

// decodeGroups reads the groups of a saved state, and holds their number and that
// of their parameters against the optimizer's own.
func (o *Base) decodeGroups(saved State) ([]savedGroup, error) {
	if kind, said := saved.Metadata["optimizer"]; said && kind != o.kind { // Python's files mostly don't say it
		return nil, fmt.Errorf("expected one of %s, but got one of %.40q", o.kind, kind)
	}
	if saved.Metadata["param_groups"] == "" {
		return nil, errors.New("it has no param_groups: expected what StateDict or FromPython returned")
	}
	var texts []json.RawMessage
	if err := json.Unmarshal([]byte(saved.Metadata["param_groups"]), &texts); err != nil {
		return nil, fmt.Errorf("its param_groups can't be read: %w", err)
	}
	if len(texts) != len(o.groups) {
		return nil, fmt.Errorf("expected %d parameter groups, but got %d", len(o.groups), len(texts))
	}
	groups := make([]savedGroup, len(texts))
	next := 0
	for i, text := range texts {
		if err := o.decodeGroup(text, &groups[i], o.groups[i].Settings); err != nil {
			return nil, fmt.Errorf("group %d: %w", i, err)
		}
		groups[i].Params = o.groups[i].Params
		if want, got := len(groups[i].Params), len(groups[i].Numbers); want != got {
			return nil, fmt.Errorf("group %d: expected %d parameters, but got %d", i, want, got)
		}
		for _, n := range groups[i].Numbers {
			if n != next {
				return nil, fmt.Errorf("group %d: expected parameter %d, but got %d", i, next, n)
			}
			next++
		}
	}
	return groups, nil
}

// decodeGroup reads a group whose settings are of like's type.
func (o *Base) decodeGroup(text []byte, g *savedGroup, like Settings) error {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	t := reflect.TypeOf(like).Elem()
	names := append(slices.Sorted(maps.Keys(o.settings(like))), "lr")
	for _, s := range names {
		if _, there := all[s]; !there && s != "fused" { // which came later than states of files
			return fmt.Errorf("the setting %s is missing", s)
		}
	}
	for i := range t.NumField() {
		field, numbers := t.Field(i), []any{}
		name := field.Tag.Get("json")
		if array := field.Type; array.Kind() == reflect.Array && (json.Unmarshal(all[name], &numbers) != nil || len(numbers) != array.Len()) {
			return fmt.Errorf("%s: expected %d numbers", name, array.Len()) // Go fills a short list up with zeros
		}
	}
	var rates struct {
		LR        float64 `json:"lr"`
		InitialLR float64 `json:"initial_lr"`
		Params    []int   `json:"params"`
	}
	g.Settings = reflect.New(t).Interface().(Settings)
	if err := errors.Join(json.Unmarshal(text, &rates), json.Unmarshal(text, g.Settings)); err != nil {
		return err
	}
	for _, name := range keptForSchedulers {
		if v := 0.0; all[name] != nil && json.Unmarshal(all[name], &v) == nil {
			g.Set(name, v)
		}
	}
	g.LR, g.InitialLR, g.Numbers = rates.LR, rates.InitialLR, rates.Params
	return check(g.LR, g.Settings)
}
