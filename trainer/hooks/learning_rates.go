package hooks

import (
	"fmt"

	"multitorch/optim"
	"multitorch/trainer"
)

// LearningRates writes the rate that each step is taken with: "lr", or "lr/0", "lr/1" and so on where there are several groups.
// Where Trainer.Update applies the losses there is nothing to be seen.
type LearningRates struct {
	Optimizer optim.Optimizer
	To        Logger
	Every     int // steps; 1 where it is 0
}

// Name is "learning rates".
func (l *LearningRates) Name() string { return "learning rates" }

// BeforeUpdate writes.
func (l *LearningRates) BeforeUpdate(at trainer.Place) error {
	if !due(at.Step, l.Every) {
		return nil
	}
	groups := l.Optimizer.ParamGroups()
	for i, g := range groups {
		tag := "lr"
		if len(groups) > 1 {
			tag = fmt.Sprintf("lr/%d", i)
		}
		if err := l.To.Scalar(tag, at.Step, g.LR); err != nil {
			return err
		}
	}
	return nil
}
