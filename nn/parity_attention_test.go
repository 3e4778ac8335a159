package nn_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/twin"
)

// mask makes a Bool mask, in which each last dimension has one that is false, the first.
func mask(shape ...int) input {
	return func() *torch.Tensor {
		m := torch.Rand(shape).Gt(0.5)
		m.Select(-1, 0).ZeroInplace()
		return m
	}
}

// padding is a Bool mask [2, n] that pads the second sequence at its end.
func padding(n, padded int) input {
	return func() *torch.Tensor {
		m := torch.Zeros(torch.Shape{2, n}, torch.Bool)
		m.Select(0, 1).Narrow(0, n-padded, padded).FillInplace(true)
		return m
	}
}

func causal(n int) input {
	return func() *torch.Tensor { return nn.GenerateSquareSubsequentMask(n) }
}

// attend is Forward with self-attention, or with keys and values of their own.
func attend(x []*torch.Tensor, inputs int, args ...nn.AttentionArgument) func(m nn.Module) []*torch.Tensor {
	return func(m nn.Module) []*torch.Tensor {
		q, k, v := x[0], x[min(1, inputs-1)], x[inputs-1]
		y, w := m.(*nn.MultiheadAttention).Forward(q, k, v, args...)
		if w == nil {
			return []*torch.Tensor{y}
		}
		return []*torch.Tensor{y, w}
	}
}

