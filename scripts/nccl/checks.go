package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"multitorch/distributed"
	"multitorch/nn"
	"multitorch/nn/functional"
	"multitorch/optim"
	"multitorch/torch"
)

var checks = []struct {
	name string
	run  func(g *distributed.Group, d torch.Device) error
}{
	{"all-reduce: sum, mean, maximum", reductions},
	{"broadcast, all-gather, gather, scatter, reduce-scatter", exchanges},
	{"send and receive around the ring", ring},
	{"a collective takes what its stream was given, and the stream waits for it", streams},
	{"started collectives are waited for", started},
	{"tensors on the CPU, and objects, go by Gloo", onCPU},
	{"a group of some ranks", some},
	{"DistributedDataParallel gives the gradients of the whole batch", gradients},
	{"DistributedDataParallel trains", train},
}

// asRank runs all checks, which rank 0 reports.
func asRank(_ context.Context, g *distributed.Group) error {
	var failed error
	for _, c := range checks {
		err := torch.Try(func() error { return c.run(g, g.Device()) })
		failed = errors.Join(failed, err)
		if err != nil {
			fmt.Printf("  FAILED   %s: %v\n", c.name, err)
		} else if g.Rank() == 0 {
			fmt.Printf("  passed   %s\n", c.name)
		}
	}
	return failed
}

// same holds all elements of a tensor against a number.
func same(what string, t *torch.Tensor, want float64) error {
	if got := torch.ToSlice[float32](t.To(torch.CPU)); slices.ContainsFunc(got, func(v float32) bool { return float64(v) != want }) {
		return fmt.Errorf("%s: expected %v everywhere, but got %v", what, want, got[:min(len(got), 8)])
	}
	return nil
}

// mine is a tensor of this rank's number, from 1.
func mine(g *distributed.Group, d torch.Device) *torch.Tensor {
	return torch.Full(torch.Shape{1000}, float64(g.Rank()+1), d, torch.Float32)
}

func reductions(g *distributed.Group, d torch.Device) error {
	n := float64(g.WorldSize())
	sum, mean, most := mine(g, d), mine(g, d), mine(g, d)
	return errors.Join(
		g.AllReduce(sum, distributed.Sum), same("the sum", sum, n*(n+1)/2),
		g.AllReduce(mean, distributed.Avg), same("the mean", mean, (n+1)/2),
		g.AllReduce(most, distributed.Max), same("the maximum", most, n))
}

func exchanges(g *distributed.Group, d torch.Device) error {
	n, last := g.WorldSize(), g.WorldSize()-1
	x := mine(g, d)
	errs := []error{g.Broadcast(x, last), same("the last rank's", x, float64(n))}
	all, err := g.AllGather(mine(g, d))
	errs = append(errs, err)
	for r, t := range all {
		errs = append(errs, same("all-gather", t, float64(r+1)))
	}
	all, err = g.Gather(mine(g, d), last)
	errs = append(errs, err)
	for r, t := range all {
		errs = append(errs, same("gather", t, float64(r+1)))
	}
	var parts, rows []*torch.Tensor
	for r := range n {
		rows = append(rows, mine(g, d).Mul(r+1))
		if g.Rank() == last {
			parts = append(parts, torch.Full(torch.Shape{1000}, float64(10+r), d, torch.Float32))
		}
	}
	errs = append(errs, g.Scatter(x, parts, last), same("scatter", x, float64(10+g.Rank())))
	sum, err := g.ReduceScatter(rows, distributed.Sum)
	if err != nil {
		return errors.Join(append(errs, err)...)
	}
	return errors.Join(append(errs, same("reduce-scatter", sum, float64(n*(n+1)/2*(g.Rank()+1))), g.Barrier())...)
}

func ring(g *distributed.Group, d torch.Device) error {
	n := g.WorldSize()
	before, x := (g.Rank()+n-1)%n, mine(g, d)
	send := func() error { return g.Send(mine(g, d), (g.Rank()+1)%n, 7) }
	recv := func() error { return errors.Join(g.Recv(x, before, 7), same("the rank before", x, float64(before+1))) }
	if g.Rank() == 0 {
		return errors.Join(send(), recv())
	}
	return errors.Join(recv(), send())
}

