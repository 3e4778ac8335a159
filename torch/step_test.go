package torch_test

import (
	"errors"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

func TestStepFreesAllThatWasMadeInIt(t *testing.T) {
	w := torch.Ones(torch.Shape{2}, torch.RequiresGrad(true))
	var made []*torch.Tensor
	var kept *torch.Tensor
	opened := here(+1)
	torch.Step(func() {
		x := torch.Randn(torch.Shape{2})
		y := w.Mul(2)
		z := y.Add(x)
		z.Sum().Backward()
		made = append(made, x, y, z, torch.New(1.5), w.Grad(), torch.RNGState(), z.Split(1, 0)[1], torch.FromSlice([]float32{1}, 1))
		kept = y.Detach().Keep()
	})
	for i, x := range made {
		require.Contains(t, freed(t, x).Message, "freed with its scope, opened at "+opened, i)
	}
	require.Equal(t, []float32{2, 2}, torch.ToSlice[float32](kept))
	require.Equal(t, []float32{2, 2}, torch.ToSlice[float32](w.Grad()), "libtorch holds the gradient")
	require.Equal(t, 2.0, torch.Ones(torch.Shape{2}).Sum().Item(), "what is made afterwards is no step's")
}

// A loop ported line by line: nothing of it stays but what is kept.
func TestStepInATrainingLoop(t *testing.T) {
	model := nn.NewSequential(nn.NewLinear(4, 8), nn.NewTanh(), nn.NewLinear(8, 1))
	opt := optim.NewAdam(nn.Parameters(model), optim.LR(0.01))
	average := torch.Zeros(torch.Shape{})
	leak.CollectorOff(t)
	before := 0
	for i := range 6 {
		torch.Step(func() {
			x := torch.Randn(torch.Shape{16, 4})
			loss := model.Forward(x).Sub(x.Narrow(1, 0, 1)).Square().Mean()
			opt.ZeroGrad()
			loss.Backward()
			opt.Step()
			before := average
			average = average.Mul(0.5).Add(loss.Detach()).Keep()
			before.Free()
		})
		if i == 1 {
			before = torch.LiveTensors()
		}
	}
	require.Equal(t, before, torch.LiveTensors())
	require.Positive(t, average.Item())
}

func TestStepsInSteps(t *testing.T) {
	var a, b, c, d *torch.Tensor
	torch.Step(func() {
		a = torch.Ones(torch.Shape{1})
		torch.Step(func() {
			b = torch.Ones(torch.Shape{1})
			c = a.Add(1)
			d = torch.Ones(torch.Shape{1}).Keep()
		})
		freed(t, b)
		freed(t, c)
		require.Equal(t, 2.0, a.Add(d).Item())
		torch.Scoped(func(s *torch.Scope) {
			b = s.Own(torch.Ones(torch.Shape{1}))
			c = a.Add(b)
			torch.Step(func() { d = c.Add(1) })
			freed(t, d)
		})
		freed(t, c)
		c = torch.Ones(torch.Shape{1})
	})
	freed(t, a)
	freed(t, c)
}

func TestStepEndsWhateverHappens(t *testing.T) {
	open := torch.Memory().OpenScopes
	var x *torch.Tensor
	mine := errors.New("mine")
	require.PanicsWithValue(t, mine, func() { torch.Step(func() { x = torch.Ones(torch.Shape{1}); panic(mine) }) })
	freed(t, x)
	require.ErrorIs(t, torch.Try(func() error {
		torch.Step(func() { x = torch.Ones(torch.Shape{2}); x.Select(0, 7) })
		return nil
	}), torch.IndexError)
	freed(t, x)
	var ended sync.WaitGroup
	ended.Add(1)
	go func() {
		defer ended.Done()
		torch.Step(func() { x = torch.Ones(torch.Shape{1}); runtime.Goexit() })
	}()
	ended.Wait()
	freed(t, x)
	require.Equal(t, open, torch.Memory().OpenScopes)
}

// What another goroutine makes is its own, and steps of several goroutines don't mix.
func TestStepOwnsItsGoroutinesTensorsOnly(t *testing.T) {
	var others []*torch.Tensor
	torch.Step(func() {
		made := make(chan *torch.Tensor)
		go func() { made <- torch.Ones(torch.Shape{1}) }()
		others = append(others, <-made)
	})
	require.Equal(t, 1.0, others[0].Item())

	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				var x, y *torch.Tensor
				torch.Step(func() {
					x = torch.Ones(torch.Shape{3})
					runtime.Gosched()
					y = x.Add(others[0])
					require.Equal(t, 6.0, y.Sum().Item())
				})
				require.True(t, errors.Is(torch.Try(func() error { y.Add(x); return nil }), torch.FreedError))
			}
		})
	}
	all.Wait()
}

func TestStepAndHooks(t *testing.T) {
	w := torch.Ones(torch.Shape{2}, torch.RequiresGrad(true))
	var kept, lost *torch.Tensor
	w.RegisterHook(func(g *torch.Tensor) *torch.Tensor {
		lost = torch.Ones(torch.Shape{2})
		kept = g.Mul(3).Keep()
		return g.Add(lost)
	})
	torch.Step(func() { w.Mul(2).Sum().Backward() })
	freed(t, lost)
	require.Equal(t, []float32{6, 6}, torch.ToSlice[float32](kept))
	require.Equal(t, []float32{3, 3}, torch.ToSlice[float32](w.Grad()))
}
