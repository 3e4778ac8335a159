package nninit

import (
	"math"

	"multitorch/torch"
)

var qr = torch.NewOperator("aten::linalg_qr", "A")

// Orthogonal makes t [n, ...], taken as a matrix of n rows, a random (semi-)orthogonal one (Saxe et al., "Exact
// solutions to the nonlinear dynamics of learning in deep linear neural networks", 2013). Options: [Gain], by which it is
// scaled, [Generator].
func Orthogonal(t *torch.Tensor, opts ...Option) *torch.Tensor {
	c := configure(opts)
	return fill("Orthogonal", t, func() {
		shape := t.Shape()
		if len(shape) < 2 {
			panic(invalid("Orthogonal", "expected a tensor of at least 2 dimensions, but got the shape %v", shape))
		}
		if t.Numel() == 0 {
			return
		}
		rows := shape[0]
		cols := t.Numel() / rows
		torch.Scoped(func(s *torch.Scope) {
			flat := s.Own(t.NewEmpty(torch.Shape{rows, cols})).NormalInplace(0, 1, c.generator...)
			if rows < cols {
				flat = flat.T()
			}
			q, r := qr.Call2(flat) // they are the scope's, as what they are made of
			q.MulInplace(r.Diag(0).Sign())
			if rows < cols {
				q = q.T()
			}
			copyTo.Do(s.Own(t.View(q.Shape()...)), q)
			t.MulInplace(c.gain)
		})
	})
}

// Sparse fills t [n, m] from N(0, std²), of which then a share of each column, drawn anew, is set to zero (Martens, "Deep
// learning via Hessian-free optimization", 2010). PyTorch's default for std is 0.01. Options: [Generator], for the
// normal numbers; which become zero is always drawn from the default one, as in PyTorch.
func Sparse(t *torch.Tensor, sparsity, std float64, opts ...Option) *torch.Tensor {
	c := configure(opts)
	return fill("Sparse", t, func() {
		two("Sparse", t)
		if !(sparsity >= 0 && sparsity <= 1) {
			panic(invalid("Sparse", "sparsity has to be between 0 and 1, but got %v", sparsity))
		}
		rows, cols := t.Size(0), t.Size(1)
		zeros := int(math.Ceil(sparsity * float64(rows)))
		t.NormalInplace(0, std, c.generator...)
		for j := range cols {
			torch.Scoped(func(s *torch.Scope) {
				order := s.Own(torch.Randperm(rows))
				s.Own(t.Select(1, j)).IndexFillInplace(0, order.Narrow(0, 0, zeros), 0)
			})
		}
	})
}
