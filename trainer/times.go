package trainer

import "time"

// Times says how long a run's training batches took. Where Waited is more than a few per cent of Took the model waits for
// its data: let the loader have workers.
type Times struct {
	Took   time.Duration // from each epoch's first request to its last step: without the validations between epochs
	Waited time.Duration // of this, for the loader
}

// Share is the part of the time that was waiting, from 0 to 1.
func (t Times) Share() float64 {
	if t.Took <= 0 {
		return 0
	}
	return t.Waited.Seconds() / t.Took.Seconds()
}

// Times are those of the last run, up to now.
func (t *Trainer[B, O]) Times() Times { return t.times }
