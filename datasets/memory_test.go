package datasets_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/internal/leak"
	"multitorch/torch"
)

// kinds is one loader of each kind over n samples, without workers and with.
func kinds(t *testing.T, n int, opts ...datasets.Option) map[string]epoch {
	data := newTutorial(n)
	tensors, err := datasets.NewTensorDataset(data.image, data.text, data.target)
	require.NoError(t, err)
	all := map[string]epoch{}
	for _, workers := range []int{0, 3} {
		opts := append(opts, datasets.Workers(workers), datasets.BatchSize(4), datasets.Shuffle(true))
		get, err := datasets.NewLoader(data, opts...)
		all[fmt.Sprint("Get, workers ", workers)] = epochOf(load(t, get, err), func(b sample) *torch.Tensor { return b.Image })
		freed, err := datasets.NewLoader(data, append(opts, datasets.FreeSamples(true))...)
		all[fmt.Sprint("FreeSamples, workers ", workers)] = epochOf(load(t, freed, err), func(b sample) *torch.Tensor { return b.Image })
		whole, err := datasets.NewLoader(tensors, opts...)
		all[fmt.Sprint("TensorDataset, workers ", workers)] = epochOf(load(t, whole, err), func(b []*torch.Tensor) *torch.Tensor { return b[0] })
		own, err := datasets.NewLoaderFunc(data, func(s []sample) ([][]*torch.Tensor, error) {
			return [][]*torch.Tensor{{s[0].Image.Clone()}, {s[0].Text.Add(1), s[0].Target}}, nil
		}, opts...)
		all[fmt.Sprint("collate, workers ", workers)] = epochOf(load(t, own, err), func(b [][]*torch.Tensor) *torch.Tensor { return b[0][0] })
	}
	return all
}

// epoch runs body on one tensor of each batch, until it is false.
type epoch func(body func(x *torch.Tensor) bool)

func epochOf[B any](loader *datasets.Loader[B], tensor func(B) *torch.Tensor) epoch {
	return func(body func(x *torch.Tensor) bool) {
		for batch, err := range loader.All(context.Background()) {
			if err != nil {
				panic(err)
			}
			if !body(tensor(batch)) {
				return
			}
		}
	}
}

func TestBodyEnds(t *testing.T) {
	ends := map[string]func(run epoch, use func(*torch.Tensor)){
		"last batch": func(run epoch, use func(*torch.Tensor)) {
			run(func(x *torch.Tensor) bool { use(x); return true })
		},
		"break": func(run epoch, use func(*torch.Tensor)) {
			run(func(x *torch.Tensor) bool { use(x); return false })
		},
		"panic": func(run epoch, use func(*torch.Tensor)) {
			defer func() { _ = recover() }()
			run(func(x *torch.Tensor) bool { use(x); panic("body") })
		},
		"Goexit": func(run epoch, use func(*torch.Tensor)) {
			done := make(chan bool)
			go func() {
				defer close(done)
				run(func(x *torch.Tensor) bool { use(x); runtime.Goexit(); return true })
			}()
			<-done
		},
	}
	for kind, run := range kinds(t, 30) {
		for end, f := range ends {
			t.Run(kind+", "+end, func(t *testing.T) {
				requireNothingLeft(t, func() {
					var seen []*torch.Tensor
					f(run, func(x *torch.Tensor) {
						for _, before := range seen {
							require.ErrorContains(t, torch.Try(func() error { before.Dim(); return nil }), "freed with its scope")
						}
						seen = append(seen, x, x.Add(1).Exp(), x.Sum())
						require.NoError(t, torch.Try(func() error { seen[len(seen)-1].Item(); return nil }))
					})
					require.NotEmpty(t, seen)
					for _, x := range seen {
						require.ErrorContains(t, torch.Try(func() error { x.Dim(); return nil }), "freed with its scope")
					}
				})
			})
		}
	}
}

