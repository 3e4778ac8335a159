package functional_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"multitorch/torch"
	"multitorch/twin"
)

// row is a call in Python and in Go of a function, with the same inputs x. A new function needs a
// few rows, with its options on and off, and nothing else: see TestFunctionsMatchPython.
type row struct {
	python string
	call   func(x []*torch.Tensor) []*torch.Tensor
	inputs []input
}

// input makes a tensor. Gradients of those of floating point dtypes are compared.
type input func() *torch.Tensor

func in(inputs ...input) []input { return inputs }

func randn(shape ...int) input { return func() *torch.Tensor { return torch.Randn(shape) } }

func rand(shape ...int) input { return func() *torch.Tensor { return torch.Rand(shape) } }

// ids are integers from 0 to below high.
func ids(high int, shape ...int) input {
	return func() *torch.Tensor { return torch.Randint(0, high, shape) }
}

func fixed(values any) input { return func() *torch.Tensor { return torch.New(values) } }

// one makes a row of a function of one result.
func one(python string, call func(x []*torch.Tensor) *torch.Tensor, inputs ...input) row {
	return row{python, func(x []*torch.Tensor) []*torch.Tensor { return []*torch.Tensor{call(x)} }, inputs}
}

// unary makes a row of a function of one tensor: "F.relu(x)".
func unary(python string, call func(x *torch.Tensor) *torch.Tensor, input input) row {
	return one(python, func(x []*torch.Tensor) *torch.Tensor { return call(x[0]) }, input)
}

func rows() []row {
	return slices.Concat(activationRows(), lossRows(), distanceRows(), convRows(), normRows(), poolRows(), embeddingRows(), gridRows(),
		dropoutRows(), visionRows(), attentionRows())
}

const parityPython = `
	import warnings, torch.nn.functional as F
	warnings.simplefilter("ignore")
	for i, (code, n) in enumerate(zip(args[::2], args[1::2])):
		torch.manual_seed(7)
		leaves = [inputs["%d.%d" % (i, j)] for j in range(int(n))]
		leaves = [v.clone().requires_grad_(v.is_floating_point()) for v in leaves]
		x = [v.clone() for v in leaves]
		try:
			ys = eval(code, {"torch": torch, "F": F, "x": x[0] if len(x) == 1 else x})
		except Exception as e:
			raise Exception(code) from e
		for k, y in enumerate(ys if isinstance(ys, tuple) else (ys,)):
			out["%d.y%d" % (i, k)] = y
			if y.requires_grad:
				y.backward(torch.randn_like(y), retain_graph=True)
		for k, v in enumerate(leaves):
			if v.grad is not None:
				out["%d.g%d" % (i, k)] = v.grad.to_dense()
		out["%d.rest" % i] = torch.get_rng_state()
`

// TestFunctionsMatchPython: with the same inputs and seed each function gives the same results and
// gradients, in bits, and draws as many random numbers.
func TestFunctionsMatchPython(t *testing.T) {
	rows := rows()
	inputs := map[string]*torch.Tensor{}
	var args []string
	for i, r := range rows {
		args = append(args, r.python, strconv.Itoa(len(r.inputs)))
		for k, make := range r.inputs {
			inputs[fmt.Sprintf("%d.%d", i, k)] = make()
		}
	}
	want := twin.Run(t, parityPython, inputs, args...)
	for i, r := range rows {
		t.Run(r.python, func(t *testing.T) {
			key := func(format string, n ...any) string { return fmt.Sprintf("%d.", i) + fmt.Sprintf(format, n...) }
			torch.ManualSeed(7)
			leaves, x := make([]*torch.Tensor, len(r.inputs)), make([]*torch.Tensor, len(r.inputs))
			for k := range r.inputs {
				v := inputs[key("%d", k)]
				leaves[k] = v.Clone().SetRequiresGrad(v.DType().IsFloatingPoint())
				x[k] = leaves[k].Clone()
			}
			for k, y := range r.call(x) {
				twin.RequireEqual(t, want[key("y%d", k)], y, "result ", k)
				if y.RequiresGrad() {
					y.Backward(torch.Gradient(torch.RandnLike(y)), torch.RetainGraph(true))
				}
			}
			for k, v := range leaves {
				if g := v.Grad(); g != nil || want[key("g%d", k)] != nil {
					twin.RequireEqual(t, want[key("g%d", k)], dense(g), "gradient ", k)
				}
			}
			twin.RequireEqual(t, want[key("rest")], torch.RNGState(), "random state")
		})
	}
}

var toDense = torch.NewOperator("aten::to_dense", "self")

func dense(g *torch.Tensor) *torch.Tensor {
	if g == nil {
		return nil
	}
	return toDense.Call(g)
}
