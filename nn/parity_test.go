package nn_test

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/twin"
)

// row is a module, its Python twin, and what its Forward gets. A new module needs a few rows,
// with its options on and off, and nothing else: see TestModulesMatchPython for what is compared.
type row struct {
	python string // makes it: "nn.Conv2d(4, 6, 3, stride=2)"
	make   func() nn.Module
	inputs []input // nil is None

	call    string                                               // in Python, unless it is m(*x)
	forward func(m nn.Module, x []*torch.Tensor) []*torch.Tensor // in Go, unless it is Forward
}

// input makes a tensor, another one at each step.
type input func() *torch.Tensor

func in(inputs ...input) []input { return inputs }

func randn(shape ...int) input { return func() *torch.Tensor { return torch.Randn(shape) } }

func rand(shape ...int) input { return func() *torch.Tensor { return torch.Rand(shape) } }

// ids are integers from 0 to below high.
func ids(high int, shape ...int) input {
	return func() *torch.Tensor { return torch.Randint(0, high, shape) }
}

func rows() []row {
	return slices.Concat(convolutionRows(), convolutionSamples(), poolRows(), unpoolRows(), paddingRows(), normRows(),
		recurrentRows(), activationRows(), lossRows(), embeddingRows(), attentionRows(), transformerRows(), sequenceSamples(), utilsRows(), otherRows())
}

// samples makes rows of one module and inputs of several shapes.
func samples(python string, make func() nn.Module, shapes ...torch.Shape) (rows []row) {
	for _, s := range shapes {
		rows = append(rows, row{python: python, make: make, inputs: in(randn(s...))})
	}
	return rows
}

// indexer is a pool that also says where its elements come from.
type indexer interface {
	ForwardIndices(x *torch.Tensor) (values, indices *torch.Tensor)
}

// indexed makes rows of pools whose ForwardIndices is compared.
func indexed(rows []row) []row {
	for i := range rows {
		rows[i].forward = func(m nn.Module, x []*torch.Tensor) []*torch.Tensor {
			y, at := m.(indexer).ForwardIndices(x[0])
			return []*torch.Tensor{y, at}
		}
	}
	return rows
}

const parityPython = `
	import torch.nn.utils.prune
	def text(s): return torch.tensor(list(s.encode()), dtype=torch.uint8)
	for i, (code, call, n) in enumerate(zip(args[::3], args[1::3], args[2::3])):
		torch.manual_seed(7)
		m = eval(code)
		out["%d.text" % i] = text("\n".join([repr(m), *m.state_dict()]))
		for k, v in m.state_dict().items():
			out["%d.init.%s" % (i, k)] = v.clone()
		for step in range(4):
			m.train(step < 3)
			leaves = [inputs.get("%d.%d.%d" % (i, step, j)) for j in range(int(n))]
			leaves = [v if v is None else v.clone().requires_grad_(v.is_floating_point()) for v in leaves]
			x = [v if v is None else v.clone() for v in leaves]
			ys = eval(call)
			for k, y in enumerate(ys if isinstance(ys, tuple) else (ys,)):
				out["%d.%d.y%d" % (i, step, k)] = y
				if y.requires_grad:
					y.backward(torch.randn_like(y), retain_graph=True)
			for k, v in enumerate(leaves):
				if v is not None and v.grad is not None:
					out["%d.%d.x%d" % (i, step, k)] = v.grad
		for k, p in m.named_parameters():
			if p.grad is not None:
				out["%d.grad.%s" % (i, k)] = p.grad
		for k, v in m.state_dict().items():
			out["%d.last.%s" % (i, k)] = v
`

// TestModulesMatchPython: the same seed gives the same weights, names and printed form, and the
// same inputs the same outputs, gradients and buffers, in bits, over three steps in training and
// one in evaluation.
func TestModulesMatchPython(t *testing.T) {
	rows := rows()
	inputs := map[string]*torch.Tensor{}
	var args []string
	for i, r := range rows {
		if r.call == "" {
			r.call = "m(*x)"
		}
		args = append(args, r.python, r.call, strconv.Itoa(len(r.inputs)))
		for step := range 4 {
			for k, make := range r.inputs {
				if make != nil {
					inputs[fmt.Sprintf("%d.%d.%d", i, step, k)] = make()
				}
			}
		}
	}
	want := twin.Run(t, olderPython+parityPython, inputs, args...)
	for i, r := range rows {
		t.Run(r.python, func(t *testing.T) {
			compareRow(t, r, fmt.Sprintf("%d.", i), inputs, want)
		})
	}
}

func compareRow(t *testing.T, r row, prefix string, inputs, want map[string]*torch.Tensor) {
	key := func(format string, args ...any) string { return prefix + fmt.Sprintf(format, args...) }
	torch.ManualSeed(7)
	m := r.make()
	var names strings.Builder
	for _, s := range nn.StateDict(m) {
		names.WriteString("\n" + s.Name)
		twin.RequireEqual(t, want[key("init.%s", s.Name)], s.Tensor, "initial ", s.Name)
	}
	require.Equal(t, string(want[key("text")].Bytes()), nn.Describe(m)+names.String())
	for step := range 4 {
		if step == 3 {
			nn.Eval(m)
		}
		leaves, x := make([]*torch.Tensor, len(r.inputs)), make([]*torch.Tensor, len(r.inputs))
		for k := range r.inputs {
			if v := inputs[key("%d.%d", step, k)]; v != nil {
				leaves[k] = v.Clone().SetRequiresGrad(v.DType().IsFloatingPoint())
				x[k] = leaves[k].Clone()
			}
		}
		for k, y := range r.run(m, x) {
			twin.RequireEqual(t, want[key("%d.y%d", step, k)], y, "output ", step)
			if y.RequiresGrad() {
				y.Backward(torch.Gradient(torch.RandnLike(y)), torch.RetainGraph(true))
			}
		}
		for k, v := range leaves {
			if v != nil && v.RequiresGrad() && (v.Grad() != nil || want[key("%d.x%d", step, k)] != nil) {
				twin.RequireEqual(t, want[key("%d.x%d", step, k)], v.Grad(), "gradient of the input ", step)
			}
		}
	}
	for _, p := range nn.NamedParameters(m) {
		if grad := want[key("grad.%s", p.Name)]; grad != nil || p.Grad() != nil {
			twin.RequireEqual(t, grad, p.Grad(), "gradient of ", p.Name)
		}
	}
	for _, s := range nn.StateDict(m) {
		twin.RequireEqual(t, want[key("last.%s", s.Name)], s.Tensor, "in the end, ", s.Name)
	}
}

// run calls Forward.
func (r row) run(m nn.Module, x []*torch.Tensor) (ys []*torch.Tensor) {
	if r.forward != nil {
		return r.forward(m, x)
	}
	args := make([]reflect.Value, len(x))
	for i, v := range x {
		args[i] = reflect.ValueOf(v)
	}
	for _, y := range reflect.ValueOf(m).MethodByName("Forward").Call(args) {
		ys = append(ys, y.Interface().(*torch.Tensor))
	}
	return ys
}
