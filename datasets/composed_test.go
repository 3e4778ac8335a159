package datasets_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/datasets"
	"multitorch/torch"
)

// Data sets one after another are the samples of all, in order, whatever their lengths.
func TestConcatIsAllOfThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lengths := rapid.SliceOfN(rapid.IntRange(0, 4), 1, 6).Draw(t, "lengths")
		var parts []datasets.Dataset[[2]int]
		var want [][2]int
		for k, n := range lengths {
			parts = append(parts, function[[2]int]{n, func(i int) ([2]int, error) { return [2]int{k, i}, nil }})
			for i := range n {
				want = append(want, [2]int{k, i})
			}
		}
		all, err := datasets.NewConcat(parts...)
		require.NoError(t, err)
		require.Equal(t, len(want), all.Len())
		for i, w := range want {
			got, err := all.Get(i)
			require.NoError(t, err)
			require.Equal(t, w, got)
			k, at := all.Place(i)
			require.Equal(t, w, [2]int{k, at})
		}
		for _, i := range []int{-1, len(want)} {
			_, err := all.Get(i)
			require.ErrorContains(t, err, fmt.Sprintf("from 0 to %d, but got %d", len(want)-1, i))
		}
	})
}

func TestConcatAndMapNameWhatFailed(t *testing.T) {
	bad := function[int]{3, func(i int) (int, error) { return 0, errors.New("no file") }}
	all, err := datasets.NewConcat[int](indices(2), bad)
	require.NoError(t, err)
	_, err = all.Get(4)
	require.EqualError(t, err, "sample 2 of data set 1: no file")

	m, err := datasets.Map(indices(3), func(i int) (string, error) {
		if i == 1 {
			return "", errors.New("odd")
		}
		return fmt.Sprint(i), nil
	})
	require.NoError(t, err)
	require.Equal(t, 3, m.Len())
	got, err := m.Get(2)
	require.NoError(t, err)
	require.Equal(t, "2", got)
	_, err = m.Get(1)
	require.EqualError(t, err, "its transform: odd")
}

// Each sample is read once, also by goroutines that ask for it at once; an error is not kept.
func TestCachedReadsOnce(t *testing.T) {
	var reads atomic.Int64
	failed := atomic.Bool{}
	slow := function[*torch.Tensor]{4, func(i int) (*torch.Tensor, error) {
		if i == 3 && !failed.Swap(true) {
			return nil, errors.New("not yet")
		}
		reads.Add(1)
		return torch.FromSlice([]int{i}), nil
	}}
	cached, err := datasets.NewCached(slow)
	require.NoError(t, err)
	_, err = cached.Get(3)
	require.EqualError(t, err, "not yet")
	_, err = cached.Get(4)
	require.Error(t, err)
	torch.Step(func() { // what a step reads outlives it
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for i := range 4 {
					_, err := cached.Get(i)
					require.NoError(t, err)
				}
			})
		}
		_, err := cached.Get(0)
		require.NoError(t, err)
		all.Wait()
	})
	require.EqualValues(t, 4, reads.Load())
	loader := load2(datasets.NewLoader(cached, datasets.BatchSize(4)))(t)
	for range 2 {
		require.Equal(t, [][]int{{0, 1, 2, 3}}, collect(t, loader, func(b *torch.Tensor) []int { return torch.ToSlice[int](b) }))
	}
	require.EqualValues(t, 4, reads.Load())
}

func TestRandomSplitIsAPartition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 50).Draw(t, "n")
		cut := rapid.Float64Range(0, 1).Draw(t, "cut")
		parts, err := datasets.RandomSplit(indices(n), []float64{cut, 1 - cut}, torch.NewGenerator(int64(n)))
		require.NoError(t, err)
		var all []int
		for _, p := range parts {
			for i := range p.Len() {
				index, err := p.Get(i)
				require.NoError(t, err)
				all = append(all, index)
			}
		}
		slices.Sort(all)
		for i, index := range all {
			require.Equal(t, i, index)
		}
		require.Len(t, all, n)
		require.InDelta(t, cut*float64(n), float64(parts[0].Len()), 1)
	})
	for _, lengths := range [][]int{{3, 3}, {-1, 11}, {}, {1, 1}} {
		_, err := datasets.RandomSplit(indices(10), lengths, nil)
		require.ErrorContains(t, err, "RandomSplit", "%v", lengths)
	}
	for _, fractions := range [][]float64{{0.5, 0.4}, {0.9, 0.9}, {-0.5, 1.5}, {}} {
		_, err := datasets.RandomSplit(indices(10), fractions, nil)
		require.ErrorContains(t, err, "RandomSplit", "%v", fractions)
	}
}