func attentionRows() []row {
	attention := func(opts ...nn.AttentionOption) func() nn.Module {
		return func() nn.Module { return nn.NewMultiheadAttention(6, 2, opts...) }
	}
	none := func(x []*torch.Tensor) []nn.AttentionArgument { return nil }
	with := func(inputs int, args func(x []*torch.Tensor) []nn.AttentionArgument) func(m nn.Module, x []*torch.Tensor) []*torch.Tensor {
		return func(m nn.Module, x []*torch.Tensor) []*torch.Tensor { return attend(x, inputs, args(x)...)(m) }
	}
	attn := func(x []*torch.Tensor) []nn.AttentionArgument {
		return []nn.AttentionArgument{nn.AttnMask(x[len(x)-1])}
	}
	keys := func(x []*torch.Tensor) []nn.AttentionArgument {
		return []nn.AttentionArgument{nn.KeyPaddingMask(x[len(x)-1])}
	}
	both := func(x []*torch.Tensor) []nn.AttentionArgument {
		return []nn.AttentionArgument{nn.AttnMask(x[len(x)-2]), nn.KeyPaddingMask(x[len(x)-1])}
	}
	plus := func(f func(x []*torch.Tensor) []nn.AttentionArgument, more ...nn.AttentionArgument) func(x []*torch.Tensor) []nn.AttentionArgument {
		return func(x []*torch.Tensor) []nn.AttentionArgument { return append(f(x), more...) }
	}
	const self, self0 = "m(x[0], x[0], x[0])", "m(x[0], x[0], x[0], need_weights=False)[:1]"
	three := in(randn(4, 2, 6), randn(5, 2, 6), randn(5, 2, 6))
	wide := in(randn(4, 2, 6), randn(5, 2, 3), randn(5, 2, 7))
	one := in(randn(4, 2, 6))
	rows := []row{
		{python: "nn.MultiheadAttention(6, 2)", make: attention(), inputs: one, call: self, forward: with(1, none)},
		{python: "nn.MultiheadAttention(6, 2) ", make: attention(), inputs: one, call: self0, forward: with(1, plus(none, nn.NeedWeights(false)))},
		{
			python: "nn.MultiheadAttention(6, 2)  ", make: attention(), inputs: in(randn(4, 6)), call: self,
			forward: with(1, none),
		},
		{
			python: "nn.MultiheadAttention(6, 2)   ", make: attention(), inputs: one, call: "m(x[0], x[0], x[0], average_attn_weights=False)",
			forward: with(1, plus(none, nn.AverageAttnWeights(false))),
		},
		{
			python: "nn.MultiheadAttention(6, 2)    ", make: attention(), inputs: in(randn(4, 2, 6), randn(5, 2, 6)),
			call: "m(x[0], x[1], x[1])", forward: with(2, none),
		},
		{python: "nn.MultiheadAttention(6, 2)     ", make: attention(), inputs: three, forward: with(3, none)},
		{
			python: "nn.MultiheadAttention(6, 2)      ", make: attention(), inputs: three, call: "m(*x, need_weights=False)[:1]",
			forward: with(3, plus(none, nn.NeedWeights(false))),
		},
		{python: "nn.MultiheadAttention(6, 2, bias=False)", make: attention(nn.Bias(false)), inputs: three, forward: with(3, none)},
		{python: "nn.MultiheadAttention(6, 2, bias=False) ", make: attention(nn.Bias(false)), inputs: one, call: self, forward: with(1, none)},
		{
			python: "nn.MultiheadAttention(6, 2, kdim=3, vdim=7, add_bias_kv=True)",
			make:   attention(nn.Kdim(3), nn.Vdim(7), nn.AddBiasKV(true)), inputs: wide, forward: with(3, none),
		},
		{
			python: "nn.MultiheadAttention(6, 2, kdim=3, vdim=7, bias=False)", make: attention(nn.Kdim(3), nn.Vdim(7), nn.Bias(false)),
			inputs: wide, forward: with(3, none),
		},
		{
			python: "nn.MultiheadAttention(6, 2, batch_first=True)", make: attention(nn.BatchFirst(true)),
			inputs: in(randn(2, 4, 6), randn(2, 5, 6), randn(2, 5, 6)), forward: with(3, none),
		},
		{python: "nn.MultiheadAttention(6, 2, batch_first=True) ", make: attention(nn.BatchFirst(true)), inputs: one, call: self, forward: with(1, none)},
		{
			python: "nn.MultiheadAttention(6, 2, batch_first=True)  ", make: attention(nn.BatchFirst(true)), inputs: in(randn(4, 6)), call: self,
			forward: with(1, none),
		},
		{
			python: "nn.MultiheadAttention(6, 2, dropout=0.3)", make: attention(nn.NewDropout(0.3)), inputs: one, call: self,
			forward: with(1, none),
		},
		{
			python: "nn.MultiheadAttention(6, 2, dropout=0.3) ", make: attention(nn.NewDropout(0.3)), inputs: one, call: self0,
			forward: with(1, plus(none, nn.NeedWeights(false))),
		},
	}
	for _, c := range []struct {
		keywords string
		opts     []nn.AttentionOption
	}{{"", nil}, {", add_bias_kv=True", []nn.AttentionOption{nn.AddBiasKV(true)}}, {", add_zero_attn=True", []nn.AttentionOption{nn.AddZeroAttn(true)}}} {
		module := "nn.MultiheadAttention(6, 2" + c.keywords + ")"
		for _, need := range []bool{true, false} {
			tail := ", need_weights=" + python(need) + ")"
			if !need {
				tail += "[:1]"
			}
			add := func(call string, inputs []input, args func(x []*torch.Tensor) []nn.AttentionArgument) {
				n := 1
				rows = append(rows, row{
					python: module, make: attention(c.opts...), inputs: inputs, call: "m(x[0], x[0], x[0], " + call + tail,
					forward: with(n, plus(args, nn.NeedWeights(need))),
				})
			}
			add("attn_mask=x[-1]", in(randn(4, 2, 6), mask(4, 4)), attn)
			add("attn_mask=x[-1]", in(randn(4, 2, 6), randn(4, 4)), attn)
			add("attn_mask=x[-1]", in(randn(4, 2, 6), mask(4, 4, 4)), attn)
			add("attn_mask=x[-1]", in(randn(4, 6), mask(2, 4, 4)), attn)
			add("key_padding_mask=x[-1]", in(randn(4, 2, 6), padding(4, 2)), keys)
			add("key_padding_mask=x[-1]", in(randn(4, 6), mask(4)), keys)
			add("attn_mask=x[-2], key_padding_mask=x[-1]", in(randn(4, 2, 6), mask(4, 4), padding(4, 2)), both)
			add("attn_mask=x[-2], key_padding_mask=x[-1]", in(randn(4, 2, 6), causal(4), padding(4, 2)), both)
		}
	}
	return rows
}

