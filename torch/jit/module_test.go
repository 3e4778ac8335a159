package jit_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/torch"
	"multitorch/torch/jit"
)

const model = "testdata/model.pt"

func load(t *testing.T, path string) *jit.Module {
	t.Helper()
	m, err := jit.Load(path)
	require.NoError(t, err)
	return m
}

func input() *torch.Tensor { return torch.Arange(0, 20, 1, torch.Float32).Reshape(5, 4).Mul(0.1) }

func TestStateIsThePrograms(t *testing.T) {
	m := load(t, model)
	names := func(ts []torch.NamedTensor) (names []string) {
		for _, n := range ts {
			names = append(names, n.Name)
		}
		return names
	}
	require.Equal(t, []string{
		"scale", "calls", "blocks.0.linear.weight", "blocks.0.linear.bias", "blocks.0.norm.weight", "blocks.0.norm.bias",
		"blocks.0.norm.running_mean", "blocks.0.norm.running_var", "blocks.0.norm.num_batches_tracked",
	}, names(m.StateDict())[:9])
	require.Len(t, m.Parameters(), 11)
	require.Len(t, m.Buffers(), 7)
	require.True(t, m.Parameters()[0].Tensor.RequiresGrad())

	scale := m.Parameters()[0].Tensor
	require.Same(t, scale, m.Parameters()[0].Tensor)
	m.Eval()
	before := m.Forward(input()).(*torch.Tensor)
	torch.NoGrad(func() { scale.MulInplace(2) })
	require.Equal(t, torch.ToSlice[float32](before.Mul(2)), torch.ToSlice[float32](m.Forward(input()).(*torch.Tensor)))
	require.EqualValues(t, 2, m.Buffers()[0].Tensor.ItemInt())

	scale.Free() // the program keeps its own reference
	require.NotSame(t, scale, m.Parameters()[0].Tensor)
	require.Equal(t, []float32{2, 2, 2}, torch.ToSlice[float32](m.Parameters()[0].Tensor))
}

func TestTrainAndEval(t *testing.T) {
	m := load(t, model)
	require.True(t, m.Training())
	require.False(t, m.Eval().Training())
	a, b := m.Forward(input()).(*torch.Tensor), m.Forward(input()).(*torch.Tensor)
	require.Equal(t, torch.ToSlice[float32](a), torch.ToSlice[float32](b))
	require.True(t, m.Train().Training())
	require.NoError(t, m.To(torch.CPU))
	if !torch.CUDAIsAvailable() {
		require.ErrorContains(t, m.To(torch.CUDA), "CUDA is not available")
	}
}

func TestEveryTypeOfArgumentAndResult(t *testing.T) {
	m := load(t, model)
	require.Contains(t, m.Methods()[0], "forward(")
	two := torch.New([]float32{1, 2})
	require.Equal(t, int64(7), m.Call("types", []*torch.Tensor{two, two}, map[string]*torch.Tensor{"b": two, "a": two},
		torch.Tuple{6, 0.5}, []string{"so", "it", "is"}).(torch.Tuple)[2].(torch.Tuple)[0])

	var named torch.Dict
	named.Set("z", two)
	out := m.Call("types", []any{two}, &named, torch.Tuple{int64(3), 2}, []any{}, true).(torch.Tuple)
	require.Equal(t, []float32{3, 6}, torch.ToSlice[float32](out[0].([]*torch.Tensor)[0]))
	require.Equal(t, []float32{2, 4}, torch.ToSlice[float32](out[1].(*torch.Dict).Get("z").(*torch.Tensor)))
	require.Equal(t, torch.Tuple{int64(4), 2.5, ""}, out[2])
	require.Equal(t, true, out[3])
	require.Equal(t, []any{[]int{1, 2}, []int{3}}, out[4])
}

func TestErrorsNameTheMethodAndTheLine(t *testing.T) {
	m := load(t, model)
	x := input()
	for _, c := range []struct {
		method string
		args   []any
		expect string
	}{
		{"forward", nil, "argument 'x' is required"},
		{"forward", []any{3}, "argument 'x' is of type Tensor, but got an int"},
		{"forward", []any{x, 1.5}, "argument 'repeat' is of type int, but got a float"},
		{"forward", []any{x, 1, 2}, "takes 2 arguments, but got 3"},
		{"forward", []any{x.Reshape(4, 5)}, "blocks"},
		{"forward", []any{struct{}{}}, "Go type struct {} can't be passed"},
		{"forward", []any{(*torch.Tensor)(nil)}, "argument 'x' is of type Tensor, but got None"},
		{"backwards", []any{x}, "no method 'backwards'; it has forward, fail, huge, types"},
		{"types", []any{[]*torch.Tensor{x}, 3}, "argument 'named' is of type Dict(str, Tensor), but got an int"},
		{"types", []any{[]any{x, "x"}}, "argument 'xs' is of type Tensor[], but got a list with a string"},
		{"fail", []any{x}, "this program always fails"},
	} {
		var failure *torch.Error
		err := torch.Try(func() error { m.Call(c.method, c.args...); return nil })
		require.ErrorAs(t, err, &failure, c.method)
		require.Equal(t, "jit."+c.method, failure.Op)
		require.ErrorContains(t, err, c.expect)
	}
	var failure *torch.Error
	require.ErrorAs(t, torch.Try(func() error { m.Call("huge", x); return nil }), &failure)
	require.Equal(t, torch.OutOfMemory, failure.Kind)
	require.Len(t, m.Forward(x).(*torch.Tensor).Shape(), 2) // it still works
}

func TestFreedTensorsAndScopes(t *testing.T) {
	m := load(t, model)
	m.Forward(input())
	m.StateDict()
	before := leak.CollectorOff(t)
	torch.Scoped(func(s *torch.Scope) {
		x := s.Own(torch.Ones(torch.Shape{5, 4}))
		freed := x.Clone()
		freed.Free()
		require.ErrorContains(t, torch.Try(func() error {
			m.Call("types", []*torch.Tensor{x, freed}, map[string]*torch.Tensor{"x": x}, torch.Tuple{1, 1.0}, []string{})
			return nil
		}), "was freed")
		m.Forward(x)
		m.Call("types", []*torch.Tensor{x, x}, map[string]*torch.Tensor{"x": x}, torch.Tuple{1, 1.0}, []string{})
	})
	require.Equal(t, before, torch.LiveTensors())
}

func TestSaveIsAtomicAndComplete(t *testing.T) {
	m := load(t, model)
	m.Eval()
	torch.NoGrad(func() { m.Parameters()[0].Tensor.MulInplace(3) })
	path := filepath.Join(t.TempDir(), "saved.pt")
	require.NoError(t, m.Save(path))
	again := load(t, path)
	require.False(t, again.Training())
	require.Equal(t, torch.ToSlice[float32](m.Forward(input()).(*torch.Tensor)),
		torch.ToSlice[float32](again.Forward(input()).(*torch.Tensor)))
	require.Error(t, m.Save(filepath.Join(t.TempDir(), "no", "folder.pt")))

	_, err := jit.Load(filepath.Join(t.TempDir(), "missing.pt"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = jit.Load(t.TempDir())
	require.ErrorContains(t, err, "no regular file")
}
