package torch_test

import (
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/twin"
)

var (
	linear = torch.NewOperator("aten::linear", "input", "weight", "bias")
	conv2d = torch.NewOperator("aten::conv2d", "input", "weight", "bias", "stride", "padding")
)

func bfloat16(f func()) { torch.Autocast(torch.CPU, torch.BFloat16, f) }

func TestAutocastAsInPython(t *testing.T) {
	torch.ManualSeed(2)
	in := map[string]*torch.Tensor{
		"x": torch.Randn(torch.Shape{2, 3, 8, 8}), "k": torch.Randn(torch.Shape{4, 3, 3, 3}), "kb": torch.Randn(torch.Shape{4}),
		"w": torch.Randn(torch.Shape{5, 8}), "b": torch.Randn(torch.Shape{5}),
	}
	want := twin.Run(t, `
F = torch.nn.functional
p = [inputs[n].clone().requires_grad_() for n in ("x", "k", "kb", "w", "b")]
x, k, kb, w, b = p
with torch.autocast("cpu", dtype=torch.bfloat16):
    c = F.conv2d(x, k, kb, 1, 1)
    l = F.linear(c.relu(), w, b)
    s = torch.softmax(l, -1)
    with torch.autocast("cpu", enabled=False):
        off = F.linear(x, w, b)
    again = F.linear(x, w, b)
loss = (s.float() * off.mean()).sum() + again.float().pow(2).mean()
loss.backward()
save(c=c, l=l, s=s, off=off, again=again, loss=loss, after=F.linear(x, w, b))
for n, t in zip(("x", "k", "kb", "w", "b"), p):
    out["grad " + n] = t.grad
`, in)
	for _, x := range in {
		x.SetRequiresGrad(true)
	}
	got := map[string]*torch.Tensor{}
	bfloat16(func() {
		require.True(t, torch.IsAutocastEnabled(torch.CPU))
		require.False(t, torch.IsAutocastEnabled(torch.CUDA))
		got["c"] = conv2d.Call(in["x"], in["k"], in["kb"], 1, 1)
		got["l"] = linear.Call(got["c"].ReLU(), in["w"], in["b"])
		got["s"] = got["l"].Softmax(-1)
		torch.NoAutocast(torch.CPU, func() { got["off"] = linear.Call(in["x"], in["w"], in["b"]) })
		got["again"] = linear.Call(in["x"], in["w"], in["b"])
	})
	got["loss"] = got["s"].To(torch.Float32).Mul(got["off"].Mean()).Sum().Add(got["again"].To(torch.Float32).Pow(2).Mean())
	got["loss"].Backward()
	got["after"] = linear.Call(in["x"], in["w"], in["b"])
	for name, x := range in {
		got["grad "+name] = x.Grad()
	}
	require.Equal(t, torch.BFloat16, got["l"].DType())
	requireAll(t, want, got)
}

func TestModesComeBack(t *testing.T) {
	modes := map[string]struct {
		enter func(f func())
		on    func() bool
	}{
		"autocast":  {bfloat16, func() bool { return torch.IsAutocastEnabled(torch.CPU) }},
		"inference": {torch.InferenceMode, torch.IsInferenceModeEnabled},
		"off": {func(f func()) { bfloat16(func() { torch.NoAutocast(torch.CPU, f) }) }, func() bool {
			return torch.IsAutocastEnabled(torch.CPU)
		}},
	}
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			check := func() {
				require.False(t, mode.on())
				require.True(t, torch.IsGradEnabled())
			}
			torch.Pinned(func() { // all on one thread
				mode.enter(func() {
					require.Equal(t, name != "off", mode.on())
					mode.enter(func() { require.Equal(t, name != "off", mode.on()) })
				})
				check()
				require.Panics(t, func() { mode.enter(func() { panic("out") }) })
				check()
			})
			done := make(chan bool)
			go torch.Pinned(func() {
				defer func() { done <- mode.on() }()
				mode.enter(runtime.Goexit)
			})
			require.False(t, <-done)
		})
	}
	for _, bad := range []func(){
		func() { torch.Autocast(torch.CPU, torch.Float16, func() {}) },
		func() { torch.Autocast(torch.CUDA, torch.Float32, func() {}) },
	} {
		require.ErrorContains(t, torch.Try(func() error { bad(); return nil }), "expected BFloat16")
	}
}

func TestModesOfGoroutines(t *testing.T) {
	x, w := torch.Randn(torch.Shape{4, 4}), torch.Randn(torch.Shape{4, 4}, torch.RequiresGrad(true))
	requireBalance(t, func() {
		var group sync.WaitGroup
		for i := range 8 {
			group.Go(func() {
				for range 100 {
					check := func(want torch.DType) {
						y := x.Matmul(w)
						if got := y.DType(); got != want {
							t.Errorf("goroutine %d computed in %s, not %s", i, got, want)
						}
						y.Free()
						runtime.Gosched()
					}
					check(torch.Float32)
					if i%2 == 0 {
						bfloat16(func() { check(torch.BFloat16) })
					} else {
						torch.InferenceMode(func() { check(torch.Float32) })
					}
					check(torch.Float32)
				}
			})
		}
		group.Wait()
	})
}

// The casts of parameters are kept until the outermost region ends, and no longer.
func TestAutocastKeepsNoCasts(t *testing.T) {
	x, w := torch.Randn(torch.Shape{4, 64}), torch.Randn(torch.Shape{64, 64}, torch.RequiresGrad(true))
	requireBalance(t, func() {
		bfloat16(func() { bfloat16(func() { x.Matmul(w).Sum().Backward() }) })
		w.SetGrad(nil)
	})
}
