package datasets_test

import (
	"context"
	"errors"
	"fmt"

	"multitorch/datasets"
	"multitorch/torch"
)

// Pairs is a data set as a PyTorch program has it: __len__ and __getitem__.
type Pairs struct{ image, text *torch.Tensor }

// Pair is a sample, and a batch of samples.
type Pair struct{ Image, Text *torch.Tensor }

func (d *Pairs) Len() int { return d.image.Size(0) }

func (d *Pairs) Get(index int) (Pair, error) {
	return Pair{d.image.Select(0, index), d.text.Select(0, index)}, nil
}

func ExampleNewLoader() {
	dataset := &Pairs{image: torch.Zeros(torch.Shape{10, 3, 8, 8}), text: torch.Arange(0, 10, 1)}
	loader, err := datasets.NewLoader(dataset, datasets.BatchSize(4))
	if err != nil {
		fmt.Println(err)
		return
	}
	for batch, err := range loader.All(context.Background()) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(batch.Image.Shape(), torch.ToSlice[int](batch.Text))
	}
	// Output:
	// [4 3 8 8] [0 1 2 3]
	// [4 3 8 8] [4 5 6 7]
	// [2 3 8 8] [8 9]
}

func ExampleNewTensorDataset() {
	torch.ManualSeed(0)
	x, y := torch.Arange(0, 6, 1).Reshape(6, 1), torch.Arange(0, 6, 1).Mul(10)
	dataset, err := datasets.NewTensorDataset(x, y)
	if err != nil {
		fmt.Println(err)
		return
	}
	loader, err := datasets.NewLoader(dataset, datasets.BatchSize(3), datasets.Shuffle(true))
	if err != nil {
		fmt.Println(err)
		return
	}
	for batch, err := range loader.All(context.Background()) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(batch[0].Shape(), torch.ToSlice[int](batch[1]))
	}
	// Output:
	// [3 1] [0 40 30]
	// [3 1] [50 20 10]
}

// Review has Go values; ReviewBatch is what becomes of them.
type (
	Review struct {
		Tokens []int
		Stars  int
		Title  string
	}
	ReviewBatch struct {
		Tokens, Stars *torch.Tensor
		Title         []string
	}
	Reviews []Review
)

func (d Reviews) Len() int                      { return len(d) }
func (d Reviews) Get(index int) (Review, error) { return d[index], nil }

func ExampleCollate() {
	dataset := Reviews{{[]int{4, 1}, 5, "Good"}, {[]int{7, 2}, 1, "Bad"}}
	loader, err := datasets.NewLoaderFunc(dataset, datasets.Collate[Review, ReviewBatch], datasets.BatchSize(2))
	if err != nil {
		fmt.Println(err)
		return
	}
	for batch, err := range loader.All(context.Background()) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(batch.Tokens.Shape(), batch.Tokens.DType(), torch.ToSlice[int](batch.Stars), batch.Title)
	}
	// Output: [2 2] int64 [5 1] [Good Bad]
}

// Two loaders side by side, as Python's zip(a, b).
func ExampleLoader_Iterator() {
	dataset := &Pairs{image: torch.Zeros(torch.Shape{4, 1}), text: torch.Arange(0, 4, 1)}
	loader, err := datasets.NewLoader(dataset, datasets.BatchSize(2))
	if err != nil {
		fmt.Println(err)
		return
	}
	a, b := loader.Iterator(context.Background()), loader.Iterator(context.Background())
	defer a.Close()
	defer b.Close()
	for a.Next() && b.Next() {
		fmt.Println(torch.ToSlice[int](a.Batch().Text.Add(b.Batch().Text)))
	}
	fmt.Println(errors.Join(a.Err(), b.Err()))
	// Output:
	// [0 2]
	// [4 6]
	// <nil>
}

func ExampleRandomSplit() {
	numbers, err := datasets.NewTensorDataset(torch.Arange(0, 10, 1))
	if err != nil {
		fmt.Println(err)
		return
	}
	parts, err := datasets.RandomSplit(numbers, []float64{0.7, 0.3}, torch.NewGenerator(42))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, part := range parts {
		var samples []int64
		for i := range part.Len() {
			row, err := part.Get(i)
			if err != nil {
				fmt.Println(err)
				return
			}
			samples = append(samples, row[0].ItemInt())
		}
		fmt.Println(samples)
	}
	// Output:
	// [2 6 1 8 4 5 0]
	// [9 3 7]
}

// A data set without an end: each worker takes its share.
func ExampleNewIterableLoaderFunc() {
	squares := datasets.Generate[int](func(_ context.Context, w datasets.Worker) (func() (int, error), error) {
		i := w.ID - w.N
		return func() (int, error) {
			i += w.N
			return i * i, nil
		}, nil
	})
	loader, err := datasets.NewIterableLoaderFunc(squares, func(samples []int) ([]int, error) { return samples, nil },
		datasets.BatchSize(3), datasets.Workers(2))
	if err != nil {
		fmt.Println(err)
		return
	}
	batches := 0
	for batch, err := range loader.All(context.Background()) {
		fmt.Println(batch, err)
		if batches++; batches == 3 {
			break
		}
	}
	// Output:
	// [0 4 16] <nil>
	// [1 9 25] <nil>
	// [36 64 100] <nil>
}
