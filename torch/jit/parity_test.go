package jit_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/torch/jit"
	"multitorch/twin"
)

// trainPython takes three steps of SGD, with dropout and batch normalisation, and
// records every output and gradient, as TestParity does.
const trainPython = `
m = torch.jit.load(args[0])
save(**{"initial." + k: v.clone() for k, v in m.state_dict().items()})
opt = torch.optim.SGD(m.parameters(), lr=0.05, momentum=0.9)
torch.manual_seed(11)
for step in range(3):
    y = m(inputs["x"], 1 + step % 2)
    out["y%d" % step] = y.detach().clone()
    opt.zero_grad()
    y.square().mean().backward()
    for k, p in m.named_parameters():
        out["grad%d.%s" % (step, k)] = p.grad.clone()
    opt.step()
out.update({"trained." + k: v.clone() for k, v in m.state_dict().items()})
m.eval()
out["eval"] = m(inputs["x"]).detach()
go = torch.jit.load(args[1])
assert not go.training
out["go"] = go(inputs["x"]).detach()
`

func TestParity(t *testing.T) {
	twin.OneThread(t)
	path, err := filepath.Abs(model)
	require.NoError(t, err)
	m := load(t, path)
	x := input()
	got := map[string]*torch.Tensor{}
	record := func(prefix string) {
		for _, s := range m.StateDict() {
			got[prefix+s.Name] = s.Tensor.Detach().Clone()
		}
	}
	record("initial.")
	opt := optim.NewSGD(parameters(m), optim.LR(0.05), optim.Momentum(0.9))
	torch.ManualSeed(11)
	for step := range 3 {
		y := m.Forward(x, 1+step%2).(*torch.Tensor)
		got[fmt.Sprint("y", step)] = y.Detach().Clone()
		opt.ZeroGrad()
		y.Square().Mean().Backward()
		for _, p := range m.Parameters() {
			got[fmt.Sprintf("grad%d.%s", step, p.Name)] = p.Tensor.Grad().Clone()
		}
		opt.Step()
	}
	record("trained.")
	got["eval"] = m.Eval().Forward(x).(*torch.Tensor).Detach()
	saved := filepath.Join(t.TempDir(), "trained.pt")
	require.NoError(t, m.Save(saved))
	got["go"] = got["eval"] // Python loads what Go saved

	want := twin.Run(t, trainPython, map[string]*torch.Tensor{"x": x}, path, saved)
	requireSame(t, want, got)
}

func parameters(m *jit.Module) (ps []*nn.Parameter) {
	for _, p := range m.Parameters() {
		ps = append(ps, &nn.Parameter{Tensor: p.Tensor})
	}
	return ps
}

func requireSame(t *testing.T, want, got map[string]*torch.Tensor) {
	t.Helper()
	require.Len(t, got, len(want))
	for name := range want {
		twin.RequireEqual(t, want[name], got[name], name)
	}
}

// TestParitySilero runs a real program, the voice detector of the Python package
// silero-vad: MULTITORCH_SILERO names its file silero_vad/data/silero_vad.jit.
func TestParitySilero(t *testing.T) {
	path := os.Getenv("MULTITORCH_SILERO")
	if path == "" {
		t.Skip("MULTITORCH_SILERO names no silero_vad.jit")
	}
	twin.OneThread(t)
	m := load(t, path)
	torch.ManualSeed(5)
	x := torch.Randn(torch.Shape{4, 1, 512})
	got := map[string]*torch.Tensor{}
	for i := range 4 {
		got[fmt.Sprint("y", i)] = m.Forward(x.Select(0, i), 16000).(*torch.Tensor).Detach()
	}
	for _, s := range m.StateDict() {
		got[s.Name] = s.Tensor.Detach().Clone()
	}
	m.Call("reset_states")
	saved := filepath.Join(t.TempDir(), "silero.jit")
	require.NoError(t, m.Save(saved))
	got["again"] = got["y0"]
	requireSame(t, twin.Run(t, `
m = torch.jit.load(args[0])
for i, x in enumerate(inputs["x"]):
    out["y%d" % i] = m(x, 16000).detach()
save(**{k: v.clone() for k, v in m.state_dict().items()})
out["again"] = torch.jit.load(args[1])(inputs["x"][0], 16000).detach()
`, map[string]*torch.Tensor{"x": x}, path, saved), got)
}