// TestEpochFreesAtOnce counts without any help from the collector.
func TestEpochFreesAtOnce(t *testing.T) {
	all := kinds(t, 30)
	for _, kind := range []string{"TensorDataset, workers 0", "TensorDataset, workers 3", "FreeSamples, workers 0", "FreeSamples, workers 3"} {
		for _, last := range []int{100, 2} {
			run := all[kind]
			tensors, bytes := leak.Settled()
			steps := 0
			run(func(x *torch.Tensor) bool {
				x.Mul(x).Sum()
				steps++
				return steps < last
			})
			require.Equal(t, tensors, torch.LiveTensors(), kind)
			require.Equal(t, bytes, torch.LiveBytes(), kind)
		}
	}
}

func TestKeepOutlivesTheIteration(t *testing.T) {
	loader := load2(datasets.NewLoader(newTutorial(6), datasets.BatchSize(2), datasets.Workers(1)))(t)
	kept := collect(t, loader, func(b sample) *torch.Tensor { return b.Image.Add(0).Keep() })
	require.Len(t, kept, 3)
	for _, x := range kept {
		require.Equal(t, torch.Shape{2, 3, 8, 8}, x.Shape())
	}
}

func TestMemoryIsFlat(t *testing.T) {
	const steps = 5000
	for kind, run := range kinds(t, 400) {
		if kind == "collate, workers 0" || kind == "collate, workers 3" {
			continue
		}
		t.Run(kind, func(t *testing.T) {
			measure := func(steps int) {
				for n := 0; n < steps; {
					run(func(x *torch.Tensor) bool {
						x.Mul(2).Add(x).Sum()
						n++
						return n < steps
					})
				}
			}
			measure(steps / 10)
			tensors, bytes := leak.Settled()
			grown := int64(math.MaxInt64)
			for n := 0; n < 3 && grown >= 48<<20; n++ { // the collector may once be late on a busy machine; a leak would show each time
				resident := residentBytes(t)
				measure(steps)
				grown = residentBytes(t) - resident
			}
			tensorsAfter, bytesAfter := leak.Settled()
			require.Equal(t, tensors, tensorsAfter)
			require.Equal(t, bytes, bytesAfter)
			require.Less(t, grown, int64(48<<20), "resident memory grew")
		})
	}
}

func residentBytes(t *testing.T) int64 {
	text, err := os.ReadFile("/proc/self/statm")
	require.NoError(t, err)
	var size, resident int64
	_, err = fmt.Sscan(string(text), &size, &resident)
	require.NoError(t, err)
	return resident * int64(os.Getpagesize())
}

// TestOwnTensorsOfTheDataSet: what Get returned and collate passed on unchanged
// is not the iteration's to free.
func TestOwnTensorsOfTheDataSet(t *testing.T) {
	stored := []*torch.Tensor{torch.New([]int{1, 2}), torch.New([]int{3, 4}), torch.New([]int{5, 6})}
	data := function[*torch.Tensor]{3, func(i int) (*torch.Tensor, error) { return stored[i], nil }}
	type pair struct{ Same, New *torch.Tensor }
	passOn := func(s []*torch.Tensor) (pair, error) { return pair{s[0], s[0].Unsqueeze(0)}, nil }
	for _, workers := range []int{0, 2} {
		loader := load2(datasets.NewLoaderFunc(data, passOn, datasets.Workers(workers)))(t)
		for range 2 {
			var views []*torch.Tensor
			same := collect(t, loader, func(p pair) *torch.Tensor { views = append(views, p.New); return p.Same })
			require.Equal(t, stored, same)
			for i, x := range stored {
				require.Equal(t, []int{2*i + 1, 2*i + 2}, torch.ToSlice[int](x))
				require.Error(t, torch.Try(func() error { views[i].Dim(); return nil }), "the view was the iteration's")
			}
		}
		stacking := load2(datasets.NewLoader(data, datasets.BatchSize(1), datasets.Workers(workers)))(t)
		require.Equal(t, [][]int{{1, 2}, {3, 4}, {5, 6}}, collect(t, stacking, torch.ToSlice[int]))
		require.Equal(t, []int{1, 2}, torch.ToSlice[int](stored[0]))
	}

	fresh := function[*torch.Tensor]{3, func(i int) (*torch.Tensor, error) { return stored[i].Clone(), nil }}
	loader := load2(datasets.NewLoaderFunc(fresh, passOn, datasets.FreeSamples(true)))(t)
	for _, x := range collect(t, loader, func(p pair) *torch.Tensor { p.Same.Sum(); return p.Same }) {
		require.Error(t, torch.Try(func() error { x.Dim(); return nil }), "with FreeSamples it is the iteration's")
	}
}

