package torch_test

import (
	"bytes"
	"log/slog"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// What libtorch advises, it advises by Go's names.
func TestHintsAreGos(t *testing.T) {
	leaf := func() *torch.Tensor { return torch.Ones(torch.Shape{2, 3}, torch.RequiresGrad(true)) }
	for name, c := range map[string]struct {
		f    func()
		want string
	}{
		"a second backward": {func() {
			x := leaf()
			y := x.Mul(x).Sum()
			y.Backward()
			y.Backward()
		}, "when you call Backward or torch.Grad. Specify torch.RetainGraph(true) if"},
		"changed in place": {func() {
			y := leaf().Exp()
			y.AddInplace(1)
			y.Sum().Backward()
		}, "with torch.DetectAnomaly."},
		"unused": {func() {
			torch.Grad([]*torch.Tensor{leaf().Sum()}, []*torch.Tensor{leaf()})
		}, "Set torch.AllowUnused(true) if"},
		"no view": {func() { torch.Ones(torch.Shape{2, 3}).T().View(6) }, "Use Reshape instead."},
		"a view without gradients": {func() {
			x := leaf().Mul(1)
			var view *torch.Tensor
			torch.NoGrad(func() { view = x.Select(0, 0) })
			view.AddInplace(1)
		}, "inside torch.NoGrad (if"},
		"no leaf": {func() { leaf().Mul(2).SetRequiresGrad(false) }, "use Detach."},
	} {
		t.Run(name, func(t *testing.T) {
			err := torch.Try(func() error { c.f(); return nil })
			require.ErrorContains(t, err, c.want)
			for _, python := range []string{"torch.autograd", "=True", "autograd.", "()", "no_grad"} {
				require.NotContains(t, err.Error(), python)
			}
		})
	}
}

// A text is logged once in a process, so a process of its own looks at them.
func TestHintsOfWarningsAreGos(t *testing.T) {
	const inside = "MULTITORCH_TEST_OF_WARNINGS"
	if os.Getenv(inside) == "" {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestHintsOfWarningsAreGos$")
		cmd.Env = append(os.Environ(), inside+"=1")
		said, err := cmd.CombinedOutput()
		require.NoError(t, err, string(said))
		return
	}
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	x := torch.Ones(torch.Shape{2}, torch.RequiresGrad(true))
	y := x.Mul(x).Sum()
	y.Backward(torch.CreateGraph(true))
	x.SetGrad(nil)
	x.Add(1) // logs what came up before
	for _, says := range []string{
		"Using Backward with torch.CreateGraph(true) will", "We recommend using torch.Grad when", "to nil, by ZeroGrad, after use",
	} {
		require.Contains(t, log.String(), says)
	}
}
