package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"multitorch/datasets"
	"multitorch/multimodal/image"
	"multitorch/torch"
)

// photo is the picture of images.py: ramps that go up and down, and a little noise.
func photo(height, width int) *image.Image {
	m := image.New(height, width, 3)
	wave := func(v int) int { return max(v%256-128, 128-v%256) }
	for y := range height {
		for x := range width {
			noise := (x*7919 + y*104729 + x*y) % 17
			copy(m.At(y, x), []uint8{uint8(wave(x+y) + noise), uint8(wave(2*x+300-y%300) + noise), uint8(wave(x/2+2*y) + noise)})
		}
	}
	return m
}

// files is a data set of files that are decoded and scaled to side x side.
type files struct {
	paths []string
	side  int
}

func (f *files) Len() int { return len(f.paths) }

func (f *files) Get(index int) (*torch.Tensor, error) {
	m, err := image.Open(context.Background(), f.paths[index], image.ModeRGB)
	if err != nil {
		return nil, err
	}
	return m.Resize(f.side, f.side, image.Bilinear).Tensor(), nil
}

// samples is the least time for a sample of a loader with two workers over n files.
func samples(ext string, height, width, side, n int) (float64, error) {
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	set := &files{side: side}
	m := photo(height, width)
	for i := range n {
		path := filepath.Join(dir, fmt.Sprintf("%d%s", i, ext))
		if err := m.Save(path); err != nil {
			return 0, err
		}
		set.paths = append(set.paths, path)
	}
	loader, err := datasets.NewLoader(set, datasets.BatchSize(32), datasets.Workers(2), datasets.FreeSamples(true))
	if err != nil {
		return 0, err
	}
	best := 1e9
	for range 4 {
		begin := time.Now()
		for _, err := range loader.All(context.Background()) {
			if err != nil {
				return 0, err
			}
		}
		best = min(best, time.Since(begin).Seconds()/float64(n))
	}
	return best, nil
}
