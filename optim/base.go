package optim

import (
	"fmt"
	"math"
	"slices"

	"multitorch/internal/grads"
	"multitorch/nn"
	"multitorch/torch"
)

// Base is what all optimizers share: groups, gradients, and a state that is saved and loaded. An optimizer embeds one,
// made by [NewBase]; its Step calls [Base.Update] with what it does to a [Batch].
type Base struct {
	// Sparse says that gradients may be sparse, such as those of an embedding. Otherwise a step refuses them.
	Sparse bool
	// Eager says that what is remembered of a parameter is there from the start, and not from its first step on.
	Eager bool

	kind   string
	slots  []Slot
	groups []*Group
	states map[*nn.Parameter]*state
	zeroed map[*nn.Parameter]*torch.Tensor // whose gradients count as zeros where there are none: a sparse one, or nil
	steps  int
}

// Slot is something that is remembered of each parameter, by PyTorch's name: a tensor, a count of steps, a number, or a
// value.
type Slot struct {
	Name string
	// Count makes it a count, that [Batch.Count] and [Batch.Steps] raise.
	Count bool
	// Number makes it a number, which is at first what Number returns: a float32 that [Batch.Number] and [Batch.SetNumber]
	// read and write.
	Number func(g *Group) float64
	// Value makes it what [Base.Value] and [Base.SetValue] keep: an int64, a float64, a tensor of any shape, or a list of them.
	Value bool
	// Make makes the tensor at first; nil: zeros like the parameter.
	Make func(g *Group, p *torch.Tensor) *torch.Tensor
	// Shape is the tensor's shape; nil: the parameter's.
	Shape func(p *torch.Tensor) torch.Shape
	// Needed says whether a saved state of a parameter must have it under a group's settings; nil: always.
	Needed func(s Settings, p *torch.Tensor) bool
}

// state is what is remembered of a parameter, from its first step on, by slot.
type state struct {
	tensors []*torch.Tensor
	numbers []float32 // counts and numbers, a float32 tensor in PyTorch: it stops counting at 2^24
	values  map[int]any
}

// NewBase makes one for an optimizer called kind, such as "Adam". The slots are in the order of PyTorch's files; the
// optimizer refers to them by their index.
func NewBase(kind string, slots ...Slot) Base {
	return Base{kind: kind, slots: slots, states: map[*nn.Parameter]*state{}, zeroed: map[*nn.Parameter]*torch.Tensor{}}
}

// ParamGroups implements [Optimizer].
func (o *Base) ParamGroups() []*Group { return o.groups }

// ZeroGrad implements [Optimizer].
func (o *Base) ZeroGrad(how ...SetToNone) {
	fills := len(how) > 0 && !bool(how[0])
	switch {
	case fills: // those that there are; what is noted stays
	case len(how) == 0 && running().zeroGradFills:
		o.noteGrads()
	default:
		clear(o.zeroed)
	}
	for _, g := range o.groups {
		if fills {
			grads.Zero(tensorsOf(g.Params))
			continue
		}
		for _, p := range g.Params {
			p.SetGrad(nil)
		}
	}
}

// noteGrads notes who has a gradient, which from now on counts as zeros where there is none: that takes no time in loops in which
// each parameter gets one again, as filling them does.
func (o *Base) noteGrads() {
	torch.Scoped(func(s *torch.Scope) {
		for _, g := range o.groups {
			for i, grad := range torch.Grads(s, tensorsOf(g.Params)) {
				switch p := g.Params[i]; {
				case grad == nil || o.zeroed[p] != nil:
				case torch.TraitsOf(grad).Sparse:
					o.zeroed[p] = torch.ZerosLike(grad).Keep()
				default:
					o.zeroed[p] = nil
				}
			}
		}
	})
}

// zeroGrad is the gradient of a parameter that has none but counts as one with zeros, else nil.
func (o *Base) zeroGrad(s *torch.Scope, p *nn.Parameter) *torch.Tensor {
	if empty, zeroed := o.zeroed[p]; empty != nil || !zeroed {
		return empty
	}
	return s.Own(torch.ZerosLike(p.Tensor))
}

// Add appends a group. Parameters or settings that can't be used are a panic with a [*torch.Error].
func (o *Base) Add(params []*nn.Parameter, lr float64, settings Settings) {
	if err := check(lr, settings); err != nil {
		o.refuse(torch.ValueError, err.Error())
	}
	if len(params) == 0 {
		o.refuse(torch.ValueError, "expected at least one parameter, but the list is empty")
	}
	seen := map[*nn.Parameter]bool{}
	for _, other := range o.groups {
		for _, p := range other.Params {
			seen[p] = true
		}
	}
	for i, p := range params {
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
	g := &Group{Params: slices.Clone(params), LR: lr, Settings: settings}
	o.groups = append(o.groups, g)
	if o.Eager {
		for _, p := range params {
			s := o.stateOf(g, p)
			for i := range o.slots {
				o.tensorOf(s, i, g, p.Tensor)
			}
		}
	}
}

func check(lr float64, settings Settings) error {
	if err := CheckRange("learning rate", lr, math.Inf(1)); err != nil {
		return err
	}
	return settings.Check()
}

// CheckRange is an error unless the value is from 0 to below the bound.
func CheckRange(name string, value, bound float64) error {
	if !(value >= 0 && value < bound) {
		return fmt.Errorf("the %s is %v: expected a number from 0 to below %v", name, value, bound)
	}
	return nil
}

func (o *Base) refuse(kind torch.Kind, message string) {
	panic(&torch.Error{Op: "optim." + o.kind, Kind: kind, Message: message})
}

// Steps is how often the optimizer has stepped since it was made. Schedulers ask for it.
func (o *Base) Steps() int { return o.steps }

// stateOf is the state of a group's parameter, made when it is first asked for.
func (o *Base) stateOf(g *Group, p *nn.Parameter) *state {
	s := o.states[p]
	if s == nil {
		s = o.newState()
		for i, slot := range o.slots {
			if slot.Number != nil {
				s.numbers[i] = float32(slot.Number(g))
			}
		}
		o.states[p] = s
	}
	return s
}

func (o *Base) newState() *state {
	return &state{tensors: make([]*torch.Tensor, len(o.slots)), numbers: make([]float32, len(o.slots))}
}

// tensorOf is a slot's tensor, made where it is not there yet; nil of slots that have none.
func (o *Base) tensorOf(s *state, i int, g *Group, p *torch.Tensor) *torch.Tensor {
	switch slot := o.slots[i]; {
	case s.tensors[i] != nil || slot.Count || slot.Value || slot.Number != nil:
	case slot.Make != nil:
		s.tensors[i] = slot.Make(g, p).Keep()
	default:
		s.tensors[i] = torch.ZerosLike(p).Keep()
	}
	return s.tensors[i]
}

func tensorsOf(ps []*nn.Parameter) []*torch.Tensor {
	ts := make([]*torch.Tensor, len(ps))
	for i, p := range ps {
		ts[i] = p.Tensor
	}
	return ts
}
