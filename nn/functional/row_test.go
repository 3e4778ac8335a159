package functional_test

import (
	"fmt"
	"math"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	F "multitorch/nn/functional"
	"multitorch/torch"
)

// like is the number of threads whose bits a number of threads is to have: under MKL those of one. OpenBLAS has threads of its own
// for one row, and with them other last bits on some processors (float64 under AVX-512): there it is to have its own, every time.
func like(threads int) int {
	if torch.Runtime().BLAS == "MKL" {
		return 1
	}
	return threads
}

// One row times a large matrix is shared among threads where they pay: whichever way was taken, and however many threads
// there are, the bits are those of one thread, with bias and without, for either layout, in and outside of autograd.
func TestOneRowHasTheBitsOfOneThread(t *testing.T) {
	before := torch.NumThreads()
	t.Cleanup(func() { torch.SetNumThreads(before) })
	torch.ManualSeed(1)
	const calls = 24 // in which the ways are compared, timed, and one of them taken
	for _, c := range []struct {
		in, out int
		dtype   torch.DType
	}{{384, 3000, torch.Float32}, {768, 768, torch.Float32}, {512, 20001, torch.Float32}, {3072, 129, torch.Float32}, {3072, 577, torch.Float32}, {512, 1030, torch.Float64}} {
		weight := torch.Randn(torch.Shape{c.out, c.in}, c.dtype, torch.RequiresGrad(true))
		bias := torch.Randn(torch.Shape{c.out}, c.dtype)
		across := weight.Detach().T().Contiguous()
		rows := torch.Randn(torch.Shape{calls, 1, c.in}, c.dtype)
		all := func(threads int) (results []*torch.Tensor) {
			torch.SetNumThreads(threads)
			for i := range calls {
				x := rows.Select(0, i)
				results = append(results, F.Linear(x, weight, bias), bias.Addmm(x, across, 1, 1))
				torch.NoGrad(func() { results = append(results, F.Linear(x, weight, nil)) })
				torch.InferenceMode(func() { results = append(results, x.Mm(across).Add(0)) })
			}
			return results
		}
		for _, threads := range []int{2, 3} {
			want := all(like(threads))
			for i, y := range all(threads) {
				require.True(t, torch.Equal(want[i], y), fmt.Sprintf("%v, %d threads, result %d", c, threads, i))
			}
		}
	}
}

// The gradients of such a product, infinities and NaN are as with one thread, too.
func TestOneRowsGradientsAndSpecialNumbers(t *testing.T) {
	before := torch.NumThreads()
	t.Cleanup(func() { torch.SetNumThreads(before) })
	torch.ManualSeed(2)
	weight := torch.Randn(torch.Shape{2000, 300}, torch.RequiresGrad(true))
	x := torch.Randn(torch.Shape{1, 300})
	odd := x.Clone()
	odd.IndexPut(math.Inf(1), 0, 7)
	odd.IndexPut(math.NaN(), 0, 9)
	run := func(threads int) (loss, gradient, special *torch.Tensor) {
		torch.SetNumThreads(threads)
		weight.SetGrad(nil)
		loss = F.Linear(x, weight, nil).Square().Sum()
		loss.Backward()
		return loss, weight.Grad(), F.Linear(odd, weight, nil).IsNaN()
	}
	loss, gradient, special := run(like(2))
	for range 30 {
		again, same, also := run(2)
		require.True(t, torch.Equal(loss, again))
		require.True(t, torch.Equal(gradient, same))
		require.True(t, torch.Equal(special, also))
	}
}

// Callers at once: while the threads work for one, others do without them.
func TestOneRowInManyGoroutines(t *testing.T) {
	before := torch.NumThreads()
	t.Cleanup(func() { torch.SetNumThreads(before) })
	torch.ManualSeed(3)
	weight := torch.Randn(torch.Shape{4000, 256})
	rows := torch.Randn(torch.Shape{16, 1, 256})
	torch.SetNumThreads(like(2))
	want := make([]*torch.Tensor, 16)
	for i := range want {
		want[i] = F.Linear(rows.Select(0, i), weight, nil)
	}
	torch.SetNumThreads(2)
	same := make([]bool, 16)
	var wait sync.WaitGroup
	for i := range same {
		wait.Go(func() {
			same[i] = true
			for range 50 {
				torch.Step(func() { same[i] = same[i] && torch.Equal(want[i], F.Linear(rows.Select(0, i), weight, nil)) })
			}
		})
	}
	wait.Wait()
	require.NotContains(t, same, false)
}
