package datasets_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/torch"
)

// indices is the data set range(n): sample i is i.
type indices int

func (n indices) Len() int               { return int(n) }
func (n indices) Get(i int) (int, error) { return i, nil }

// asInts makes a batch of ints without tensors.
func asInts(samples []int) ([]int, error) { return append([]int(nil), samples...), nil }

type reversed int

func (n reversed) Len() int { return int(n) }

func (n reversed) Indices() []int {
	order := make([]int, n)
	for i := range order {
		order[i] = int(n) - 1 - i
	}
	return order
}

func draw(g *torch.Generator) int64 {
	x := torch.Empty(torch.Shape{}, torch.Int64)
	defer x.Free()
	return x.RandomInplace(g).ItemInt()
}

type goldenCase struct {
	N         int
	BatchSize int `json:"batch_size"`
	Shuffle   bool
	DropLast  bool `json:"drop_last"`
	Own       bool
	Reverse   bool
	Stop      int
	Seed      int64
	Len       int
	Epochs    []struct {
		Steps []struct {
			Batch        []int
			Default, Own int64
		}
		Default, Own int64
	}
}

// TestOrderIsPythons replays testdata/order.py: the same batches, and after each
// step and each epoch the same state of both generators.
func TestOrderIsPythons(t *testing.T) {
	text, err := os.ReadFile("testdata/order.json")
	require.NoError(t, err)
	var golden struct {
		Cases  []goldenCase
		Zipped []struct {
			N         int
			BatchSize int `json:"batch_size"`
			Seed      int64
			Pairs     [][2][]int
			Default   int64
		}
	}
	require.NoError(t, json.Unmarshal(text, &golden))
	require.Len(t, golden.Cases, 40)
	for _, workers := range []int{0, 1, 3} {
		for _, c := range golden.Cases {
			replay(t, c, workers)
		}
		for _, c := range golden.Zipped {
			torch.ManualSeed(c.Seed)
			opts := []datasets.Option{datasets.BatchSize(c.BatchSize), datasets.Shuffle(true), datasets.Workers(workers)}
			a, err := datasets.NewLoaderFunc(indices(c.N), asInts, opts...)
			require.NoError(t, err)
			x, y := a.Iterator(context.Background()), a.Iterator(context.Background())
			var pairs [][2][]int
			for x.Next() && y.Next() {
				pairs = append(pairs, [2][]int{x.Batch(), y.Batch()})
			}
			x.Close()
			y.Close()
			require.Equal(t, c.Pairs, pairs)
			require.Equal(t, c.Default, draw(nil))
		}
	}
}

func replay(t *testing.T, c goldenCase, workers int) {
	t.Helper()
	torch.ManualSeed(c.Seed)
	opts := []datasets.Option{
		datasets.BatchSize(c.BatchSize), datasets.Shuffle(c.Shuffle), datasets.DropLast(c.DropLast), datasets.Workers(workers),
	}
	var own *torch.Generator
	if c.Own {
		own = torch.NewGenerator(c.Seed + 1)
		opts = append(opts, datasets.Generator(own))
	}
	if c.Reverse {
		opts = append(opts, datasets.WithSampler(reversed(c.N)))
	}
	loader, err := datasets.NewLoaderFunc(indices(c.N), asInts, opts...)
	require.NoError(t, err)
	require.Equal(t, c.Len, loader.Len())
	drawOwn := func() int64 {
		if own == nil {
			return 0
		}
		return draw(own)
	}
	for e, epoch := range c.Epochs {
		step := 0
		for batch, err := range loader.All(context.Background()) {
			require.NoError(t, err)
			want := epoch.Steps[step]
			require.Equal(t, want.Batch, batch, "epoch %d, step %d of %+v", e, step, c)
			require.Equal(t, want.Default, draw(nil), "default generator, step %d of %+v", step, c)
			require.Equal(t, want.Own, drawOwn(), "the loader's generator, step %d of %+v", step, c)
			if step++; step == c.Stop {
				break
			}
		}
		require.Len(t, epoch.Steps, step)
		require.Equal(t, epoch.Default, draw(nil), "default generator after epoch %d of %+v", e, c)
		require.Equal(t, epoch.Own, drawOwn(), "the loader's generator after epoch %d of %+v", e, c)
	}
}

// huge is a data set of more samples than an order of them has room for.
type huge struct{}

func (huge) Len() int                 { return 1 << 50 }
func (huge) Get(i int) ([]int, error) { return []int{i}, nil }

func TestAShuffleWithoutRoomIsAnError(t *testing.T) {
	collate := func(samples [][]int) ([][]int, error) { return samples, nil }
	for _, workers := range []int{0, 2} {
		loader, err := datasets.NewLoaderFunc(huge{}, collate, datasets.Shuffle(true), datasets.Workers(workers))
		require.NoError(t, err)
		it := loader.Iterator(t.Context())
		require.False(t, it.Next())
		require.ErrorContains(t, it.Err(), "datasets: Shuffle of 1125899906842624 samples")
		it.Close()
	}
}
