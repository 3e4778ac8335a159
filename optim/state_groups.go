package optim

import (
	"encoding/json"
	"errors"
	"fmt"

	"multitorch/torch"
)

// savedGroup is a group as it is read back.
type savedGroup struct {
	Group
	Numbers []int `json:"params"`
}

// encodeGroups is the groups as JSON: the settings that the optimizer reads, and
// the parameters by number.
func (o *optimizer) encodeGroups() string {
	groups := make([]map[string]any, len(o.groups))
	next := 0
	for i, g := range o.groups {
		var all map[string]any
		if text, err := json.Marshal(g); err != nil { // a setting was made infinite or NaN
			o.refuse(torch.ValueError, "the groups can't be saved: "+err.Error())
		} else if err := json.Unmarshal(text, &all); err != nil {
			o.refuse(torch.OtherError, err.Error())
		}
		numbers := make([]int, len(g.Params))
		for j := range numbers {
			numbers[j] = next
			next++
		}
		groups[i] = map[string]any{"params": numbers}
		for _, s := range o.settings {
			groups[i][s] = all[s]
		}
	}
	text, _ := json.Marshal(groups) // what was decoded can be encoded
	return string(text)
}

// decodeGroups reads the groups of a saved state, and holds their number and that
// of their parameters against the optimizer's own.
func (o *optimizer) decodeGroups(saved State) ([]savedGroup, error) {
	if kind := saved.Metadata["optimizer"]; kind != o.kind {
		return nil, fmt.Errorf("expected one of %s, but got one of %q", o.kind, kind)
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
		if err := o.decodeGroup(text, &groups[i]); err != nil {
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

func (o *optimizer) decodeGroup(text []byte, g *savedGroup) error {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	for _, s := range o.settings {
		if _, there := all[s]; !there {
			return fmt.Errorf("the setting %s is missing", s)
		}
	}
	if err := json.Unmarshal(text, g); err != nil {
		return err
	}
	if betas := []float64{}; all["betas"] != nil && (json.Unmarshal(all["betas"], &betas) != nil || len(betas) != 2) {
		return errors.New("expected two betas") // Go fills a short list up with zeros
	}
	return g.check()
}
