package datasets_test

import (
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/torch"
	"multitorch/twin"
)

// pythonOrders writes, for each case, the indices of two iterations of a sampler, and a number that depends on every draw.
const pythonOrders = `
from torch.utils.data import (BatchSampler, DataLoader, RandomSampler, SequentialSampler, SubsetRandomSampler,
                              WeightedRandomSampler, random_split)
from torch.utils.data.distributed import DistributedSampler

n, k, seed = int(args[0]), int(args[1]), int(args[2])
data = range(n)
weights = [float(i % 5) for i in range(n)]

def own():
    return torch.Generator().manual_seed(seed + 1)

class Epochs(DistributedSampler):
    epoch_now = -1
    def __iter__(self):
        self.epoch_now += 1
        self.set_epoch(self.epoch_now)
        return super().__iter__()

cases = {
    "sequential": lambda: SequentialSampler(data),
    "random": lambda: RandomSampler(data),
    "random own": lambda: RandomSampler(data, generator=own()),
    "random k": lambda: RandomSampler(data, num_samples=k),
    "replacement": lambda: RandomSampler(data, replacement=True),
    "replacement k own": lambda: RandomSampler(data, replacement=True, num_samples=k, generator=own()),
    "subset": lambda: SubsetRandomSampler(list(range(0, n, 2))),
    "subset own": lambda: SubsetRandomSampler(list(range(0, n, 2)), generator=own()),
    "weighted": lambda: WeightedRandomSampler(weights, k),
    "weighted once": lambda: WeightedRandomSampler(weights, n // 2, replacement=False, generator=own()),
}
for rank in range(3):
    for shuffle in False, True:
        for drop in False, True:
            cases[f"distributed {rank} {shuffle} {drop}".lower()] = (
                lambda r=rank, s=shuffle, d=drop: Epochs(data, 3, r, shuffle=s, drop_last=d, seed=seed))

for name, make in cases.items():
    torch.manual_seed(seed)
    sampler = make()
    for epoch in range(2):
        save(**{f"{name} {epoch}": torch.tensor(list(sampler), dtype=torch.int64)})
    save(**{f"{name} after": torch.tensor([len(sampler), torch.randint(1 << 30, ()).item()])})

    torch.manual_seed(seed)
    batches = list(DataLoader(data, batch_sampler=BatchSampler(make(), 3, True), collate_fn=list))
    save(**{f"{name} batches": torch.tensor(batches, dtype=torch.int64)})

torch.manual_seed(seed)
for i, part in enumerate(random_split(data, [n - 3, 0, 3]) + random_split(data, [0.5, 0.3, 0.2], own())):
    save(**{f"split {i}": torch.tensor(part.indices, dtype=torch.int64)})
`

// The same seed gives the same samples as in the Python that is here, and leaves the generators as Python does.
func TestSamplersParity(t *testing.T) {
	for _, c := range []struct{ n, k, seed int }{{10, 7, 0}, {31, 100, 5}, {100, 64, 12345}} {
		want := twin.Run(t, pythonOrders, nil, fmt.Sprint(c.n), fmt.Sprint(c.k), fmt.Sprint(c.seed))
		data, seed := indices(c.n), int64(c.seed)
		own := func() datasets.SharedOption { return datasets.Generator(torch.NewGenerator(seed + 1)) }
		var even []int
		weights := make([]float64, c.n)
		for i := range c.n {
			weights[i] = float64(i % 5)
			if i%2 == 0 {
				even = append(even, i)
			}
		}
		cases := map[string]func() (datasets.Sampler, error){
			"sequential": func() (datasets.Sampler, error) { return datasets.NewSequentialSampler(data) },
			"random":     func() (datasets.Sampler, error) { return datasets.NewRandomSampler(data) },
			"random own": func() (datasets.Sampler, error) { return datasets.NewRandomSampler(data, own()) },
			"random k":   func() (datasets.Sampler, error) { return datasets.NewRandomSampler(data, datasets.NumSamples(c.k)) },
			"replacement": func() (datasets.Sampler, error) {
				return datasets.NewRandomSampler(data, datasets.Replacement(true))
			},
			"replacement k own": func() (datasets.Sampler, error) {
				return datasets.NewRandomSampler(data, datasets.Replacement(true), datasets.NumSamples(c.k), own())
			},
			"subset":     func() (datasets.Sampler, error) { return datasets.NewSubsetRandomSampler(even) },
			"subset own": func() (datasets.Sampler, error) { return datasets.NewSubsetRandomSampler(even, own()) },
			"weighted":   func() (datasets.Sampler, error) { return datasets.NewWeightedRandomSampler(weights, c.k) },
			"weighted once": func() (datasets.Sampler, error) {
				return datasets.NewWeightedRandomSampler(weights, c.n/2, datasets.Replacement(false), own())
			},
		}
		for rank := range 3 {
			for _, shuffle := range []bool{false, true} {
				for _, drop := range []bool{false, true} {
					cases[fmt.Sprintf("distributed %d %v %v", rank, shuffle, drop)] = func() (datasets.Sampler, error) {
						s, err := datasets.NewDistributedSampler(data, 3, rank,
							datasets.Shuffle(shuffle), datasets.DropLast(drop), datasets.Seed(seed))
						return &epochs{DistributedSampler: s, now: -1}, err
					}
				}
			}
		}
		for name, newSampler := range cases {
			torch.ManualSeed(seed)
			s, err := newSampler()
			require.NoError(t, err, name)
			for epoch := range 2 {
				require.Equal(t, torch.ToSlice[int](want[fmt.Sprintf("%s %d", name, epoch)]), s.Indices(), "%s, epoch %d", name, epoch)
			}
			after := torch.ToSlice[int](want[name+" after"])
			require.Equal(t, after, []int{s.Len(), int(torch.Randint(0, 1<<30, torch.Shape{}).ItemInt())}, name)

			torch.ManualSeed(seed)
			s, err = newSampler()
			require.NoError(t, err)
			batches, err := datasets.NewBatchSampler(s, 3, true)
			require.NoError(t, err)
			loader := load2(datasets.NewLoaderFunc(data, asInts, datasets.WithBatchSampler(batches)))(t)
			var got []int
			for _, b := range collect(t, loader, func(b []int) []int { return b }) {
				got = append(got, b...)
			}
			require.Equal(t, torch.ToSlice[int](want[name+" batches"].Flatten(0, -1)), got, name)
		}

		torch.ManualSeed(seed)
		wholes, err := datasets.RandomSplit(data, []int{c.n - 3, 0, 3}, nil)
		require.NoError(t, err)
		parts, err := datasets.RandomSplit(data, []float64{0.5, 0.3, 0.2}, torch.NewGenerator(seed+1))
		require.NoError(t, err)
		for i, part := range append(wholes, parts...) {
			got := []int{}
			for k := range part.Len() {
				index, err := part.Get(k)
				require.NoError(t, err)
				got = append(got, index)
			}
			require.Equal(t, torch.ToSlice[int](want[fmt.Sprintf("split %d", i)]), got, "part %d", i)
		}
	}
}

