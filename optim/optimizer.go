package optim

import (
	"fmt"
	"slices"

	"multitorch/nn"
	"multitorch/torch"
)

// Optimizer changes parameters by their gradients.
type Optimizer interface {
	// Step updates every parameter that has a gradient, and leaves the gradients
	// as they are. Like all tensor arithmetic it panics with a [*torch.Error].
	Step()
	// ZeroGrad drops the gradients, so that the next Backward starts afresh.
	ZeroGrad(how ...SetToNone)
	// ParamGroups are the groups in their order. Settings changed there hold from
	// the next Step on.
	ParamGroups() []*Group
	// StateDict is all that a later run needs to go on.
	StateDict() State
	// LoadStateDict takes over a state that an optimizer of the same kind and over
	// the same parameters saved. One that does not fit is an error and changes nothing.
	LoadStateDict(State) error
}

// Group is parameters that are trained with the same settings. The settings'
// names in files are PyTorch's.
type Group struct {
	Params      []*nn.Parameter `json:"-"`
	LR          float64         `json:"lr"`
	WeightDecay float64         `json:"weight_decay"`
	Maximize    bool            `json:"maximize"`
	Foreach     *bool           `json:"foreach"` // nil: not said; see the option

	// Adam's and AdamW's.
	Betas   [2]float64 `json:"betas"`
	Eps     float64    `json:"eps"`
	AMSGrad bool       `json:"amsgrad"`

	// SGD's.
	Momentum  float64 `json:"momentum"`
	Dampening float64 `json:"dampening"`
	Nesterov  bool    `json:"nesterov"`
}

// SetToNone(false) makes ZeroGrad fill the gradients with zeros instead of
// dropping them. That was PyTorch's default before 2.0. It differs where a
// parameter gets no gradient for a while: one with zeros still moves by its
// momentum, one without a gradient stays.
type SetToNone bool

// optimizer is what all of them share.
type optimizer struct {
	kind     string   // "Adam"
	settings []string // names of the settings that it reads: "lr"
	slots    []string // names of a parameter's state tensors: "exp_avg"
	steps    bool     // whether the state counts steps
	groups   []*Group
	states   map[*nn.Parameter]*state
}

// state is what is remembered of a parameter, from its first step on.
type state struct {
	step    float32 // a float32 tensor in PyTorch: it stops counting at 2^24
	tensors [3]*torch.Tensor
}

// ParamGroups implements [Optimizer].
func (o *optimizer) ParamGroups() []*Group { return o.groups }

// ZeroGrad implements [Optimizer].
func (o *optimizer) ZeroGrad(how ...SetToNone) {
	if len(how) > 0 && !bool(how[0]) {
		torch.NoGrad(o.fillGradsWithZeros)
		return
	}
	for _, g := range o.groups {
		for _, p := range g.Params {
			p.SetGrad(nil)
		}
	}
}

func (o *optimizer) fillGradsWithZeros() {
	torch.Scoped(func(s *torch.Scope) {
		for _, g := range o.groups {
			for _, grad := range torch.Grads(s, tensorsOf(g.Params)) {
				if grad != nil {
					grad.ZeroInplace()
				}
			}
		}
	})
}

// add appends a group, once it is known to be sound.
func (o *optimizer) add(g *Group) {
	if err := g.check(); err != nil {
		o.refuse(torch.ValueError, err.Error())
	}
	if len(g.Params) == 0 {
		o.refuse(torch.ValueError, "expected at least one parameter, but the list is empty")
	}
	seen := map[*nn.Parameter]bool{}
	for _, other := range o.groups {
		for _, p := range other.Params {
			seen[p] = true
		}
	}
	for i, p := range g.Params {
		switch {
		case p == nil || p.Tensor == nil:
			o.refuse(torch.TypeError, fmt.Sprintf("parameter %d is nil", i))
		case seen[p]:
			o.refuse(torch.ValueError, fmt.Sprintf("parameter %d, %v, comes twice; give each to one group, once", i, p.Shape()))
		case !p.IsLeaf():
			o.refuse(torch.ValueError, fmt.Sprintf(
				"parameter %d, %v, was computed by %s: only leaves, made with nn.NewParameter, can be trained", i, p.Shape(), p.GradFn()))
		}
		seen[p] = true
	}
	g.Params = slices.Clone(g.Params)
	o.groups = append(o.groups, g)
}

func (o *optimizer) refuse(kind torch.Kind, message string) {
	panic(&torch.Error{Op: "optim." + o.kind, Kind: kind, Message: message})
}

// stateOf is a parameter's state, made when it is first asked for.
func (o *optimizer) stateOf(p *nn.Parameter) *state {
	s := o.states[p]
	if s == nil {
		s = new(state)
		o.states[p] = s
	}
	return s
}

func tensorsOf(ps []*nn.Parameter) []*torch.Tensor {
	ts := make([]*torch.Tensor, len(ps))
	for i, p := range ps {
		ts[i] = p.Tensor
	}
	return ts
}
