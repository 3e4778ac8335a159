package lr_scheduler

import "multitorch/optim"

// momenta are the limits between which a momentum goes against the rate.
type momenta struct {
	cycle, useBeta1 bool
	base, max       []float64
}

// spread makes a number for each group, and says which setting moves.
func (m *momenta) spread(s *scheduler) {
	if !m.cycle {
		return
	}
	m.base, m.max = s.perGroup("base_momentum", m.base), s.perGroup("max_momentum", m.max)
	for i, g := range s.optimizer.ParamGroups() {
		_, m.useBeta1 = g.Get("betas").([2]float64)
		if _, has := g.Get("momentum").(float64); !has && !m.useBeta1 {
			refuse(s.kind, "group %d has neither a momentum nor betas: say CycleMomentum(false)", i)
		}
	}
}

// keep notes the limits in the groups.
func (m *momenta) keep(s *scheduler) {
	for i, g := range s.optimizer.ParamGroups() {
		g.Set("max_momentum", m.max[i])
		g.Set("base_momentum", m.base[i])
	}
}

// set sets a group's momentum.
func (m *momenta) set(g *optim.Group, momentum float64) {
	if betas, has := g.Get("betas").([2]float64); has && m.useBeta1 {
		betas[0] = momentum
		g.Set("betas", betas)
	} else {
		g.Set("momentum", momentum)
	}
}
