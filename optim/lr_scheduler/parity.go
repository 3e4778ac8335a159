package lr_scheduler

import (
	"sync"

	"multitorch/internal/version"
	"multitorch/torch"
)

// parity is how the schedulers of the loaded libtorch's PyTorch differ from those of other versions.
type parity struct {
	// 2.10: a rule leaves the rates alone at its first step, and not whenever the epoch is 0; a sequence goes on to its
	// next scheduler without counting a step of it.
	asksForInitial bool
	// 2.10: a sequence begins with the scheduler of epoch 0, and not always with its first.
	beginsByMilestone bool
	// 2.5: a sequence takes back the first steps of the innermost schedulers in it; before, of its own.
	undoesInnermost bool
	// 2.10: restarts that come late go on with the rest of a division; before, one period was taken off.
	dividesPeriods bool
	// 2.0: CyclicLR keeps the limits of the momentum in the groups.
	keepsMomenta bool
}

// running is the parity with the loaded libtorch.
var running = sync.OnceValue(func() parity { return parityWith(torch.Version()) })

func parityWith(loaded string) parity {
	since := func(major, minor int) bool { return version.AtLeast(loaded, major, minor) }
	return parity{
		asksForInitial:    since(2, 10),
		beginsByMilestone: since(2, 10),
		undoesInnermost:   since(2, 5),
		dividesPeriods:    since(2, 10),
		keepsMomenta:      since(2, 0),
	}
}
