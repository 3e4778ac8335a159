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

var gruCases = map[string][]nn.RNNOption{
	"":                                     nil,
	"batch_first=True":                     {nn.BatchFirst(true)},
	"bias=False":                           {nn.Bias(false)},
	"num_layers=3, dropout=0.5":            {nn.NumLayers(3), nn.NewDropout(0.5)},
	"bidirectional=True, batch_first=True": {nn.Bidirectional(true), nn.BatchFirst(true)},
	"num_layers=2, bias=False, batch_first=True, dropout=0.25, bidirectional=True": {
		nn.NumLayers(2), nn.Bias(false), nn.BatchFirst(true), nn.NewDropout(0.25), nn.Bidirectional(true),
	},
}

// states counts a GRU's layers and directions: each has one weight_hh.
func states(opts []nn.RNNOption) (n int) {
	for _, m := range nn.NewGRU(5, 6, opts...).Members() {
		if strings.HasPrefix(m.Name, "weight_hh") {
			n++
		}
	}
	return n
}

// gruInputs are a batch of 3 sequences of 4 steps of 5 features, a single one, and
// an initial state for each.
func gruInputs(code string, states int) map[string]*torch.Tensor {
	return map[string]*torch.Tensor{
		code + ".x": torch.Randn(torch.Shape{3, 4, 5}), code + ".one": torch.Randn(torch.Shape{4, 5}),
		code + ".h": torch.Randn(torch.Shape{states, 3, 6}), code + ".h1": torch.Randn(torch.Shape{states, 6}),
	}
}

// TestGRUMatchesPython runs each case as a batch, as a single sequence and packed
// with sorted and with unsorted lengths, with and without an initial state, in
// training (the same dropout masks from the same seed) and in evaluation.
func TestGRUMatchesPython(t *testing.T) {
	codes := slices.Sorted(maps.Keys(gruCases))
	inputs := map[string]*torch.Tensor{}
	for _, code := range codes {
		maps.Copy(inputs, gruInputs(code, states(gruCases[code])))
	}
	want := twin.Run(t, `
		import torch.nn as nn
		from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
		def text(s): return torch.tensor(list(s.encode()), dtype=torch.uint8)
		for code in args:
			torch.manual_seed(1)
			m = eval("nn.GRU(5, 6, %s)" % code)
			out[code + ".text"] = text("\n".join([repr(m), *m.state_dict()]))
			for k, v in m.state_dict().items():
				out["%s.init.%s" % (code, k)] = v.clone()
			def leaf(name): return inputs[code + name].clone().requires_grad_()
			def run(name, x, h, call):
				y, hn = call(x, h)
				y.backward(torch.randn_like(y), retain_graph=True)
				hn.backward(torch.randn_like(hn))
				for k, v in dict(y=y, hn=hn, x=x.grad).items(): out["%s.%s.%s" % (code, name, k)] = v
				if h is not None: out["%s.%s.h" % (code, name)] = h.grad
			def packed(lengths, **sorting):
				def call(x, h):
					p = pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, **sorting)
					q, hn = m(p, h)
					y, n = pad_packed_sequence(q, batch_first=True, total_length=5, padding_value=-1.0)
					assert n.tolist() == lengths
					return y, hn
				return call
			for mode in "train", "eval":
				m.train(mode == "train")
				for state in "", ".h":
					h = lambda k: leaf(".h" + k) if state else None
					run(mode + state + ".batch", (leaf(".x").transpose(0, 1).detach() if not m.batch_first else leaf(".x").detach()).requires_grad_(), h(""), m)
					run(mode + state + ".single", leaf(".one"), h("1"), m)
					run(mode + state + ".sorted", leaf(".x"), h(""), packed([4, 2, 2]))
					run(mode + state + ".unsorted", leaf(".x"), h(""), packed([2, 4, 1], enforce_sorted=False))
			for k, p in m.named_parameters():
				out["%s.grad.%s" % (code, k)] = p.grad
	`, inputs, codes...)
	for _, code := range codes {
		t.Run(code, func(t *testing.T) {
			torch.ManualSeed(1)
			m := nn.NewGRU(5, 6, gruCases[code]...)
			text := nn.Describe(m)
			for _, s := range nn.StateDict(m) {
				text += "\n" + s.Name
				twin.RequireEqual(t, want[code+".init."+s.Name], s.Tensor, s.Name)
			}
			require.Equal(t, string(want[code+".text"].Bytes()), text)
			leaf := func(name string) *torch.Tensor { return inputs[code+name].Clone().SetRequiresGrad(true) }
			run := func(name string, x, h *torch.Tensor, call func(x, h *torch.Tensor) (y, hn *torch.Tensor)) {
				y, hn := call(x, h)
				y.Backward(torch.Gradient(torch.RandnLike(y)), torch.RetainGraph(true))
				hn.Backward(torch.Gradient(torch.RandnLike(hn)))
				got := map[string]*torch.Tensor{"y": y, "hn": hn, "x": x.Grad()}
				if h != nil {
					got["h"] = h.Grad()
				}
				for k, v := range got {
					twin.RequireEqual(t, want[fmt.Sprintf("%s.%s.%s", code, name, k)], v, name, " ", k)
				}
			}
			packed := func(lengths []int, opts ...nn.PackOption) func(x, h *torch.Tensor) (y, hn *torch.Tensor) {
				return func(x, h *torch.Tensor) (*torch.Tensor, *torch.Tensor) {
					p := nn.PackPaddedSequence(x, torch.New(lengths), append(opts, nn.BatchFirst(true))...)
					q, hn := m.ForwardPacked(p, h)
					y, n := nn.PadPackedSequence(q, nn.BatchFirst(true), nn.TotalLength(5), nn.PaddingValue(-1))
					require.Equal(t, torch.ToSlice[int](n), lengths)
					return y, hn
				}
			}
			batch := func() *torch.Tensor {
				x := inputs[code+".x"]
				if slices.Contains(gruCases[code], nn.RNNOption(nn.BatchFirst(true))) {
					return x.Clone().SetRequiresGrad(true)
				}
				return x.Transpose(0, 1).Detach().SetRequiresGrad(true)
			}
			for _, mode := range []string{"train", "eval"} {
				nn.Train(m)
				if mode == "eval" {
					nn.Eval(m)
				}
				for _, state := range []string{"", ".h"} {
					h := func(k string) *torch.Tensor {
						if state == "" {
							return nil
						}
						return leaf(".h" + k)
					}
					run(mode+state+".batch", batch(), h(""), m.Forward)
					run(mode+state+".single", leaf(".one"), h("1"), m.Forward)
					run(mode+state+".sorted", leaf(".x"), h(""), packed([]int{4, 2, 2}))
					run(mode+state+".unsorted", leaf(".x"), h(""), packed([]int{2, 4, 1}, nn.EnforceSorted(false)))
				}
			}
			for _, p := range nn.NamedParameters(m) {
				twin.RequireEqual(t, want[code+".grad."+p.Name], p.Grad(), p.Name)
			}
		})
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
