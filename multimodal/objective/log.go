package objective

import "multitorch/torch"

// Log keeps the mean of each of several losses since [Log.Reset]. They add up where they lie, so that a GPU need not be
// waited for.
type Log struct {
	names []string
	sums  []*torch.Tensor
	steps []int
}

// Mean is what a loss came to in the mean over the steps that had it.
type Mean struct {
	Name  string
	Value float64
}

// Add notes a loss of one step.
func (l *Log) Add(t Term) {
	torch.NoGrad(func() {
		for i, name := range l.names {
			if name == t.Name {
				l.sums[i].AddInplace(t.Loss.Detach())
				l.steps[i]++
				return
			}
		}
		l.names, l.steps = append(l.names, t.Name), append(l.steps, 1)
		l.sums = append(l.sums, t.Loss.Detach().To(torch.Float64).Clone().Keep())
	})
}

// Means are the losses' means, in the order in which they came first.
func (l *Log) Means() []Mean {
	means := make([]Mean, len(l.names))
	for i, name := range l.names {
		means[i] = Mean{name, l.sums[i].Item() / float64(l.steps[i])}
	}
	return means
}

// Reset forgets all.
func (l *Log) Reset() {
	for _, s := range l.sums {
		s.Free()
	}
	*l = Log{}
}
