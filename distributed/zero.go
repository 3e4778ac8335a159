package distributed

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"multitorch/internal/grads"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

// ZeroRedundancyOptimizer keeps of an optimizer's state, Adam's averages say, only what belongs to its rank's share of the
// parameters, as torch.distributed.optim.ZeroRedundancyOptimizer (ZeRO-1: Rajbhandari et al., 2020). Each rank updates its
// share, and then gives the others the new values. The numbers are those of the optimizer over all parameters.
type ZeroRedundancyOptimizer struct {
	group  *Group
	params []*nn.Parameter
	shares [][]int         // by rank, the numbers of its parameters
	inner  optim.Optimizer // over this rank's share
}

var _ optim.Optimizer = (*ZeroRedundancyOptimizer)(nil)

// NewZeroRedundancyOptimizer shares the parameters out, each whole, so that the ranks have about equally many elements.
// newOptimizer makes the optimizer of a share, with one group.
func NewZeroRedundancyOptimizer(params []*nn.Parameter, g *Group, newOptimizer func(share []*nn.Parameter) optim.Optimizer) (
	*ZeroRedundancyOptimizer, error,
) {
	z := &ZeroRedundancyOptimizer{group: g, params: params, shares: share(params, g.WorldSize())}
	var mine []*nn.Parameter
	for _, i := range z.shares[g.Rank()] {
		mine = append(mine, params[i])
	}
	for r, s := range z.shares {
		if len(s) == 0 {
			return nil, fmt.Errorf("distributed: ZeroRedundancyOptimizer: %d parameters are too few for %d ranks: rank %d would have none",
				len(params), g.WorldSize(), r)
		}
	}
	z.inner = newOptimizer(mine)
	if n := len(z.inner.ParamGroups()); n != 1 {
		return nil, fmt.Errorf("distributed: ZeroRedundancyOptimizer: expected an optimizer with one group, but it has %d", n)
	}
	return z, nil
}

// share gives the largest parameter to the rank that has least, then the next one, as PyTorch does.
func share(params []*nn.Parameter, ranks int) [][]int {
	order := make([]int, len(params))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(params[b].Numel(), params[a].Numel()) })
	shares, sizes := make([][]int, ranks), make([]int, ranks)
	for _, i := range order {
		least := slices.Index(sizes, slices.Min(sizes))
		shares[least] = append(shares[least], i)
		sizes[least] += params[i].Numel()
	}
	return shares
}

// String is the inner optimizer's, with this one's name, as in Python.
func (z *ZeroRedundancyOptimizer) String() string {
	inner := fmt.Sprint(z.inner)
	if _, groups, found := strings.Cut(inner, " ("); found {
		return "ZeroRedundancyOptimizer (" + groups
	}
	return "ZeroRedundancyOptimizer of " + inner
}

// Step implements [optim.Optimizer].
func (z *ZeroRedundancyOptimizer) Step(closure ...optim.Closure) *torch.Tensor {
	loss := z.inner.Step(closure...)
	for root, numbers := range z.shares {
		ts := make([]*torch.Tensor, len(numbers))
		for k, i := range numbers {
			ts[k] = z.params[i].Tensor
		}
		if err := z.group.broadcastAll(ts, root); err != nil {
			panic(&torch.Error{Op: "ZeroRedundancyOptimizer.Step", Message: err.Error()})
		}
	}
	return loss
}

// ZeroGrad implements [optim.Optimizer], for all parameters.
func (z *ZeroRedundancyOptimizer) ZeroGrad(how ...optim.SetToNone) {
	z.inner.ZeroGrad(how...)
	for r, numbers := range z.shares {
		for _, i := range numbers {
			switch p := z.params[i]; {
			case r == z.group.Rank():
			case len(how) == 0 || bool(how[0]):
				p.SetGrad(nil)
			default:
				grads.Zero([]*torch.Tensor{p.Tensor})
			}
		}
	}
}

// ParamGroups is the group of this rank's share. Its settings are to be changed alike on all ranks, as schedulers do.
func (z *ZeroRedundancyOptimizer) ParamGroups() []*optim.Group { return z.inner.ParamGroups() }

var stateKey = regexp.MustCompile(`^state\.(\d+)\.(.+)$`)

// StateDict is this rank's share of the state: [SaveSharded] writes all of them. Parameters have the numbers that they have
// in the optimizer over all.
func (z *ZeroRedundancyOptimizer) StateDict() optim.State {
	mine := z.shares[z.group.Rank()]
	all := make([]int, len(z.params))
	for i := range all {
		all[i] = i
	}
	s, err := renumbered(z.inner.StateDict(), func(i int) int { return mine[i] }, all)
	if err != nil { // its own
		panic(&torch.Error{Op: "ZeroRedundancyOptimizer.StateDict", Message: err.Error()})
	}
	return s
}

// LoadStateDict takes this rank's share of the state of all parameters, as [LoadSharded] puts it together, of any number of
// ranks, or as the optimizer over all saved it.
func (z *ZeroRedundancyOptimizer) LoadStateDict(s optim.State) error {
	mine := z.shares[z.group.Rank()]
	own := make([]int, len(mine))
	for i := range own {
		own[i] = i
	}
	local, err := renumbered(s, func(i int) int { return slices.Index(mine, i) }, own)
	if err != nil {
		return fmt.Errorf("distributed: ZeroRedundancyOptimizer: %w", err)
	}
	return z.inner.LoadStateDict(local)
}

// renumbered is a state whose parameters have other numbers; those that become negative are left out. group are the numbers
// of the group.
func renumbered(s optim.State, number func(int) int, group []int) (optim.State, error) {
	out := optim.State{Metadata: map[string]string{}}
	rename := func(name string) (string, error) {
		m := stateKey.FindStringSubmatch(name)
		if m == nil {
			return name, nil
		}
		i, err := strconv.Atoi(m[1])
		if err != nil {
			return "", fmt.Errorf("the state has a %.40q", name)
		}
		if i = number(i); i < 0 {
			return "", nil
		}
		return fmt.Sprintf("state.%d.%s", i, m[2]), nil
	}
	for _, t := range s.Tensors {
		name, err := rename(t.Name)
		if err != nil {
			return out, err
		}
		if name != "" {
			out.Tensors = append(out.Tensors, torch.NamedTensor{Name: name, Tensor: t.Tensor})
		}
	}
	for key, text := range s.Metadata {
		name, err := rename(key)
		if err != nil {
			return out, err
		}
		if name != "" {
			out.Metadata[name] = text
		}
	}
	var groups []map[string]any
	if err := json.Unmarshal([]byte(s.Metadata["param_groups"]), &groups); err != nil {
		return out, fmt.Errorf("the state's param_groups: %w", err)
	}
	if len(groups) != 1 {
		return out, errors.New("the state's param_groups: expected one group")
	}
	groups[0]["params"] = group
	text, err := json.Marshal(groups)
	out.Metadata["param_groups"] = string(text)
	return out, err
}
