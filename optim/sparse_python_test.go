package optim_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/twin"
)

const sparseFilePython = `
import os
file = args[0]
def steps(p, opt, n):
    for i in range(n):
        p.grad = torch.sparse_coo_tensor([[0, 2, 0]], [[1., 2.], [3., 4.], [5., 6.]], (3, 2))
        opt.step()
p = torch.ones(3, 2, requires_grad=True)
opt = torch.optim.SparseAdam([p], lr=0.1)
if os.path.exists(file + ".go"):
    saved = torch.load(file + ".go")
    assert type(saved["optimizer"]["state"][0]["step"]) is int
    opt.load_state_dict(saved["optimizer"])
    with torch.no_grad():
        p.copy_(saved["p"])
else:
    steps(p, opt, 3)
    torch.save({"optimizer": opt.state_dict(), "p": p.detach()}, file)
steps(p, opt, 4)
out["p"] = p.detach()
`

// SparseAdam counts its steps by an int, in files of Python too.
func TestSparseAdamInPythonsFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sparse.pt")
	want := twin.Run(t, sparseFilePython, nil, file)["p"]
	saved, err := torch.Load(file)
	require.NoError(t, err)
	p := nn.NewParameter(saved.(*torch.Dict).Get("p").(*torch.Tensor))
	opt := optim.NewSparseAdam([]*nn.Parameter{p}, optim.LR(7))
	state, err := optim.FromPython(saved.(*torch.Dict).Get("optimizer"))
	require.NoError(t, err)
	require.NoError(t, opt.LoadStateDict(state))
	python, err := opt.StateDict().Python()
	require.NoError(t, err)
	require.NoError(t, torch.Save(file+".go", map[string]any{"optimizer": python, "p": p.Detach()}))
	for range 4 {
		p.SetGrad(sparseGrad())
		opt.Step()
	}
	twin.RequireEqual(t, want, p.Detach())
	twin.RequireEqual(t, p.Detach(), twin.Run(t, sparseFilePython, nil, file)["p"])
}