func TestSamplersThatCannotBe(t *testing.T) {
	random, err := datasets.NewRandomSampler(indices(5))
	require.NoError(t, err)
	batches, err := datasets.NewBatchSampler(random, 2, false)
	require.NoError(t, err)
	for want, f := range map[string]func() error{
		"RandomSampler takes no datasets.Seed": func() error {
			_, err := datasets.NewRandomSampler(indices(5), datasets.Seed(3))
			return err
		},
		"RandomSampler: the data set has 0 samples": func() error { _, err := datasets.NewRandomSampler(indices(0)); return err },
		"NumSamples: expected at least 1":           func() error { _, err := datasets.NewRandomSampler(indices(5), datasets.NumSamples(0)); return err },
		"SubsetRandomSampler: index 1 is -2":        func() error { _, err := datasets.NewSubsetRandomSampler([]int{1, -2}); return err },
		"weight 1 is -1":                            func() error { _, err := datasets.NewWeightedRandomSampler([]float64{1, -1}, 1); return err },
		"no weight is more than 0":                  func() error { _, err := datasets.NewWeightedRandomSampler([]float64{0}, 1); return err },
		"without replacement need as many weights above 0, but 1 are": func() error {
			_, err := datasets.NewWeightedRandomSampler([]float64{0, 1}, 2, datasets.Replacement(false))
			return err
		},
		"expected a rank from 0 to replicas-1": func() error { _, err := datasets.NewDistributedSampler(indices(5), 2, 2); return err },
		"a size of at least 1, but got 0":      func() error { _, err := datasets.NewBatchSampler(random, 0, false); return err },
		"WithBatchSampler excludes BatchSize": func() error {
			_, err := datasets.NewLoaderFunc(indices(5), asInts, datasets.WithBatchSampler(batches), datasets.BatchSize(2))
			return err
		},
		"have no indices to shuffle": func() error {
			_, err := datasets.NewIterableLoaderFunc(counted(5), asInts, datasets.Shuffle(true))
			return err
		},
		"batch 0: expected indices from 0 to 2, but number 1 is 3": func() error {
			return firstError(load2(datasets.NewLoaderFunc(indices(3), asInts, datasets.WithBatchSampler(badBatches{{0, 3}})))(t))
		},
		"batch 1 is empty": func() error {
			return firstError(load2(datasets.NewLoaderFunc(indices(3), asInts, datasets.WithBatchSampler(badBatches{{0}, {}})))(t))
		},
	} {
		require.ErrorContains(t, f(), want)
	}
}

// badBatches gives batches as they are.
type badBatches [][]int

func (b badBatches) Len() int         { return len(b) }
func (b badBatches) Batches() [][]int { return b }

func firstError[B any](loader *datasets.Loader[B]) error {
	for _, err := range loader.All(context.Background()) {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestIteratorKnowsWhereItIs(t *testing.T) {
	loader := load2(datasets.NewLoaderFunc(indices(5), asInts, datasets.BatchSize(2), datasets.WithSampler(reversed(5))))(t)
	require.Equal(t, 5, loader.Samples())
	it := loader.Iterator(t.Context())
	defer it.Close()
	require.Equal(t, -1, it.Index())
	require.Nil(t, it.Indices())
	for k := 0; it.Next(); k++ {
		require.Equal(t, k, it.Index())
		require.Equal(t, it.Batch(), it.Indices())
	}
	require.NoError(t, it.Err())
}

// What goes wrong in a stream ends the iteration, with and without workers, and leaves nothing behind.
func TestStreamsThatFail(t *testing.T) {
	failing := func(what string) datasets.IterableDataset[*torch.Tensor] {
		return datasets.Generate[*torch.Tensor](func(_ context.Context, w datasets.Worker) (func() (*torch.Tensor, error), error) {
			if what == "open" {
				return nil, errors.New("no file")
			}
			i := 0
			return func() (*torch.Tensor, error) {
				if i++; i == 6 {
					switch what {
					case "error":
						return nil, errors.New("line 6 is damaged")
					case "panic":
						panic("broken")
					}
				}
				if i > 20 {
					return nil, io.EOF
				}
				return torch.FromSlice([]int{i}), nil
			}, nil
		})
	}
	for _, workers := range []int{0, 1, 3} {
		for what, want := range map[string]string{
			"open": "no file", "error": "samples from number 4 of this pass: line 6 is damaged", "panic": "broken", "stop": "",
		} {
			requireNothingLeft(t, func() {
				loader := load2(datasets.NewIterableLoader(failing(what), datasets.BatchSize(2),
					datasets.Workers(workers), datasets.FreeSamples(true)))(t)
				require.Equal(t, -1, loader.Len())
				var err error
				func() {
					defer func() {
						if v := recover(); v != nil {
							err = fmt.Errorf("%v", v)
						}
					}()
					for b, e := range loader.All(t.Context()) {
						if err = e; e == nil && b.Size(0) != 2 {
							err = errors.New("a short batch")
						}
						if what == "stop" {
							break
						}
					}
				}()
				if want == "" {
					require.NoError(t, err)
				} else {
					require.ErrorContains(t, err, want, "%d workers, %s", workers, what)
				}
			})
		}
	}
}

// A buffer gives every sample once, none more than its size too early, and the same order for the same seed.
func TestShuffleBuffer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, size := rapid.IntRange(0, 60).Draw(t, "n"), rapid.IntRange(1, 20).Draw(t, "size")
		mixed, err := datasets.ShuffleBuffer[int](counted(n), size)
		require.NoError(t, err)
		order := func(seed int64) []int {
			loader := load2(datasets.NewIterableLoaderFunc(mixed, asInts, datasets.Generator(torch.NewGenerator(seed))))(t)
			require.Equal(t, n, loader.Len())
			return slices.Concat(collect(t, loader, func(b []int) []int { return b })...)
		}
		first := order(1)
		require.Equal(t, first, order(1))
		for place, sample := range first {
			require.LessOrEqual(t, sample-place, size)
		}
		slices.Sort(first)
		require.Len(t, slices.Compact(first), n)
	})
	_, err := datasets.ShuffleBuffer[int](counted(3), 0)
	require.ErrorContains(t, err, "expected a size of 1 to")
}

