package datasets_test

import (
	"context"
	"testing"

	"multitorch/datasets"
)

func benchmark[B any](b *testing.B, loader *datasets.Loader[B], err error) {
	load(b, loader, err)
	b.ReportAllocs()
	steps := 0
	for b.Loop() {
		for _, err := range loader.All(context.Background()) {
			if err != nil {
				b.Fatal(err)
			}
			steps++
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(steps), "us/batch")
}

func BenchmarkTensorDataset(b *testing.B) {
	d := newTutorial(3200)
	ds, _ := datasets.NewTensorDataset(d.image, d.text, d.target)
	l, err := datasets.NewLoader(ds, datasets.BatchSize(32), datasets.Shuffle(true))
	benchmark(b, l, err)
}

func BenchmarkGet(b *testing.B) {
	l, err := datasets.NewLoader(newTutorial(3200), datasets.BatchSize(32), datasets.Shuffle(true))
	benchmark(b, l, err)
}

func BenchmarkGetFreeSamples(b *testing.B) {
	l, err := datasets.NewLoader(newTutorial(3200), datasets.BatchSize(32), datasets.Shuffle(true), datasets.FreeSamples(true))
	benchmark(b, l, err)
}

func BenchmarkWorkers(b *testing.B) {
	l, err := datasets.NewLoader(newTutorial(3200), datasets.BatchSize(32), datasets.Shuffle(true), datasets.FreeSamples(true),
		datasets.Workers(1))
	benchmark(b, l, err)
}