// epochs sets a new epoch for every iteration.
type epochs struct {
	*datasets.DistributedSampler
	now int
}

func (e *epochs) Indices() []int {
	e.now++
	e.SetEpoch(e.now)
	return e.DistributedSampler.Indices()
}

// counted is the numbers below n, of which each worker takes its share, from another place on for each.
type counted int

func (n counted) Len() int { return int(n) }

func (n counted) Iterate(_ context.Context, w datasets.Worker) (datasets.Stream[int], error) {
	return datasets.Generate[int](func(context.Context, datasets.Worker) (func() (int, error), error) {
		i := -1
		return func() (int, error) {
			for i++; i < int(n); i++ {
				if i*i%w.N == w.ID { // shares of very different lengths
					return i, nil
				}
			}
			return 0, io.EOF
		}, nil
	}).Iterate(context.Background(), w)
}

// Batches of samples without indices come in the order in which Python's worker processes deliver them.
func TestIterableLoaderParity(t *testing.T) {
	const n = 50
	want := twin.Run(t, `
from torch.utils.data import ChainDataset, DataLoader, IterableDataset, get_worker_info

class Counted(IterableDataset):
    def __init__(self, n):
        self.n = n
    def __len__(self):
        return self.n
    def __iter__(self):
        info = get_worker_info()
        w, k = (info.id, info.num_workers) if info else (0, 1)
        return (i for i in range(self.n) if i * i % k == w)

import warnings
warnings.simplefilter("ignore")
for workers in range(4):
    for drop in False, True:
        torch.manual_seed(3)
        data = ChainDataset([Counted(int(args[0])), Counted(7)]) if workers == 3 else Counted(int(args[0]))
        loader = DataLoader(data, 4, num_workers=workers, drop_last=drop, collate_fn=list,
            multiprocessing_context="fork" if workers else None) # Python 3.14 starts them anew, without this script
        flat = [x for batch in loader for x in [len(batch)] + batch]
        name = f"{workers} {drop}".lower()
        save(**{name: torch.tensor(flat), name + " after": torch.tensor([len(loader), torch.randint(1 << 30, ()).item()])})
`, nil, fmt.Sprint(n))
	for workers := range 4 {
		for _, drop := range []bool{false, true} {
			name := fmt.Sprintf("%d %v", workers, drop)
			torch.ManualSeed(3)
			var data datasets.IterableDataset[int] = counted(n)
			if workers == 3 {
				chain, err := datasets.NewChain[int](counted(n), counted(7))
				require.NoError(t, err)
				data = chain
			}
			loader := load2(datasets.NewIterableLoaderFunc(data, asInts,
				datasets.BatchSize(4), datasets.Workers(workers), datasets.DropLast(drop)))(t)
			var got []int
			for _, b := range collect(t, loader, func(b []int) []int { return b }) {
				got = append(append(got, len(b)), b...)
			}
			require.Equal(t, torch.ToSlice[int](want[name]), got, name)
			require.Equal(t, torch.ToSlice[int](want[name+" after"]),
				[]int{loader.Len(), int(torch.Randint(0, 1<<30, torch.Shape{}).ItemInt())}, name)
		}
	}
}