func TestMapIterable(t *testing.T) {
	doubled := datasets.MapIterable(counted(4), func(i int) (int, error) { return 2 * i, nil })
	loader := load2(datasets.NewIterableLoaderFunc(doubled, asInts, datasets.BatchSize(4)))(t)
	require.Equal(t, [][]int{{0, 2, 4, 6}}, collect(t, loader, func(b []int) []int { return b }))
}

func TestDistributedSamplerThatIsNotEven(t *testing.T) {
	for _, n := range []int{1, 2, 3, 10, 11} {
		var all []int
		for rank := range 3 {
			s, err := datasets.NewDistributedSampler(indices(n), 3, rank, datasets.Even(false), datasets.Shuffle(n > 2))
			require.NoError(t, err)
			require.Len(t, s.Indices(), s.Len())
			all = append(all, s.Indices()...)
		}
		slices.Sort(all)
		for i, k := range all {
			require.Equal(t, i, k, "each sample once of %d", n)
		}
		require.Len(t, all, n)
	}
	_, err := datasets.NewDistributedSampler(indices(5), 3, 0, datasets.Even(false), datasets.DropLast(true))
	require.ErrorContains(t, err, "leaves no sample out")
}

// Parts of batches are the batches, whatever is done with them, and in their order.
func TestPartsOfBatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, size := rapid.IntRange(1, 20).Draw(t, "samples"), rapid.IntRange(1, 7).Draw(t, "batch size")
		replicas := rapid.IntRange(1, 5).Draw(t, "replicas")
		loader, err := datasets.NewLoaderFunc(indices(n), func(is []int) ([]int, error) { return slices.Clone(is), nil },
			datasets.BatchSize(size), datasets.Shuffle(true), datasets.Workers(rapid.IntRange(0, 2).Draw(t, "workers")))
		require.NoError(t, err)
		read := func(l *datasets.Loader[[]int]) (all [][]int) {
			torch.ManualSeed(3)
			for b, err := range l.All(context.Background()) {
				require.NoError(t, err)
				all = append(all, b)
			}
			return all
		}
		together := make([][]int, loader.Len())
		for rank := range replicas {
			part, err := loader.Part(replicas, rank)
			require.NoError(t, err)
			require.Equal(t, loader.Len(), part.Len())
			for i, b := range read(part) {
				if whole := min(size, n-i*size); rank < whole { // else it is the last sample once more
					together[i] = append(together[i], b...)
				}
				require.NotEmpty(t, b)
			}
		}
		require.Equal(t, read(loader), together)
	})
	loader, err := datasets.NewLoaderFunc(indices(3), func(is []int) ([]int, error) { return is, nil })
	require.NoError(t, err)
	_, err = loader.Part(2, 2)
	require.ErrorContains(t, err, "rank 2 of 2 replicas")
}
