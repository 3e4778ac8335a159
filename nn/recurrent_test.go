package nn_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/twin"
)

// network is a recurrent network in the tests: its Forward and ForwardPacked, with a list of states.
type network struct {
	module  nn.Module
	forward func(x *torch.Tensor, states []*torch.Tensor) (y *torch.Tensor, last []*torch.Tensor)
	packed  func(x *nn.PackedSequence, states []*torch.Tensor) (y *nn.PackedSequence, last []*torch.Tensor)
}

func list(hs ...*torch.Tensor) []*torch.Tensor { return hs }

// newNetwork makes the network of a kind, of 5 features and 6 hidden ones.
func newNetwork(kind string, opts []nn.RNNOption) network {
	one := func(m nn.Module, forward func(x, h *torch.Tensor) (y, hn *torch.Tensor),
		packed func(x *nn.PackedSequence, h *torch.Tensor) (*nn.PackedSequence, *torch.Tensor),
	) network {
		return network{m, func(x *torch.Tensor, hs []*torch.Tensor) (*torch.Tensor, []*torch.Tensor) {
			y, hn := forward(x, hs[0])
			return y, list(hn)
		}, func(x *nn.PackedSequence, hs []*torch.Tensor) (*nn.PackedSequence, []*torch.Tensor) {
			y, hn := packed(x, hs[0])
			return y, list(hn)
		}}
	}
	switch kind {
	case "RNN":
		m := nn.NewRNN(5, 6, opts...)
		return one(m, m.Forward, m.ForwardPacked)
	case "GRU":
		m := nn.NewGRU(5, 6, opts...)
		return one(m, m.Forward, m.ForwardPacked)
	}
	m := nn.NewLSTM(5, 6, opts...)
	return network{m, func(x *torch.Tensor, hs []*torch.Tensor) (*torch.Tensor, []*torch.Tensor) {
		y, hn, cn := m.Forward(x, hs[0], hs[1])
		return y, list(hn, cn)
	}, func(x *nn.PackedSequence, hs []*torch.Tensor) (*nn.PackedSequence, []*torch.Tensor) {
		y, hn, cn := m.ForwardPacked(x, hs[0], hs[1])
		return y, list(hn, cn)
	}}
}

// networkCases are keyword arguments, under the network's kind.
func networkCases() map[string][]nn.RNNOption {
	cases := map[string][]nn.RNNOption{
		"RNN nonlinearity='relu', num_layers=2": {nn.Nonlinearity("relu"), nn.NumLayers(2)},
		"RNN nonlinearity='tanh', bias=False":   {nn.Nonlinearity("tanh"), nn.Bias(false)},
		"LSTM proj_size=4":                      {nn.ProjSize(4)},
		"LSTM proj_size=2, dtype=torch.float64": {nn.ProjSize(2), nn.DType(torch.Float64)},
		"RNN num_layers=2, dtype=torch.float64": {nn.NumLayers(2), nn.DType(torch.Float64)},
		"LSTM proj_size=3, num_layers=2, bias=False, batch_first=True, dropout=0.25, bidirectional=True": {
			nn.ProjSize(3), nn.NumLayers(2), nn.Bias(false), nn.BatchFirst(true), nn.NewDropout(0.25), nn.Bidirectional(true),
		},
	}
	for _, kind := range []string{"RNN", "LSTM", "GRU"} {
		maps.Copy(cases, map[string][]nn.RNNOption{
			kind + " ":                                     nil,
			kind + " batch_first=True":                     {nn.BatchFirst(true)},
			kind + " bias=False":                           {nn.Bias(false)},
			kind + " num_layers=3, dropout=0.5":            {nn.NumLayers(3), nn.NewDropout(0.5)},
			kind + " bidirectional=True, batch_first=True": {nn.Bidirectional(true), nn.BatchFirst(true)},
			kind + " num_layers=2, bias=False, batch_first=True, dropout=0.25, bidirectional=True": {
				nn.NumLayers(2), nn.Bias(false), nn.BatchFirst(true), nn.NewDropout(0.25), nn.Bidirectional(true),
			},
		})
	}
	return cases
}

// networkInputs are a batch of 3 sequences of 4 steps of 5 features, a single one, and initial states for
// each, of which an LSTM has two.
func networkInputs(code string, opts []nn.RNNOption) map[string]*torch.Tensor {
	kind, arguments, _ := strings.Cut(code, " ")
	m := newNetwork(kind, opts)
	states, out, dtype := 0, 6, torch.Float32
	for _, p := range nn.NamedParameters(m.module) {
		if strings.HasPrefix(p.Name, "weight_hh") {
			states, out, dtype = states+1, p.Size(1), p.DType()
		}
	}
	inputs := map[string]*torch.Tensor{
		code + ".x": torch.Randn(torch.Shape{3, 4, 5}, dtype), code + ".one": torch.Randn(torch.Shape{4, 5}, dtype),
		code + ".h0": torch.Randn(torch.Shape{states, 3, out}, dtype), code + ".h0.one": torch.Randn(torch.Shape{states, out}, dtype),
	}
	if strings.Contains(arguments, "batch_first") {
		inputs[code+".first"] = torch.Ones(torch.Shape{1})
	}
	if kind == "LSTM" {
		inputs[code+".h1"] = torch.Randn(torch.Shape{states, 3, 6}, dtype)
		inputs[code+".h1.one"] = torch.Randn(torch.Shape{states, 6}, dtype)
	}
	return inputs
}

