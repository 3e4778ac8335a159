package hooks

import (
	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
)

// GradientNorms writes the 2-norm of all gradients together, "gradient_norm", as it is before they are clipped, and of each
// parameter's where Each is set: "gradient_norm/encoder.weight". It reads them back from a GPU, all at once, in each step of which
// it writes. Where Trainer.Update applies the losses there is nothing to be seen.
type GradientNorms struct {
	To    Logger
	Every int // steps; 1 where it is 0
	Each  bool

	model nn.Module
}

// Name is "gradient norms".
func (g *GradientNorms) Name() string { return "gradient norms" }

// OnStart notes the model.
func (g *GradientNorms) OnStart(s trainer.Start) error {
	g.model = s.Model
	return nil
}

// BeforeUpdate writes.
func (g *GradientNorms) BeforeUpdate(at trainer.Place) error {
	if !due(at.Step, g.Every) {
		return nil
	}
	names, norms := gradientNorms(g.model)
	total := 0.
	for i, n := range norms {
		total += n * n
		if g.Each {
			if err := g.To.Scalar("gradient_norm/"+names[i], at.Step, n); err != nil {
				return err
			}
		}
	}
	return g.To.Scalar("gradient_norm", at.Step, libm.Sqrt(total))
}

var toDense = torch.NewOperator("aten::to_dense", "self")

// gradientNorms are those of the parameters that have a gradient.
func gradientNorms(m nn.Module) (names []string, norms []float64) {
	torch.NoGrad(func() {
		torch.Scoped(func(s *torch.Scope) {
			var all []*torch.Tensor
			for _, p := range nn.NamedParameters(m) {
				g := p.Grad()
				if g == nil {
					continue
				}
				if torch.TraitsOf(g).Sparse {
					g = s.Own(toDense.Call(g))
				}
				n := s.Own(g.Norm().To(torch.Float64))
				if len(all) > 0 {
					n = s.Own(n.To(all[0].Device()))
				}
				names, all = append(names, p.Name), append(all, n)
			}
			if len(all) > 0 {
				norms = torch.ToSlice[float64](torch.Stack(all, 0))
			}
		})
	})
	return names, norms
}
