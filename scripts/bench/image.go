package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"multitorch/datasets"
	"multitorch/multimodal/image"
)

// photo is ramps that go up and down, and a little noise.
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

// pictureFiles are what a mode decodes: so many pictures of a size. Both sides read the same files.
type pictureFiles struct {
	ext                        string
	height, width, side, count int
}

var pictures = map[string]pictureFiles{
	"png64":   {".png", 64, 64, 32, 3000},
	"jpeg640": {".jpg", 480, 640, 224, 400},
}

// folderName is the variable of the environment with the folder of a mode's files.
const folderName = "BENCH_FILES"

func (p pictureFiles) write(dir string) error {
	m := photo(p.height, p.width)
	for i := range p.count {
		if err := m.Save(filepath.Join(dir, fmt.Sprintf("%d%s", i, p.ext))); err != nil {
			return err
		}
	}
	return nil
}

// files is a data set of files that are decoded and scaled to side x side.
type files struct {
	paths []string
	side  int
}

func (f *files) Len() int { return len(f.paths) }

func (f *files) Get(index int) (*image.Image, error) {
	m, err := image.Open(context.Background(), f.paths[index], image.ModeRGB)
	if err != nil {
		return nil, err
	}
	return m.Resize(f.side, f.side, image.Bilinear), nil
}

// samples is the least time for a sample of a loader with two workers over the files.
func samples(p pictureFiles) (float64, error) {
	dir := os.Getenv(folderName)
	if dir == "" { // this mode by itself
		var err error
		if dir, err = os.MkdirTemp("", "bench-"); err != nil {
			return 0, err
		}
		defer os.RemoveAll(dir)
		if err := p.write(dir); err != nil {
			return 0, err
		}
	}
	set := &files{side: p.side}
	var err error
	if set.paths, err = filepath.Glob(filepath.Join(dir, "*"+p.ext)); err != nil {
		return 0, err
	}
	loader, err := datasets.NewLoaderFunc(set, image.Stack, datasets.BatchSize(32), datasets.Workers(2))
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
		best = min(best, time.Since(begin).Seconds()/float64(len(set.paths)))
	}
	return best, nil
}
