package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryNameHasACounterpartOrAReason(t *testing.T) {
	r, err := Read("../..")
	require.NoError(t, err)
	require.Empty(t, r.Unexplained)
	require.Empty(t, r.Stale)
	require.Greater(t, len(r.Found), 10*len(r.Reasons))
	for name, counterpart := range map[string]string{
		"torch.add": "torch.Tensor.Add", "torch.Tensor.masked_fill_": "torch.Tensor.MaskedFillInplace", "torch.cat": "torch.Cat",
		"torch.linalg.svd": "torch/linalg.SVD", "torch.fft.rfft2": "torch/fft.RFFT2", "torch.arccos": "torch.Tensor.Acos",
		"torch.view_copy": "torch/aten: aten::view_copy", "torch.nn.Conv2d": "nn.NewConv2d", "torch.nn.Module": "nn.Module",
		"torch.nn.functional.relu_": "nn/functional.ReLU", "torch.nn.functional.pad": "nn/functional.Pad",
		"torch.nn.init.kaiming_uniform_": "nn/init.KaimingUniform", "torch.nn.utils.clip_grad_norm_": "nn.ClipGradNorm",
		"torch.nn.utils.rnn.pad_sequence": "nn.PadSequence", "torch.nn.Module.state_dict": "nn.StateDict",
		"torch.optim.Adam": "optim.NewAdam", "torch.optim.lr_scheduler.StepLR": "optim/lr_scheduler.NewStepLR",
		"torch.distributions.Normal": "distributions.NewNormal",
	} {
		require.Equal(t, counterpart, r.Found[name], name)
	}
	// Names that programs use often are in package torch, not in torch/aten alone.
	for _, name := range strings.Fields("sum mean cat stack where einsum gather scatter_ sort topk unique nonzero matmul clamp exp norm split permute expand repeat index_select masked_fill cumsum bmm") {
		for _, place := range []string{"torch.", "torch.Tensor."} {
			if found, ok := r.Found[place+name]; ok {
				require.NotContains(t, found, "aten", name)
			}
		}
	}
	require.NoError(t, r.Print(&strings.Builder{}, true))
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	write("torch/x.go", "package torch\n\nfunc Cat() {}\n\nfunc (x *Tensor) AddInplace() {}\n\nfunc (x *Tensor) hidden() {}\n")
	write("torch/aten/x_gen.go", "package aten\n\nvar op = operator{name: \"aten::rare.out\"}\n")
	write("nn/x.go", "package nn\n\nfunc NewGate() {}\n\ntype Shape struct{}\n\nfunc Cat() {}\n")
	write("scripts/coverage/testdata/2.15_names.txt", "torch.nn.Gate\ntorch.nn.Shape\ntorch.nn.rare\ntorch.cat\n")
	write("scripts/coverage/testdata/1.13_names.txt", "torch.cat\ntorch.Tensor.add_\ntorch.concat\ntorch.rare\ntorch.hidden\ntorch.odd\ntorch.Tensor.odd\ntorch.linalg.cat\n")
	write("scripts/coverage/names.txt", "# other names\n\ntorch.concat: torch.Cat\ntorch.gone: torch.Cat\ntorch.hidden: torch.Tensor.hidden\n")
	write("scripts/coverage/reasons.txt", "od*: it is odd\nnever: no such name\n")
	r, err := Read(root)
	require.NoError(t, err)
	require.Equal(t, map[string]string{
		"torch.cat": "torch.Cat", "torch.Tensor.add_": "torch.Tensor.AddInplace", "torch.concat": "torch.Cat", "torch.rare": "torch/aten: aten::rare",
		"torch.nn.Gate": "nn.NewGate", "torch.nn.Shape": "nn.Shape",
	}, r.Found)
	require.Equal(t, map[string]string{"torch.odd": "it is odd", "torch.Tensor.odd": "it is odd"}, r.Reasons)
	require.Equal(t, []string{"torch.hidden", "torch.linalg.cat", "torch.nn.rare"}, r.Unexplained)
	require.Equal(t, []string{"names.txt: torch.gone", "names.txt: torch.hidden is said to be torch.Tensor.hidden", "reasons.txt: never"}, r.Stale)
	var out strings.Builder
	require.ErrorContains(t, r.Print(&out, false), "3 names without a reason")
	require.Contains(t, out.String(), "it is odd:\n    torch.Tensor.odd\n    torch.odd\n11 names: 6 have a counterpart, 2 have none for a reason, 3 have none without a reason\n    torch.hidden\n")

	write("scripts/coverage/reasons.txt", "a line without a value\n")
	_, err = Read(root)
	require.ErrorContains(t, err, "names: value")
	write("scripts/coverage/reasons.txt", "odd: one\nodd: another\n")
	_, err = Read(root)
	require.ErrorContains(t, err, "odd stands there twice")
	_, err = Read(t.TempDir())
	require.ErrorIs(t, err, os.ErrNotExist)
}