type tree struct {
	Leaf     *torch.Tensor
	Children []*tree
	Named    map[string]*torch.Tensor
	Any      any
	Pair     [2]*torch.Tensor
	Self     *tree
	hidden   *torch.Tensor
	Number   int
	Nothing  *torch.Tensor
}

// TestEveryReachableTensorIsFreed walks a batch of every kind of value, one that
// leads back to itself.
func TestEveryReachableTensorIsFreed(t *testing.T) {
	one := func() *torch.Tensor { return torch.Ones(torch.Shape{1}) }
	var reachable, hidden []*torch.Tensor
	data := function[int]{1, func(i int) (int, error) { return i, nil }}
	loader := load2(datasets.NewLoaderFunc(data, func([]int) (*tree, error) {
		x := make([]*torch.Tensor, 7)
		for i := range x {
			x[i] = one()
		}
		root := &tree{
			Leaf: x[0], Named: map[string]*torch.Tensor{"a": x[1]}, Any: []any{x[2], "text", nil},
			Pair: [2]*torch.Tensor{x[3], x[0]}, Children: []*tree{{Leaf: x[4]}, nil, {Any: &tree{Leaf: x[5]}}}, hidden: x[6],
		}
		root.Self = root
		reachable, hidden = x[:6], x[6:]
		return root, nil
	}))(t)
	for batch, err := range loader.All(context.Background()) {
		require.NoError(t, err)
		require.Equal(t, 1.0, batch.hidden.Item())
	}
	require.Len(t, reachable, 6)
	for i, x := range reachable {
		require.Error(t, torch.Try(func() error { x.Dim(); return nil }), "tensor %d", i)
	}
	require.Equal(t, 1.0, hidden[0].Item())
}

func TestFreedTensorInABatch(t *testing.T) {
	data := function[int]{2, func(i int) (int, error) { return i, nil }}
	freed := torch.Ones(torch.Shape{1})
	freed.Free()
	for _, workers := range []int{0, 1} {
		loader := load2(datasets.NewLoaderFunc(data, func([]int) (*torch.Tensor, error) { return freed, nil },
			datasets.Workers(workers)))(t)
		for _, err := range loader.All(context.Background()) {
			require.ErrorContains(t, err, "freed")
		}
	}
}

// TestErrorsLeaveNothing: samples that were read before the error are freed too.
func TestErrorsLeaveNothing(t *testing.T) {
	data := newTutorial(20)
	broken := function[sample]{20, func(i int) (sample, error) {
		if i == 13 {
			return sample{}, errors.New("broken")
		}
		return data.Get(i)
	}}
	for _, workers := range []int{0, 3} {
		loader := load2(datasets.NewLoader(broken, datasets.BatchSize(4), datasets.Workers(workers), datasets.FreeSamples(true)))(t)
		tensors, bytes := leak.Settled()
		var last error
		for _, err := range loader.All(context.Background()) {
			last = err
		}
		require.EqualError(t, last, "datasets: sample 13: broken")
		require.Equal(t, tensors, torch.LiveTensors())
		require.Equal(t, bytes, torch.LiveBytes())
	}
}
