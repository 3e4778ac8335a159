package lr_scheduler

import "multitorch/optim"

// LRLambda is a factor for an epoch.
type LRLambda func(epoch int) float64

// LambdaLR is torch.optim.lr_scheduler.LambdaLR: the rates that the groups began with, by a factor that a function gives.
// The function is not in the state.
type LambdaLR struct {
	scheduler
	lambdas []LRLambda
}

// LambdaOption is an option of [NewLambdaLR] and [NewMultiplicativeLR]: [LRLambdas] and [LastEpoch] (-1 unless given).
type LambdaOption interface{ lambda(c *lambdaConfig) }

type lambdaConfig struct {
	lambdas   []LRLambda
	lastEpoch epoch
}

// LRLambdas are functions for the groups, one for each, in the place of one for all.
func LRLambdas(lambdas ...LRLambda) lrLambdas { return lambdas }

type lrLambdas []LRLambda

func (v lrLambdas) lambda(c *lambdaConfig) { c.lambdas = v }
func (v LastEpoch) lambda(c *lambdaConfig) { c.lastEpoch = epoch(v) }

// NewLambdaLR makes a LambdaLR. The function is nil where [LRLambdas] gives one for each group.
func NewLambdaLR(optimizer optim.Optimizer, lrLambda LRLambda, opts ...LambdaOption) *LambdaLR {
	s := &LambdaLR{}
	s.attach("LambdaLR", optimizer)
	c := s.lambdaConfig(lrLambda, opts)
	s.lambdas = c.lambdas
	s.start(s, c.lastEpoch)
	return s
}

// lambdaConfig is what the options say, with a function for each group.
func (s *scheduler) lambdaConfig(lrLambda LRLambda, opts []LambdaOption) lambdaConfig {
	c := lambdaConfig{lastEpoch: -1}
	for range s.optimizer.ParamGroups() {
		c.lambdas = append(c.lambdas, lrLambda)
	}
	n := len(c.lambdas)
	for _, o := range optim.Options(opts) {
		o.lambda(&c)
	}
	if len(c.lambdas) != n {
		refuse(s.kind, "expected %d lr_lambdas, one for each group, but got %d", n, len(c.lambdas))
	}
	for i, f := range c.lambdas {
		if f == nil {
			refuse(s.kind, "the lr_lambda of group %d is nil: expected a function of the epoch", i)
		}
	}
	return c
}

func (s *LambdaLR) lrs() []float64 {
	lrs := make([]float64, len(s.lambdas))
	for i, f := range s.lambdas {
		lrs[i] = s.baseLRs[i] * f(s.whole())
	}
	return lrs
}

func (s *LambdaLR) kept() []kept {
	return []kept{{name: "lr_lambdas", at: noLambdas(len(s.lambdas)), optional: true}}
}

// noLambdas is what a state has of functions: None for each.
type noLambdas int

func (n noLambdas) save() any                { return make([]any, n) }
func (n noLambdas) load(any) (func(), error) { return func() {}, nil }
