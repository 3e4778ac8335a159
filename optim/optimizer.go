package optim

import (
	"fmt"

	"multitorch/nn"
	"multitorch/torch"
)

// Optimizer changes parameters by their gradients.
type Optimizer interface {
	// Step updates every parameter that has a gradient, and leaves the gradients as they are. A closure is called first:
	// it clears the gradients, computes the loss and its gradients, and returns the loss, which Step returns in turn.
	// Without one Step returns nil. Like all tensor arithmetic it panics with a [*torch.Error].
	Step(closure ...Closure) *torch.Tensor
	// ZeroGrad drops the gradients, or fills them with zeros, as [SetToNone] says, so that the next Backward starts afresh.
	ZeroGrad(how ...SetToNone)
	// ParamGroups are the groups in their order. Settings changed there hold from the next Step on.
	ParamGroups() []*Group
	// StateDict is all that a later run needs to go on.
	StateDict() State
	// LoadStateDict takes over a state that an optimizer of the same kind and over the same parameters saved. One that
	// does not fit is an error and changes nothing.
	LoadStateDict(State) error
}

// Closure computes the loss anew, with its gradients.
type Closure = func() *torch.Tensor

// Group is parameters that are trained with the same settings.
type Group struct {
	Params    []*nn.Parameter
	LR        float64
	InitialLR float64  // what a scheduler started from; 0: there was none
	Settings  Settings // the optimizer's own: *AdamConfig, *SGDConfig, ...

	scheduled map[string]float64 // what a scheduler keeps there, by PyTorch's name
}

// Settings are what an optimizer lets its user set for a group, beside the learning rate: a pointer to a struct whose
// fields have PyTorch's names as JSON tags, under which they are saved.
type Settings interface {
	// Check says what is wrong with the settings. It is asked before they are taken over.
	Check() error
}

// settingsOf are a group's settings, which are an optimizer's own.
func settingsOf[S Settings](g *Group) S {
	s, is := g.Settings.(S)
	if !is {
		panic(&torch.Error{Op: "optim", Kind: torch.TypeError, Message: fmt.Sprintf(
			"a group's settings are %T: expected %T, as the optimizer made them", g.Settings, s)})
	}
	return s
}

// Options are the options of a constructor, of which nil is a panic with a [*torch.Error].
func Options[O any](opts []O) []O {
	for i, o := range opts {
		if any(o) == nil {
			panic(&torch.Error{Op: "optim", Kind: torch.TypeError, Message: fmt.Sprintf("option %d is nil", i)})
		}
	}
	return opts
}

// SetToNone(false) makes ZeroGrad fill the gradients with zeros, SetToNone(true) drops
// them: see [nn.SetToNone]. The default is that of the libtorch's PyTorch: since 2.0 they are
// dropped; before, steps are those with zeros, though Grad is nil until the next Backward.
type SetToNone = nn.SetToNone