// TestRecurrentNetworksMatchPython runs each case as a batch, as a single sequence and packed
// with sorted and with unsorted lengths, with and without initial states, in
// training (the same dropout masks from the same seed) and in evaluation.
func TestRecurrentNetworksMatchPython(t *testing.T) {
	cases := networkCases()
	codes := slices.Sorted(maps.Keys(cases))
	inputs := map[string]*torch.Tensor{}
	for _, code := range codes {
		maps.Copy(inputs, networkInputs(code, cases[code]))
	}
	want := twin.Run(t, `
		import torch.nn as nn
		from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
		def text(s): return torch.tensor(list(s.encode()), dtype=torch.uint8)
		for code in args:
			torch.manual_seed(1)
			m = eval("nn.%s(5, 6, %s)" % tuple(code.split(" ", 1)))
			two = isinstance(m, nn.LSTM)
			out[code + ".text"] = text("\n".join([repr(m), *m.state_dict()]))
			for k, v in m.state_dict().items():
				out["%s.init.%s" % (code, k)] = v.clone()
			def leaf(name): return inputs[code + name].clone().requires_grad_()
			def run(name, x, h, call):
				y, last = call(x, None if h is None else h if two else h[0])
				last = last if two else [last]
				y.backward(torch.randn_like(y), retain_graph=True)
				for v in last: v.backward(torch.randn_like(v), retain_graph=True)
				out["%s.%s.y" % (code, name)] = y
				out["%s.%s.x" % (code, name)] = x.grad
				for k, v in enumerate(last): out["%s.%s.last%d" % (code, name, k)] = v
				for k, v in enumerate(h or []): out["%s.%s.h%d" % (code, name, k)] = v.grad
			def packed(lengths, **sorting):
				def call(x, h):
					p = pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, **sorting)
					q, last = m(p, h)
					y, n = pad_packed_sequence(q, batch_first=True, total_length=5, padding_value=-1.0)
					assert n.tolist() == lengths
					return y, last
				return call
			for mode in "train", "eval":
				m.train(mode == "train")
				for state in "", ".h":
					h = lambda k: [leaf(".h%d%s" % (i, k)) for i in range(2 if two else 1)] if state else None
					run(mode + state + ".batch", (leaf(".x").transpose(0, 1).detach() if not m.batch_first else leaf(".x").detach()).requires_grad_(), h(""), m)
					run(mode + state + ".single", leaf(".one"), h(".one"), m)
					run(mode + state + ".sorted", leaf(".x"), h(""), packed([4, 2, 2]))
					run(mode + state + ".unsorted", leaf(".x"), h(""), packed([2, 4, 1], enforce_sorted=False))
			for k, p in m.named_parameters():
				out["%s.grad.%s" % (code, k)] = p.grad
	`, inputs, codes...)
	for _, code := range codes {
		t.Run(code, func(t *testing.T) { compareNetwork(t, code, cases[code], inputs, want) })
	}
}

