package distributed_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/distributed"
	"multitorch/torch"
)

var collectives = scene("collectives", func(_ context.Context, g *distributed.Group) error {
	rank, n := g.Rank(), g.WorldSize()
	mine := func() *torch.Tensor { return torch.FromSlice([]float32{float32(rank), float32(rank + 1)}) }
	floats := func(t *torch.Tensor) []float32 { return torch.ToSlice[float32](t) }
	total := float32(n * (n - 1) / 2)

	x := mine()
	must(g.AllReduce(x, distributed.Sum))
	equal([]float32{total, total + float32(n)}, floats(x))
	x = mine()
	must(g.AllReduce(x, distributed.Avg))
	equal([]float32{total / float32(n), total/float32(n) + 1}, floats(x))
	x = mine()
	must(g.AllReduce(x, distributed.Max))
	equal([]float32{float32(n - 1), float32(n)}, floats(x))
	bits := torch.FromSlice([]int64{1 << rank})
	must(g.AllReduce(bits, distributed.BitOr))
	equal([]int64{1<<n - 1}, torch.ToSlice[int64](bits))

	x = mine()
	must(g.Broadcast(x, n-1))
	equal([]float32{float32(n - 1), float32(n)}, floats(x))
	x = mine()
	must(g.Reduce(x, 1, distributed.Sum))
	if rank == 1 {
		equal([]float32{total, total + float32(n)}, floats(x))
	}

	all, err := g.AllGather(mine())
	must(err)
	for r, t := range all {
		equal([]float32{float32(r), float32(r + 1)}, floats(t))
	}
	all, err = g.Gather(mine(), 1)
	must(err)
	equal(map[bool]int{true: n}[rank == 1], len(all))
	for r, t := range all {
		equal([]float32{float32(r), float32(r + 1)}, floats(t))
	}
	var parts []*torch.Tensor
	for r := range n {
		parts = append(parts, torch.FromSlice([]float32{float32(10*r + rank), 0}))
	}
	var given []*torch.Tensor
	if rank == 0 {
		given = parts
	}
	x = mine()
	must(g.Scatter(x, given, 0))
	equal([]float32{float32(10 * rank), 0}, floats(x))
	x, err = g.ReduceScatter(parts, distributed.Sum)
	must(err)
	equal([]float32{float32(10*rank*n) + total, 0}, floats(x))

	if rank == 0 {
		must(g.Send(mine(), 1, 8))
	} else if rank == 1 {
		x = mine()
		must(g.Recv(x, 0, 8))
		equal([]float32{0, 1}, floats(x))
	}
	names, err := distributed.AllGatherObject(g, fmt.Sprintf("I am %d", rank))
	must(err)
	for r, name := range names {
		equal(fmt.Sprintf("I am %d", r), name)
	}
	last, err := distributed.BroadcastObject(g, map[string]int{"rank": rank}, n-1)
	must(err)
	equal(n-1, last["rank"])
	if _, err = distributed.AllGatherObject(g, func() any {
		if rank == 1 {
			return func() {}
		}
		return 1
	}()); err == nil {
		return fmt.Errorf("a function went through JSON")
	}

	// Started one after the other, waited for in another order.
	a, b := mine(), mine()
	first, second := g.Async().AllReduce(a, distributed.Sum), g.Async().AllReduce(b, distributed.Product)
	must(second.Wait())
	must(first.Wait())
	equal(true, first.Done())
	equal([]float32{total, total + float32(n)}, floats(a))

	pair, err := g.NewGroup(0, 1)
	must(err)
	if rank < 2 {
		equal(2, pair.WorldSize())
		x = mine()
		must(pair.AllReduce(x, distributed.Sum))
		equal([]float32{1, 3}, floats(x))
	} else if pair != nil {
		return fmt.Errorf("rank %d is in a group of others", rank)
	}
	return g.Barrier()
})

func TestCollectives(t *testing.T) {
	for _, n := range []int{2, 4} {
		t.Run(fmt.Sprint(n), func(t *testing.T) { play(t, n, collectives) })
	}
}

func TestCollectivesOverAFile(t *testing.T) {
	path := t.TempDir() + "/store"
	play(t, 2, collectives, "MASTER_ADDR=", "SCENE_METHOD=file://"+path)
}

var refused = scene("refused", func(_ context.Context, g *distributed.Group) error {
	x := torch.Zeros([]int{2, 3})
	for _, err := range []error{
		g.Broadcast(x, 5), g.Broadcast(x, -1), g.AllReduce(x.T(), distributed.Sum), g.Scatter(x, []*torch.Tensor{x}, 0),
		g.Reduce(x, 0, distributed.Avg),
	} {
		if err == nil {
			return fmt.Errorf("a wrong argument was taken")
		}
		fmt.Println(err)
	}
	_, err := g.NewGroup(1, 0)
	fmt.Println(err)
	return g.Barrier() // nothing was begun that the others would wait for
})

func TestWrongArgumentsAreErrors(t *testing.T) {
	out := play(t, 2, refused)[0]
	for _, want := range []string{
		"from 0 to 1, but got 5", "but got -1", "not contiguous", "expected a tensor for each of the 2 ranks", "takes no Avg", "ascending order",
	} {
		require.Contains(t, out, want)
	}
}

var late = scene("late", func(_ context.Context, g *distributed.Group) error {
	gaveUp := os.Getenv("DIR") + "/gave-up"
	for g.Rank() == 1 {
		if _, err := os.Stat(gaveUp); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	w := g.Async().Barrier()
	if g.Rank() == 0 {
		fmt.Println(w.Wait(50 * time.Millisecond))
		must(os.WriteFile(gaveUp, nil, 0o600))
	}
	return w.Wait()
})

func TestWaitGivesUpAndGoesOn(t *testing.T) {
	require.Contains(t, play(t, 2, late, "DIR="+t.TempDir())[0], "barrier is not done after 50ms; it goes on")
}
