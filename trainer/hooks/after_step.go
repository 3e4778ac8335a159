package hooks

import "multitorch/trainer"

// AfterStep is a function as a hook, called after each step: to print a line, say.
type AfterStep func(trainer.Step)

// Name is "after step".
func (AfterStep) Name() string { return "after step" }

// OnStep calls it.
func (f AfterStep) OnStep(s trainer.Step) error {
	f(s)
	return nil
}
