package torch_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/torch"
)

// What a leaf carries for autograd may be read and replaced by many goroutines at
// once, among them those that compute gradients: no crash, and no tensor too many.
func TestGradientsOfOneLeafInManyGoroutines(t *testing.T) {
	ones := func() *torch.Tensor { return torch.Ones(torch.Shape{2}, torch.Float64) }
	for name, uses := range map[string]func(x *torch.Tensor) []func(){
		"while gradients are computed": func(x *torch.Tensor) []func() {
			return []func(){
				func() { x.SetGrad(ones()) },
				func() { x.SetGrad(nil) },
				func() {
					if g := x.Grad(); g != nil {
						g.Add(g)
					}
				},
				func() { x.Mul(x).Sum().Backward() },
				func() { torch.Grad([]*torch.Tensor{x.Mul(x).Sum()}, []*torch.Tensor{x}) },
				func() { x.SetRequiresGrad(true) },
			}
		},
		"with hooks": func(x *torch.Tensor) []func() {
			return []func(){
				func() { x.RegisterHook(func(*torch.Tensor) *torch.Tensor { return nil }).Remove() },
				func() { x.RegisterHook(func(g *torch.Tensor) *torch.Tensor { return g }) },
				func() { x.SetGrad(ones()) },
				func() { x.Grad() },
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			requireBalance(t, func() {
				x := leaf(1, 2)
				all := uses(x)
				var group sync.WaitGroup
				for g := range 64 {
					group.Go(func() {
						for range 20 {
							if err := torch.Try(func() error { all[g%len(all)](); return nil }); err != nil {
								t.Error(err)
							}
						}
					})
				}
				group.Wait()
				x.SetGrad(nil)
				x.Mul(x).Sum().Backward()
				require.Equal(t, []float64{2, 4}, values(x.Grad()))
			})
		})
	}
}

// Sixty-four goroutines that free the same tensors: each is freed once, and all
// others are told.
func TestDoubleFreesInManyGoroutines(t *testing.T) {
	before, _ := leak.Settled()
	const goroutines, tensors = 64, 200
	ts := make([]*torch.Tensor, tensors)
	for i := range ts {
		ts[i] = torch.Ones(torch.Shape{3})
	}
	freed, told := make([]int, goroutines), make([]int, goroutines)
	var group sync.WaitGroup
	for g := range goroutines {
		group.Go(func() {
			for i := range ts {
				x := ts[(i*(2*g+1))%tensors]
				err := torch.Try(func() error {
					if g%2 == 0 {
						x.Add(x).Free()
					}
					x.Free()
					return nil
				})
				if err == nil {
					freed[g]++
				} else if e, ok := err.(*torch.Error); ok && e.Kind == torch.FreedError {
					told[g]++
				}
			}
		})
	}
	group.Wait()
	sum := func(ns []int) (total int) {
		for _, n := range ns {
			total += n
		}
		return total
	}
	require.Equal(t, tensors, sum(freed))
	require.Equal(t, tensors*(goroutines-1), sum(told))
	after, _ := leak.Settled()
	require.Equal(t, before, after)
}
