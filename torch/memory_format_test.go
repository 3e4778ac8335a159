package torch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/torch/aten"
	"multitorch/twin"
)

func formatInputs() map[string]T {
	return map[string]T{
		"x": torch.Arange(0, 120, 1, torch.Float32).View(2, 3, 4, 5), "v": torch.Arange(0, 144, 1, torch.Float32).View(2, 3, 4, 3, 2),
		"g": torch.Arange(0, 24, 1, torch.Float32).View(2, 1, 3, 4), "p": torch.Arange(0, 6, 1, torch.Float32).View(2, 3, 1, 1),
		"e": torch.Zeros(S{2, 3, 0, 4}), "m": torch.Arange(0, 12, 1, torch.Float32).View(3, 4),
	}
}

func TestMemoryFormatsAsInPython(t *testing.T) {
	in := formatInputs()
	x, v, g, p, e := in["x"], in["v"], in["g"], in["p"], in["e"]
	last, last3, rows, keep := torch.ChannelsLast, torch.ChannelsLast3d, torch.ContiguousFormat, torch.PreserveFormat
	requireBeside(t, in, []beside{
		one("x.to(memory_format=torch.channels_last)", func() T { return x.To(last) }),
		one("x.to(torch.float64, memory_format=torch.channels_last)", func() T { return x.To(torch.Float64, last) }),
		one("x.to(memory_format=torch.channels_last) + 1", func() T { return x.To(last).Add(1) }),
		one("x.to(memory_format=torch.channels_last).to(memory_format=torch.contiguous_format)", func() T { return x.To(last).To(rows) }),
		one("x.to(memory_format=torch.channels_last).to(torch.float64)", func() T { return x.To(last).To(torch.Float64) }),
		one("x.to(memory_format=torch.channels_last).to(torch.float64, memory_format=torch.preserve_format)",
			func() T { return x.To(last).To(torch.Float64, keep) }),
		one("v.to(memory_format=torch.channels_last_3d)", func() T { return v.To(last3) }),
		one("g.to(memory_format=torch.channels_last)", func() T { return g.To(last) }),
		one("p.to(memory_format=torch.channels_last)", func() T { return p.To(last) }),
		one("e.to(memory_format=torch.channels_last)", func() T { return e.To(last) }),
		one("x.contiguous(memory_format=torch.channels_last)", func() T { return x.Contiguous(last) }),
		one("x.transpose(1, 3).contiguous(memory_format=torch.contiguous_format)", func() T { return x.Transpose(1, 3).Contiguous(rows) }),
		one("x.clone(memory_format=torch.channels_last)", func() T { return x.Clone(last) }),
		one("x.clone(memory_format=torch.channels_last).clone()", func() T { return x.Clone(last).Clone() }),
		one("x.transpose(1, 3).clone(memory_format=torch.contiguous_format)", func() T { return x.Transpose(1, 3).Clone(rows) }),
		one("v.clone(memory_format=torch.channels_last_3d)", func() T { return v.Clone(last3) }),
		one("torch.empty(2, 3, 4, 5, memory_format=torch.channels_last).zero_()", func() T { return torch.Empty(S{2, 3, 4, 5}, last).ZeroInplace() }),
		one("torch.empty_like(x, memory_format=torch.channels_last).zero_()", func() T { return torch.EmptyLike(x, last).ZeroInplace() }),
		one("torch.zeros_like(x, memory_format=torch.channels_last)", func() T { return torch.ZerosLike(x, last) }),
		one("torch.zeros_like(x.transpose(1, 3))", func() T { return torch.ZerosLike(x.Transpose(1, 3)) }),
		one("torch.zeros_like(x.transpose(1, 3), memory_format=torch.contiguous_format)", func() T { return torch.ZerosLike(x.Transpose(1, 3), rows) }),
		one("torch.ones_like(v, dtype=torch.int64, memory_format=torch.channels_last_3d)", func() T { return torch.OnesLike(v, torch.Int64, last3) }),
		one("torch.full_like(x, 3, memory_format=torch.channels_last)", func() T { return torch.FullLike(x, 3, last) }),
		one("torch.rand_like(x, memory_format=torch.channels_last)", func() T { return torch.RandLike(x, last) }),
		one("torch.randn_like(x, memory_format=torch.channels_last)", func() T { return torch.RandnLike(x, last) }),
		one("torch.randint_like(x, 0, 9, memory_format=torch.channels_last)", func() T { return torch.RandintLike(x, 0, 9, last) }),
	})
}

