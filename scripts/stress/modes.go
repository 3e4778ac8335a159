package main

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"

	"multitorch/nn"
	"multitorch/torch"
)

// modes are the lives; each call is one round, which takes well under a second.
var modes = map[string]func() error{
	"garbage":    garbage,
	"scopes":     scopes,
	"serve":      serve,
	"spawn":      spawn,
	"train":      train,
	"deep":       deep,
	"hooks":      hooks,
	"panics":     panics,
	"goexit":     goexit,
	"checkpoint": checkpoint,
	"views":      views,
	"workers":    workers,
	"collector":  collector,
	"mix":        mix,
}

const many = 64 // goroutines

func each(n int, f func(i int) error) error {
	errs := make([]error, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { errs[i] = f(i) })
	}
	group.Wait()
	return errors.Join(errs...)
}

func expect(what string, got, want float64) error {
	if got != want {
		return fmt.Errorf("%s: expected %v, but got %v", what, want, got)
	}
	return nil
}

func ones(n int, opts ...torch.Option) *torch.Tensor { return torch.Ones(torch.Shape{n}, opts...) }

// garbage leaves bare sums to the collector, from many goroutines.
func garbage() error {
	return each(many, func(int) error {
		x := ones(4)
		y := x
		for range 1000 {
			y = y.Add(x)
		}
		return expect("sum", y.Sum().Item(), 4*1001)
	})
}

func scopes() error {
	return each(8, func(int) (err error) {
		for range 50 {
			torch.Scoped(func(s *torch.Scope) {
				x := s.Own(ones(4))
				torch.Scoped(func(inner *torch.Scope) {
					y := inner.Own(ones(4))
					for range 20 {
						y = y.Add(x)
					}
					err = errors.Join(err, expect("sum", y.Sum().Item(), 4*21))
				})
			})
		}
		return err
	})
}

var net = nn.NewSequential(nn.NewLinear(64, 128), nn.NewReLU(), nn.NewLinear(128, 10))

// serve answers requests of a small net without a scope, each row of a batch alike.
func serve() error {
	return each(many, func(i int) (err error) {
		mode := []func(func()){torch.NoGrad, torch.InferenceMode}[i%2]
		for range 20 {
			mode(func() {
				y := net.Forward(ones(64).Expand(3, 64)).Softmax(1)
				err = errors.Join(err, expect("equal rows", y.Select(0, 0).Sub(y.Select(0, 2)).Abs().Max().Item(), 0))
			})
		}
		return err
	})
}

func spawn() error {
	for range 50 {
		if err := each(20, func(int) (err error) {
			torch.NoGrad(func() { err = expect("product", ones(4).Mul(2).Mul(3).Sum().Item(), 24) })
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// train has two hundred goroutines compute the gradient of the same weights.
func train() error {
	w := ones(16, torch.RequiresGrad(true))
	x := torch.Arange(0, 16, 1)
	return each(200, func(int) error {
		g := torch.Grad([]*torch.Tensor{w.Mul(x).Square().Sum()}, []*torch.Tensor{w})[0]
		return expect("gradient", g.Sum().Item(), 2*1240)
	})
}

func deep() error {
	x := ones(2, torch.RequiresGrad(true))
	y, dropped := x, x
	for range 20_000 {
		y, dropped = y.Add(x), dropped.Add(x)
	}
	return expect("gradient", torch.Grad([]*torch.Tensor{y.Sum()}, []*torch.Tensor{x})[0].Sum().Item(), 2*20_001)
}

func hooks() error {
	return each(many, func(i int) (err error) {
		for range 10 {
			torch.Scoped(func(s *torch.Scope) {
				x := s.Own(ones(3, torch.RequiresGrad(true)))
				y := x.Mul(2)
				h := y.RegisterHook(func(g *torch.Tensor) *torch.Tensor { return g.Mul(5) })
				y.Sum().Backward()
				if i%2 == 0 {
					h.Remove()
				}
				err = errors.Join(err, expect("gradient", x.Grad().Sum().Item(), 30))
			})
		}
		return err
	})
}

var square = &torch.Function{
	Name: "Square",
	Forward: func(ctx *torch.Context, xs ...*torch.Tensor) []*torch.Tensor {
		ctx.SaveForBackward(xs[0])
		return []*torch.Tensor{xs[0].Mul(xs[0])}
	},
	Backward: func(ctx *torch.Context, gs ...*torch.Tensor) []*torch.Tensor {
		x := ctx.SavedTensors()[0]
		if x.Numel() == 13 {
			panic("thirteen")
		}
		return []*torch.Tensor{gs[0].Mul(x).Mul(2)}
	},
}

func panics() error {
	return each(many, func(i int) error {
		for range 10 {
			x := ones(13, torch.RequiresGrad(true))
			if torch.Try(func() error { square.Call(x.Mul(2)).Sum().Backward(); return nil }) == nil {
				return errors.New("a panic was lost")
			}
			if torch.Try(func() error { x.Matmul(ones(4)); return nil }) == nil {
				return errors.New("an error was lost")
			}
			x = ones(i%5+1, torch.RequiresGrad(true))
			square.Call(x).Sum().Backward()
			if err := expect("gradient", x.Grad().Sum().Item(), float64(2*(i%5+1))); err != nil {
				return err
			}
		}
		return nil
	})
}

// goexit ends goroutines inside scopes and modes.
func goexit() error {
	err := each(many, func(i int) error {
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer func() { _ = recover() }()
			torch.Pinned(func() {
				torch.NoGrad(func() {
					torch.Scoped(func(s *torch.Scope) {
						s.Own(ones(1000)).Mul(2)
						if i%2 == 0 {
							runtime.Goexit()
						}
						panic("out")
					})
				})
			})
		}()
		<-done
		return nil
	})
	if !torch.IsGradEnabled() || !ones(1, torch.RequiresGrad(true)).Mul(2).RequiresGrad() {
		return errors.New("gradients are off")
	}
	return err
}

func checkpoint() error {
	var nested func(depth int, x *torch.Tensor) *torch.Tensor
	nested = func(depth int, x *torch.Tensor) *torch.Tensor {
		if depth == 0 {
			return x.Mul(2)
		}
		return torch.Checkpoint(func(xs ...*torch.Tensor) *torch.Tensor { return nested(depth-1, xs[0]) }, x)
	}
	return each(8, func(int) error {
		x := ones(2, torch.RequiresGrad(true))
		nested(20, x).Sum().Backward()
		return expect("gradient", x.Grad().Sum().Item(), 4)
	})
}

func views() error {
	x := torch.Ones(torch.Shape{4, 4}, torch.RequiresGrad(true))
	y := x.Mul(1)
	for range 2000 {
		y = y.Transpose(0, 1)
	}
	y.Sum().Backward()
	return expect("gradient", x.Grad().Sum().Item(), 16)
}

// collector has the collector run all the time.
func collector() error {
	defer debug.SetGCPercent(debug.SetGCPercent(1))
	return errors.Join(hooks(), panics(), spawn())
}

// mix has everything at once.
func mix() error {
	all := []func() error{garbage, scopes, serve, spawn, train, hooks, panics, goexit, checkpoint, workers}
	return each(len(all), func(i int) error { return all[i]() })
}