func streams(g *distributed.Group, d torch.Device) error {
	reduced := func() error {
		x := torch.Ones(torch.Shape{1024, 1024}, d)
		y := x
		for range 20 { // some work that the sum has to wait for
			y = y.Matmul(x).Div(1024)
		}
		if err := g.AllReduce(y, distributed.Sum); err != nil {
			return err
		}
		return same("a sum of products", y.Mul(2), float64(2*g.WorldSize()))
	}
	if err := reduced(); err != nil || !d.IsCUDA() {
		return err
	}
	side, err := torch.NewCUDAStream(d)
	if err != nil {
		return err
	}
	side.Do(func() { err = reduced() })
	return err
}

func started(g *distributed.Group, d torch.Device) error {
	x := mine(g, d)
	w := g.Async().AllReduce(x, distributed.Sum)
	if err := w.Wait(time.Minute); err != nil {
		return err
	}
	if !w.Done() {
		return errors.New("it is not done after it was waited for")
	}
	n := float64(g.WorldSize())
	return same("the sum", x, n*(n+1)/2)
}

func onCPU(g *distributed.Group, _ torch.Device) error {
	names, err := distributed.AllGatherObject(g, fmt.Sprint("rank ", g.Rank()))
	if err == nil && names[g.WorldSize()-1] != fmt.Sprint("rank ", g.WorldSize()-1) {
		err = fmt.Errorf("the ranks' names are %q", names)
	}
	return errors.Join(err, reductions(g, torch.CPU))
}

func some(g *distributed.Group, d torch.Device) error {
	pair, err := g.NewGroup(0, g.WorldSize()-1)
	if err != nil || pair == nil {
		return err
	}
	x := mine(pair, d)
	return errors.Join(pair.AllReduce(x, distributed.Sum), same("the pair's sum", x, 3))
}

func newModel(d torch.Device) *nn.Sequential {
	torch.ManualSeed(1)
	m := nn.NewSequential(nn.NewLinear(8, 300), nn.NewTanh(), nn.NewLinear(300, 5))
	nn.To(m, d)
	return m
}

// batch is what all ranks have in a step, of which this one takes its part.
func batch(g *distributed.Group, step int) (x, y *torch.Tensor) {
	n, generator := 12*g.WorldSize(), torch.NewGenerator(int64(step))
	return torch.Randn(torch.Shape{n, 8}, generator), torch.Randint(0, 5, torch.Shape{n}, generator)
}

func part(g *distributed.Group, t *torch.Tensor, d torch.Device) *torch.Tensor {
	return t.Narrow(0, 12*g.Rank(), 12).To(d)
}

func gradients(g *distributed.Group, d torch.Device) error {
	x, y := batch(g, 0)
	alone, model := newModel(d), newModel(d)
	functional.CrossEntropy(alone.Forward(x.To(d)), y.To(d)).Backward()
	ddp, err := distributed.NewDistributedDataParallel(model, g)
	if err != nil {
		return err
	}
	defer ddp.Close()
	ddp.Forward(func() *torch.Tensor {
		return functional.CrossEntropy(model.Forward(part(g, x, d)), part(g, y, d))
	}).Backward()
	for i, p := range nn.Parameters(model) {
		if far := p.Grad().Sub(nn.Parameters(alone)[i].Grad()).Abs().Max().Item(); !(far <= 1e-6) {
			return fmt.Errorf("gradient %d is off by %g", i, far)
		}
	}
	return nil
}

// train says rank 0's losses, which Python's are held against.
func train(g *distributed.Group, d torch.Device) error {
	model := newModel(d)
	ddp, err := distributed.NewDistributedDataParallel(model, g, distributed.BucketCapMB(0.005))
	if err != nil {
		return err
	}
	defer ddp.Close()
	optimizer := optim.NewSGD(nn.Parameters(model), optim.LR(0.1), optim.Momentum(0.9))
	for step := range 6 {
		x, y := batch(g, step)
		optimizer.ZeroGrad()
		loss := ddp.Forward(func() *torch.Tensor {
			return functional.CrossEntropy(model.Forward(part(g, x, d)), part(g, y, d))
		})
		loss.Backward()
		optimizer.Step()
		if g.Rank() == 0 {
			fmt.Println("loss", loss.Item())
		}
	}
	return nil
}
