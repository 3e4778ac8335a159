package distributed

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"multitorch/optim"
	"multitorch/torch"
)

// piece says what a tensor of a rank's share is, so that another rank can receive it.
type piece struct {
	Name  string
	DType torch.DType
	Shape []int
}

// shareOf is what a rank says of its share of a state.
type shareOf struct {
	Pieces   []piece
	Metadata map[string]string
}

// WholeStateDict gathers the ranks' shares on one of them, as consolidate_state_dict does in Python: there it is the state that the
// optimizer over all parameters would have, which LoadStateDict takes on any number of ranks, and elsewhere it is empty. All ranks
// call it.
func (z *ZeroRedundancyOptimizer) WholeStateDict(to int) (optim.State, error) {
	g, mine := z.group, z.StateDict()
	said := shareOf{Metadata: mine.Metadata}
	for _, t := range mine.Tensors {
		said.Pieces = append(said.Pieces, piece{t.Name, t.Tensor.DType(), t.Tensor.Shape()})
	}
	all, err := AllGatherObject(g, said)
	if err != nil {
		return optim.State{}, err
	}
	if g.Rank() != to {
		for i, t := range mine.Tensors {
			if err := g.Send(t.Tensor.To(torch.CPU).Contiguous(), to, i); err != nil {
				return optim.State{}, err
			}
		}
		return optim.State{}, nil
	}
	for from, s := range all {
		if from == to {
			continue
		}
		for i, p := range s.Pieces {
			t := torch.Empty(torch.Shape(p.Shape), p.DType)
			if err := g.Recv(t, from, i); err != nil {
				return optim.State{}, err
			}
			mine.Tensors = append(mine.Tensors, torch.NamedTensor{Name: p.Name, Tensor: t})
		}
		for key, text := range s.Metadata {
			if _, has := mine.Metadata[key]; !has {
				mine.Metadata[key] = text
			}
		}
	}
	slices.SortStableFunc(mine.Tensors, func(a, b torch.NamedTensor) int { return cmp.Compare(numberOf(a.Name), numberOf(b.Name)) })
	return mine, nil
}

// numberOf is the number of the parameter that a name, such as state.3.exp_avg, is of.
func numberOf(name string) int {
	rest, _ := strings.CutPrefix(name, "state.")
	number, _, _ := strings.Cut(rest, ".")
	n, _ := strconv.Atoi(number)
	return n
}
