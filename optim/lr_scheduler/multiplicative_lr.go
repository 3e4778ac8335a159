package lr_scheduler

import "multitorch/optim"

// MultiplicativeLR is torch.optim.lr_scheduler.MultiplicativeLR: each rate is the one before by a factor that a function gives.
// The function is not in the state.
type MultiplicativeLR struct {
	scheduler
	lambdas []LRLambda
}

// NewMultiplicativeLR makes a MultiplicativeLR. The function is nil where [LRLambdas] gives one for each group.
func NewMultiplicativeLR(optimizer optim.Optimizer, lrLambda LRLambda, opts ...LambdaOption) *MultiplicativeLR {
	s := &MultiplicativeLR{}
	s.attach("MultiplicativeLR", optimizer)
	c := s.lambdaConfig(lrLambda, opts)
	s.lambdas = c.lambdas
	s.start(s, c.lastEpoch)
	return s
}

func (s *MultiplicativeLR) lrs() []float64 {
	lrs := s.current()
	if s.atStart() || !running().asksForInitial && s.lastEpoch < 0 {
		return lrs
	}
	for i, f := range s.lambdas {
		lrs[i] *= f(s.whole())
	}
	return lrs
}

func (s *MultiplicativeLR) kept() []kept {
	return []kept{{name: "lr_lambdas", at: noLambdas(len(s.lambdas)), optional: true}}
}