func TestIsContiguousInAFormatAsInPython(t *testing.T) {
	in := formatInputs()
	var table []beside
	for _, f := range []torch.MemoryFormat{torch.ContiguousFormat, torch.ChannelsLast, torch.ChannelsLast3d} {
		for name, x := range in {
			table = append(table,
				plain(name+".is_contiguous(memory_format="+f.String()+")", func() any { return x.IsContiguous(f) }),
				plain(name+".transpose(0, 1).is_contiguous(memory_format="+f.String()+")", func() any { return x.Transpose(0, 1).IsContiguous(f) }))
			if to := map[int]torch.MemoryFormat{4: torch.ChannelsLast, 5: torch.ChannelsLast3d}[x.Dim()]; to != 0 {
				table = append(table, plain(name+".to(memory_format="+to.String()+").is_contiguous(memory_format="+f.String()+")",
					func() any { return x.To(to).IsContiguous(f) }))
			}
		}
	}
	requireBeside(t, in, table)
	require.False(t, aten.ToSparse(in["x"]).IsContiguous(torch.ChannelsLast))
}

func TestToAFormatThatATensorHasIsItself(t *testing.T) {
	x := formatInputs()["x"]
	last := x.To(torch.ChannelsLast)
	live := torch.LiveTensors()
	require.Same(t, x, x.To(torch.ContiguousFormat))
	require.Same(t, x, x.To(torch.PreserveFormat))
	require.Same(t, x, x.To(torch.CPU, torch.Float32, torch.ContiguousFormat))
	require.Same(t, last, last.To(torch.ChannelsLast))
	require.Equal(t, live, torch.LiveTensors())
	require.NotSame(t, last, last.To(torch.ContiguousFormat))
	require.True(t, last.Contiguous(torch.ChannelsLast).SharesMemory(last))
}

func TestGradientsThroughAFormat(t *testing.T) {
	in := formatInputs()
	x := in["x"].Clone().SetRequiresGrad(true)
	want := twin.Run(t, `
x = inputs["x"].requires_grad_()
(x.to(memory_format=torch.channels_last) * x.clone(memory_format=torch.channels_last)).sum().backward()
out["grad"] = x.grad
out["strides"] = torch.tensor(x.grad.stride())
`, in)
	x.To(torch.ChannelsLast).Mul(x.Clone(torch.ChannelsLast)).Sum().Backward()
	twin.RequireEqual(t, want["grad"], x.Grad())
	twin.RequireEqual(t, want["strides"], torch.New(x.Grad().Strides()))
}

func TestMemoryFormatsWhereTheyHaveNoMeaning(t *testing.T) {
	x, s := torch.Zeros(S{2, 3}), S{2, 3, 4, 5}
	last, keep, unknown := torch.ChannelsLast, torch.PreserveFormat, torch.MemoryFormat(9)
	for _, c := range []struct {
		f     func()
		error string
	}{
		{func() { torch.Zeros(s, last) }, "zeros: torch.channels_last has no meaning here"},
		{func() { torch.Randn(s, last) }, "randn: torch.channels_last has no meaning here"},
		{func() { torch.Randint(0, 2, s, last) }, "randint: torch.channels_last has no meaning here"},
		{func() { torch.New([]int{1}, last) }, "New: torch.channels_last has no meaning here"},
		{func() { torch.Arange(0, 2, 1, last) }, "arange: torch.channels_last has no meaning here"},
		{func() { torch.EmptyStrided(S{2}, []int{1}, last) }, "empty_strided: torch.channels_last has no meaning here"},
		{func() { torch.HannWindow(3, true, last) }, "torch.channels_last has no meaning here"},
		{func() { x.NewZeros(s, last) }, "torch.channels_last has no meaning here"},
		{func() { x.Contiguous(keep) }, "torch.preserve_format has no meaning here"},
		{func() { x.IsContiguous(keep) }, "torch.preserve_format has no meaning here"},
		{func() { torch.Empty(s, keep) }, "unsupported memory format"},
		{func() { x.To(last) }, "required rank 4 tensor to use channels_last format"},
		{func() { x.Clone(last) }, "required rank 4 tensor to use channels_last format"},
		{func() { x.Contiguous(torch.ChannelsLast3d) }, "required rank 5 tensor to use channels_last_3d format"},
		{func() { torch.ZerosLike(x, last) }, "required rank 4 tensor to use channels_last format"},
		{func() { torch.RandLike(x, last) }, "required rank 4 tensor to use channels_last format"},
		{func() { x.Clone(last, last) }, "expected one memory format"},
		{func() { x.To(unknown) }, "expected a memory format, but got memory_format(9)"},
		{func() { x.Clone(unknown) }, "expected a memory format, but got memory_format(9)"},
		{func() { torch.EmptyLike(x, unknown) }, "expected a memory format, but got memory_format(9)"},
	} {
		require.ErrorContains(t, torch.Try(func() error { c.f(); return nil }), c.error)
	}
}

func TestMemoryFormatsOfPackageAten(t *testing.T) {
	x := formatInputs()["x"]
	require.Equal(t, x.To(torch.ChannelsLast).Strides(), aten.Clone(x, aten.WithMemoryFormat(torch.ChannelsLast)).Strides())
	require.Equal(t, x.To(aten.ChannelsLast).Strides(), aten.Call("contiguous", x, torch.ChannelsLast)[0].(T).Strides())
}
