package objective

import (
	"fmt"
	"log/slog"

	"multitorch/libm"
	"multitorch/torch"
)

// Stuck watches a contrastive loss. With all scores alike, because the features are, it is ln(N) for N pairs: a model that
// stays there learns nothing. Where the mean over Steps losses is not 2 % below that, a warning says so, once.
type Stuck struct {
	Steps int                  // 200
	Warn  func(message string) // slog.Warn

	sum    *torch.Tensor
	steps  int
	chance float64
	said   bool
}

// NewStuck makes one.
func NewStuck() *Stuck { return &Stuck{Steps: 200, Warn: func(m string) { slog.Warn(m) }} }

// Add takes the loss of a step with n pairs. Only each Steps-th is waited for on a GPU.
func (s *Stuck) Add(loss *torch.Tensor, n int) {
	if s == nil || s.said || n < 2 || s.Steps < 1 {
		return
	}
	torch.NoGrad(func() {
		if s.sum == nil {
			s.sum = loss.Detach().Clone().Keep()
		} else {
			s.sum.AddInplace(loss.Detach())
		}
	})
	s.steps++
	s.chance += libm.Log(float64(n))
	if s.steps < s.Steps {
		return
	}
	loss1, chance := s.sum.Item()/float64(s.steps), s.chance/float64(s.steps)
	s.sum.Free()
	s.sum, s.steps, s.chance = nil, 0, 0
	if loss1 > 0.98*chance && loss1 < 1.1*chance {
		s.said = true
		s.Warn(fmt.Sprintf("the contrastive loss was %.3f over the last %d steps, and %.3f is what guessing gives, ln of the batch: "+
			"the features are all alike; try a smaller learning rate, a larger batch, or look whether pairs belong together",
			loss1, s.Steps, chance))
	}
}
