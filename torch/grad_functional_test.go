package torch_test

import (
	"slices"
	"testing"

	"multitorch/torch"
)

// The functions of docs/autograd.md, as they stand there.

func grad(y, x T, opts ...torch.BackwardOption) T { return torch.Grad([]T{y}, []T{x}, opts...)[0] }

func jacobianOf(y, x T) T {
	var rows []T
	for _, element := range y.Reshape(-1).Unbind(0) {
		rows = append(rows, grad(element, x, torch.RetainGraph(true)))
	}
	return torch.Stack(rows, 0).View(slices.Concat(y.Shape(), x.Shape())...)
}

func hessian(y, x T) T { return jacobianOf(grad(y, x, torch.CreateGraph(true)), x) }

func vjp(y, x, v T) T { return grad(y, x, torch.Gradient(v)) }

func hvp(y, x, v T) T { return grad(grad(y, x, torch.CreateGraph(true)), x, torch.Gradient(v)) }

func jvp(y, x, v T) T {
	u := torch.ZerosLike(y, torch.RequiresGrad(true))
	return grad(grad(y, x, torch.Gradient(u), torch.CreateGraph(true)), u, torch.Gradient(v))
}

// They give the bits of torch.autograd.functional. (Its hvp goes the long way of jvp, and the
// way here is its vhp, which is the same for a Hessian: that is symmetric.)
func TestAutogradFunctionalAsInPython(t *testing.T) {
	in := map[string]T{
		"x": torch.New([][]float32{{0.5, -1, 2}, {1.5, 0.25, -0.75}}), "v": torch.New([][]float32{{1, 2, -1}, {0.5, 3, 0.1}}),
		"u": torch.New([]float32{1, -2, 0.3}),
	}
	v, u := in["v"], in["u"]
	f := func(x T) T { return x.Sin().Mul(x.Exp()).Sum(0) }
	g := func(x T) T { return f(x).Pow(2).Sum() }
	x := func() T { return in["x"].Detach().Clone().SetRequiresGrad(true) }
	of := func(python string, f func(x T) T) beside { return one(python, func() T { return f(x()) }) }
	const define = "(F := torch.autograd.functional, f := lambda x: (x.sin() * x.exp()).sum(0), g := lambda x: f(x).pow(2).sum())"
	requireBeside(t, in, []beside{
		of(define+" and F.jacobian(f, x)", func(x T) T { return jacobianOf(f(x), x) }),
		of(define+" and F.jacobian(g, x)", func(x T) T { return jacobianOf(g(x), x) }),
		of(define+" and F.hessian(g, x)", func(x T) T { return hessian(g(x), x) }),
		of(define+" and F.vjp(f, x, u)[1]", func(x T) T { return vjp(f(x), x, u) }),
		of(define+" and F.vhp(g, x, v)[1]", func(x T) T { return hvp(g(x), x, v) }),
		of(define+" and F.jvp(f, x, v)[1]", func(x T) T { return jvp(f(x), x, v) }),
		one(define+" and torch.allclose(F.hvp(g, x, v)[1], F.vhp(g, x, v)[1]) and torch.ones(1)", func() T { return torch.Ones(torch.Shape{1}) }),
	})
}
