package datasets_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/datasets"
	"multitorch/torch"
)

// pass is an iteration: its batches, and what two generators draw after each of them and at the end.
type pass struct {
	batches [][]int
	drawn   [][2]int64 // by copies of the generators, whose states are too long to show
}

// iterate iterates over n samples from batch k on, which it seeks unless it is negative. Generators start from the same seeds.
func iterate(t require.TestingT, n, k int, own bool, opts ...datasets.Option) (p pass) {
	torch.ManualSeed(3)
	g := torch.NewGenerator(4)
	if own {
		opts = append(opts, datasets.Generator(g))
	}
	it := load2(datasets.NewLoaderFunc(indices(n), asInts, opts...))(t).Iterator(context.Background())
	defer it.Close()
	if k >= 0 {
		require.NoError(t, it.Seek(k))
	}
	for more := true; more; {
		if more = it.Next(); more {
			p.batches = append(p.batches, it.Batch())
		}
		p.drawn = append(p.drawn, [2]int64{draw(torch.DefaultGenerator().Clone()), draw(g.Clone())})
	}
	require.NoError(t, it.Err())
	return p
}

func TestSeekGoesOnAsIfTheBatchesBeforeHadBeenRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, size := rapid.IntRange(1, 23).Draw(t, "samples"), rapid.IntRange(1, 9).Draw(t, "batch size")
		own := rapid.Bool().Draw(t, "own generator")
		opts := []datasets.Option{datasets.BatchSize(size), datasets.Workers(rapid.IntRange(0, 3).Draw(t, "workers"))}
		if rapid.Bool().Draw(t, "shuffle") {
			opts = append(opts, datasets.Shuffle(true))
		}
		if rapid.Bool().Draw(t, "drop last") {
			opts = append(opts, datasets.DropLast(true))
		}
		whole := iterate(t, n, -1, own, opts...)
		k := rapid.IntRange(0, len(whole.batches)).Draw(t, "batch")
		rest := iterate(t, n, k, own, opts...)
		require.Equal(t, append([][]int{}, whole.batches[k:]...), append([][]int{}, rest.batches...))
		require.Equal(t, whole.drawn[k:], rest.drawn)
	})
}

func TestSeekReadsNothingBefore(t *testing.T) {
	read := []int{}
	d := function[int]{10, func(i int) (int, error) { read = append(read, i); return i, nil }}
	it := load2(datasets.NewLoaderFunc(d, asInts, datasets.BatchSize(3)))(t).Iterator(context.Background())
	defer it.Close()
	require.NoError(t, it.Seek(2))
	require.Empty(t, read)
	require.True(t, it.Next())
	require.Equal(t, 2, it.Index())
	require.Equal(t, []int{6, 7, 8}, it.Indices())
	require.Equal(t, []int{6, 7, 8}, read)
}

func TestSeekInAStream(t *testing.T) {
	for _, workers := range []int{0, 2} {
		loader := load2(datasets.NewIterableLoaderFunc(datasets.IterableDataset[int](counted(10)), asInts, datasets.BatchSize(3), datasets.Workers(workers)))(t)
		whole := collect(t, loader, func(b []int) []int { return b })
		for k := range len(whole) + 1 {
			it := loader.Iterator(context.Background())
			require.NoError(t, it.Seek(k))
			rest := [][]int{}
			for it.Next() {
				rest = append(rest, it.Batch())
			}
			require.NoError(t, it.Err())
			require.Equal(t, append([][]int{}, whole[k:]...), rest)
			it.Close()
		}
		it := loader.Iterator(context.Background())
		require.ErrorContains(t, it.Seek(len(whole)+1), "expected a batch from 0 to")
		it.Close()
	}
}

func TestSeekRefusesWhatMakesNoSense(t *testing.T) {
	loader := load2(datasets.NewLoaderFunc(indices(10), asInts, datasets.BatchSize(3)))(t)
	for k, message := range map[int]string{
		-1: "expected a batch from 0 on, but got -1",
		5:  "expected a batch from 0 to 4, since the iteration has 4, but got 5: is it of other data, or of another batch size?",
	} {
		it := loader.Iterator(context.Background())
		require.ErrorContains(t, it.Seek(k), message)
		it.Close()
	}
	it := loader.Iterator(context.Background())
	defer it.Close()
	require.True(t, it.Next())
	require.ErrorContains(t, it.Seek(1), "the iteration has begun")
}