// fusedCases are calls in evaluation without gradients, which newer and older versions compute with one operator or
// in single steps.
func fusedCases() []row {
	attention := func(heads int, opts ...nn.AttentionOption) func() nn.Module {
		return func() nn.Module { return nn.NewMultiheadAttention(8, heads, append(opts, nn.BatchFirst(true))...) }
	}
	with := func(args func(x []*torch.Tensor) []nn.AttentionArgument) func(m nn.Module, x []*torch.Tensor) []*torch.Tensor {
		return func(m nn.Module, x []*torch.Tensor) []*torch.Tensor { return attend(x, 1, args(x)...)(m) }
	}
	arguments := func(args ...nn.AttentionArgument) func(x []*torch.Tensor) []nn.AttentionArgument {
		return func(x []*torch.Tensor) []nn.AttentionArgument { return args }
	}
	keys := func(x []*torch.Tensor) []nn.AttentionArgument { return []nn.AttentionArgument{nn.KeyPaddingMask(x[1])} }
	attn := func(x []*torch.Tensor) []nn.AttentionArgument { return []nn.AttentionArgument{nn.AttnMask(x[1])} }
	both := func(x []*torch.Tensor) []nn.AttentionArgument {
		return []nn.AttentionArgument{nn.AttnMask(x[1]), nn.KeyPaddingMask(x[2])}
	}
	const even, odd = "nn.MultiheadAttention(8, 2, batch_first=True)", "nn.MultiheadAttention(8, 1, batch_first=True)"
	x := randn(2, 5, 8)
	return []row{
		{python: even, make: attention(2), inputs: in(x), call: "m(x[0], x[0], x[0])", forward: with(arguments())},
		{python: even, make: attention(2), inputs: in(x), call: "m(x[0], x[0], x[0], need_weights=False)[:1]", forward: with(arguments(nn.NeedWeights(false)))},
		{
			python: even, make: attention(2), inputs: in(x), call: "m(x[0], x[0], x[0], average_attn_weights=False)",
			forward: with(arguments(nn.AverageAttnWeights(false))),
		},
		{python: even, make: attention(2), inputs: in(x, padding(5, 2)), call: "m(x[0], x[0], x[0], key_padding_mask=x[1])", forward: with(keys)},
		{python: even, make: attention(2), inputs: in(x, mask(5, 5)), call: "m(x[0], x[0], x[0], attn_mask=x[1])", forward: with(attn)},
		{python: even, make: attention(2), inputs: in(x, mask(4, 5, 5)), call: "m(x[0], x[0], x[0], attn_mask=x[1])", forward: with(attn)},
		{python: even, make: attention(2), inputs: in(x, causal(5)), call: "m(x[0], x[0], x[0], attn_mask=x[1])", forward: with(attn)},
		{
			python: even, make: attention(2), inputs: in(x, mask(5, 5), padding(5, 2)),
			call: "m(x[0], x[0], x[0], attn_mask=x[1], key_padding_mask=x[2])", forward: with(both),
		},
		{python: odd, make: attention(1), inputs: in(x), call: "m(x[0], x[0], x[0])", forward: with(arguments())},
		{
			python: "nn.MultiheadAttention(8, 2, batch_first=True, dropout=0.1)", make: attention(2, nn.NewDropout(0.1)), inputs: in(x),
			call: "m(x[0], x[0], x[0])", forward: with(arguments()),
		},
		{
			python: "nn.MultiheadAttention(8, 2, batch_first=True, add_zero_attn=True)", make: attention(2, nn.AddZeroAttn(true)), inputs: in(x),
			call: "m(x[0], x[0], x[0])", forward: with(arguments()),
		},
	}
}

// TestEvaluationWithoutGradients: what PyTorch then computes with one operator is the same one here.
func TestEvaluationWithoutGradients(t *testing.T) {
	compareEvaluation(t, append(fusedCases(), fusedTransformers()...))
}

func compareEvaluation(t *testing.T, rows []row) {
	inputs := map[string]*torch.Tensor{}
	var args []string
	for i, r := range rows {
		args = append(args, r.python, r.call)
		for k, f := range r.inputs {
			inputs[fmt.Sprintf("%d.%d", i, k)] = f()
		}
	}
	want := twin.Run(t, `
		import torch.nn as nn
		for i, (code, call) in enumerate(zip(args[::2], args[1::2])):
			torch.manual_seed(7)
			m = eval(code).eval()
			x = [inputs[k] for k in sorted(inputs) if k.startswith("%d." % i)]
			with torch.no_grad(): ys = eval(call)
			for k, y in enumerate(ys if isinstance(ys, tuple) else (ys,)): out["%d.%d" % (i, k)] = y
	`, inputs, args...)
	for i, r := range rows {
		torch.ManualSeed(7)
		m := r.make()
		nn.Eval(m)
		x := make([]*torch.Tensor, len(r.inputs))
		for k := range x {
			x[k] = inputs[fmt.Sprintf("%d.%d", i, k)]
		}
		torch.NoGrad(func() {
			ys := r.run(m, x)
			require.Nil(t, want[fmt.Sprintf("%d.%d", i, len(ys))])
			for k, y := range ys {
				twin.RequireEqual(t, want[fmt.Sprintf("%d.%d", i, k)], y, r.python, " ", r.call)
			}
		})
	}
}
