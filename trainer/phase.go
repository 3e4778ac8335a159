package trainer

import "fmt"

// Phase is what a run is doing, for hooks that look where its time goes.
type Phase int

// The phases. Those from PhaseData to PhaseHooks follow each other in each step.
const (
	PhaseNone     Phase = iota // between epochs, and after the last one
	PhaseData                  // it waits for a batch
	PhaseForward               // Trainer.Step, and the reading of its loss
	PhaseBackward              // the loss's gradients
	PhaseMetrics               // the metrics take the outputs
	PhaseUpdate                // the optimizer, and what comes with it
	PhaseHooks                 // validations in the middle of an epoch, and hooks
	PhaseValidate              // the validation after an epoch
)

var phaseNames = []string{"none", "data", "forward", "backward", "metrics", "optimizer", "hooks", "validation"}

func (p Phase) String() string {
	if p < 0 || int(p) >= len(phaseNames) {
		return fmt.Sprintf("Phase(%d)", int(p))
	}
	return phaseNames[p]
}

// OnPhase is a hook that is told when a phase begins, which is the end of the one before. It is called on the goroutine that trains, a
// few times in each step, so it had better be quick.
type OnPhase interface{ OnPhase(Phase) }

// phase tells those who want to know.
func (r *run[B, O]) phase(p Phase) {
	for _, w := range r.watchers {
		w.OnPhase(p)
	}
}

func watchersOf(hooks []Hook) (watchers []OnPhase) {
	for _, h := range hooks {
		if w, ok := h.(OnPhase); ok {
			watchers = append(watchers, w)
		}
	}
	return watchers
}
