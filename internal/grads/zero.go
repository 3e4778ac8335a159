// Package grads is what optimizers and modules do alike with gradients.
package grads

import "multitorch/torch"

// Zero fills the gradients of ts, where there are any, with zeros, and forgets how they were
// computed, as zero_grad(set_to_none=False) does.
func Zero(ts []*torch.Tensor) {
	torch.NoGrad(func() {
		torch.Scoped(func(s *torch.Scope) {
			for _, g := range torch.Grads(s, ts) {
				if g == nil {
					continue
				}
				if g.GradFn() != "" {
					g.DetachInplace()
				} else if g.RequiresGrad() {
					g.SetRequiresGrad(false)
				}
				g.ZeroInplace()
			}
		})
	})
}
