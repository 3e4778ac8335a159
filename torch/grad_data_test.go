package torch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/twin"
)

// What programs do with x.data.
func TestDataAsInPython(t *testing.T) {
	in := map[string]T{"x": torch.New([]float32{1, -2, 3}), "w": torch.New([]float32{0.5, 0.25, -1})}
	want := twin.Run(t, `
w = inputs["w"].clone().requires_grad_()
y = (w * w).sum()
w.data.mul_(3)
y.backward()
out["unnoticed"] = w.grad.clone()
w.grad.data.zero_()
out["zero"] = w.grad.clone()
w.data = inputs["x"]
out["first"] = w.data[0].clone()
torch.manual_seed(1)
w.data.normal_(0, 0.01)
out["w"], out["x"] = w, inputs["x"]
h = (w * 2).data
assert not h.requires_grad and h.grad_fn is None and w.requires_grad and w.is_leaf
`, in)
	w := in["w"].Clone().SetRequiresGrad(true)
	y := w.Mul(w).Sum()
	w.Data().MulInplace(3)
	y.Backward()
	twin.RequireEqual(t, want["unnoticed"], w.Grad())
	w.Grad().Data().ZeroInplace()
	twin.RequireEqual(t, want["zero"], w.Grad())
	w.SetData(in["x"])
	twin.RequireEqual(t, want["first"], w.Data().Index(0))
	torch.ManualSeed(1)
	w.Data().NormalInplace(0, 0.01)
	twin.RequireEqual(t, want["w"], w)
	twin.RequireEqual(t, want["x"], in["x"])
	h := w.Mul(2).Data()
	require.True(t, !h.RequiresGrad() && h.GradFn() == "" && w.RequiresGrad() && w.IsLeaf())
	require.True(t, w.Data().SharesMemory(w) && w.Data() != w)
}

// Detach is what Data is not: a change is noticed.
func TestDetachNoticesWhatDataDoesNot(t *testing.T) {
	w := torch.Ones(S{3}, torch.RequiresGrad(true))
	y := w.Mul(w).Sum()
	w.Detach().MulInplace(3)
	require.ErrorContains(t, torch.Try(func() error { y.Backward(); return nil }), "modified by an inplace operation")
}

func TestDataBelongsToAScope(t *testing.T) {
	w := torch.Ones(S{3}, torch.RequiresGrad(true))
	var inside, kept T
	live := torch.LiveTensors()
	torch.Step(func() {
		inside, kept = w.Data(), w.Data().Keep()
	})
	require.Equal(t, live+1, torch.LiveTensors())
	require.Error(t, torch.Try(func() error { inside.Add(1); return nil }))
	kept.AddInplace(1)
	require.Equal(t, 6.0, w.Sum().Item())
	require.Error(t, torch.Try(func() error { (*torch.Tensor)(nil).Data(); return nil }))
}