func compareNetwork(t *testing.T, code string, opts []nn.RNNOption, inputs, want map[string]*torch.Tensor) {
	torch.ManualSeed(1)
	kind, _, _ := strings.Cut(code, " ")
	m := newNetwork(kind, opts)
	text := nn.Describe(m.module)
	for _, s := range nn.StateDict(m.module) {
		text += "\n" + s.Name
		twin.RequireEqual(t, want[code+".init."+s.Name], s.Tensor, s.Name)
	}
	require.Equal(t, string(want[code+".text"].Bytes()), text)
	leaf := func(name string) *torch.Tensor { return inputs[code+name].Clone().SetRequiresGrad(true) }
	run := func(name string, x *torch.Tensor, h []*torch.Tensor,
		call func(x *torch.Tensor, h []*torch.Tensor) (y *torch.Tensor, last []*torch.Tensor),
	) {
		y, last := call(x, h)
		y.Backward(torch.Gradient(torch.RandnLike(y)), torch.RetainGraph(true))
		for _, v := range last {
			v.Backward(torch.Gradient(torch.RandnLike(v)), torch.RetainGraph(true))
		}
		got := map[string]*torch.Tensor{"y": y, "x": x.Grad()}
		for k, v := range last {
			got[fmt.Sprintf("last%d", k)] = v
		}
		for k, v := range h {
			if v != nil {
				got[fmt.Sprintf("h%d", k)] = v.Grad()
			}
		}
		for k, v := range got {
			twin.RequireEqual(t, want[fmt.Sprintf("%s.%s.%s", code, name, k)], v, name, " ", k)
		}
	}
	packed := func(lengths []int, opts ...nn.PackOption) func(x *torch.Tensor, h []*torch.Tensor) (*torch.Tensor, []*torch.Tensor) {
		return func(x *torch.Tensor, h []*torch.Tensor) (*torch.Tensor, []*torch.Tensor) {
			p := nn.PackPaddedSequence(x, torch.New(lengths), append(opts, nn.BatchFirst(true))...)
			q, last := m.packed(p, h)
			y, n := nn.PadPackedSequence(q, nn.BatchFirst(true), nn.TotalLength(5), nn.PaddingValue(-1))
			require.Equal(t, torch.ToSlice[int](n), lengths)
			return y, last
		}
	}
	batch := func() *torch.Tensor {
		if inputs[code+".first"] != nil {
			return leaf(".x")
		}
		return inputs[code+".x"].Transpose(0, 1).Detach().SetRequiresGrad(true)
	}
	for _, mode := range []string{"train", "eval"} {
		nn.Train(m.module)
		if mode == "eval" {
			nn.Eval(m.module)
		}
		for _, state := range []string{"", ".h"} {
			h := func(k string) []*torch.Tensor {
				hs := make([]*torch.Tensor, 1)
				if kind == "LSTM" {
					hs = make([]*torch.Tensor, 2)
				}
				for i := range hs {
					if state != "" {
						hs[i] = leaf(fmt.Sprintf(".h%d%s", i, k))
					}
				}
				return hs
			}
			run(mode+state+".batch", batch(), h(""), m.forward)
			run(mode+state+".single", leaf(".one"), h(".one"), m.forward)
			run(mode+state+".sorted", leaf(".x"), h(""), packed([]int{4, 2, 2}))
			run(mode+state+".unsorted", leaf(".x"), h(""), packed([]int{2, 4, 1}, nn.EnforceSorted(false)))
		}
	}
	for _, p := range nn.NamedParameters(m.module) {
		twin.RequireEqual(t, want[code+".grad."+p.Name], p.Grad(), p.Name)
	}
}

func TestPackedSequence(t *testing.T) {
	x := torch.New([][]int{{1, 2, 0}, {3, 0, 0}, {4, 5, 6}})
	p := nn.PackPaddedSequence(x, torch.New([]int{2, 1, 3}), nn.BatchFirst(true), nn.EnforceSorted(false))
	require.Equal(t, []int{4, 1, 3, 5, 2, 6}, torch.ToSlice[int](p.Data))
	require.Equal(t, []int{3, 2, 1}, torch.ToSlice[int](p.BatchSizes))
	require.Equal(t, []int{2, 0, 1}, torch.ToSlice[int](p.SortedIndices))
	require.Equal(t, []int{1, 2, 0}, torch.ToSlice[int](p.UnsortedIndices))
	y, lengths := nn.PadPackedSequence(p)
	require.Equal(t, torch.ToSlice[int](x.T()), torch.ToSlice[int](y))
	require.Equal(t, []int{2, 1, 3}, torch.ToSlice[int](lengths))

	sorted := nn.PackPaddedSequence(x.T(), torch.New([]int32{3, 2, 1}))
	require.Nil(t, sorted.SortedIndices)
	require.Nil(t, sorted.UnsortedIndices)
	require.Equal(t, []int{1, 3, 4, 2, 0, 0}, torch.ToSlice[int](sorted.Data))
}

func TestPackedSequenceErrors(t *testing.T) {
	x := torch.Zeros(torch.Shape{3, 4, 5})
	for name, c := range map[string]struct {
		lengths any
		opts    []nn.PackOption
		want    string
	}{
		"unsorted": {
			[]int{2, 4, 1},
			[]nn.PackOption{nn.BatchFirst(true)},
			"sequence 1 is longer (4) than the one before it (2); give EnforceSorted(false)",
		},
		"zero": {
			[]int{2, 0, 1},
			[]nn.PackOption{nn.BatchFirst(true), nn.EnforceSorted(false)},
			"expected lengths from 1 to 4, but got 0 for sequence 1",
		},
		"too long": {
			[]int{2, 5, 1},
			[]nn.PackOption{nn.BatchFirst(true), nn.EnforceSorted(false)},
			"expected lengths from 1 to 4, but got 5 for sequence 1; the input is [3, 4, 5]",
		},
		"too few": {
			[]int{4, 2},
			[]nn.PackOption{nn.BatchFirst(true)},
			"expected one length for each of 3 sequences, but got lengths of the shape [2]",
		},
		"time first": {[]int{3, 2, 1}, nil, "expected one length for each of 4 sequences"},
	} {
		t.Run(name, func(t *testing.T) {
			err := torch.Try(func() error { nn.PackPaddedSequence(x, torch.New(c.lengths), c.opts...); return nil })
			require.ErrorContains(t, err, c.want)
		})
	}
	err := torch.Try(func() error {
		nn.PadPackedSequence(nn.PackPaddedSequence(x, torch.New([]int{3, 3, 2, 1})), nn.TotalLength(2))
		return nil
	})
	require.ErrorContains(t, err, "expected a total length of at least 3, that of the longest sequence, but got 2")
}
