package fashionmnist

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io/fs"

	"multitorch/datasets/internal/idx"
	"multitorch/internal/source"
)

// Size is the width and height of a picture in pixels.
const Size = 28

const numClasses = 10

// Classes returns the names of the ten classes; a target is an index into it.
func Classes() []string {
	return []string{
		"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
	}
}

// Data is the two sides of the data set. It is not to be changed, and any goroutine may read it.
type Data struct {
	Train, Test *Side
	Dir         string // the folder it was read from
}

// ErrNotFetched is the kind of Load's error when the files are not there yet: Open or Fetch gets them.
var ErrNotFetched = errors.New("the data has not been fetched")

// Dir returns the folder that holds the files: dir itself if that is not empty, else the folder fashionmnist in
// $MULTITORCH_DATA, else multitorch/fashionmnist in the user's cache folder. It need not exist.
func Dir(dir string) (string, error) { return source.Dir("fashionmnist", dir) }

// Open returns the data set, and fetches it first where it is not there yet (see Fetch).
//
// An empty dir means the default (see Dir). log, if not nil, is told what is being done, a line at a time; when the data is
// only loaded it is told nothing.
func Open(ctx context.Context, dir string, log func(string)) (*Data, error) {
	return debians.open(ctx, dir, log)
}

// Fetch sees to it that the four files lie in dir and are the expected ones, as [Open] does. Those that are missing are
// taken from the system's package dataset-fashion-mnist where it is installed, else from apt-get. There is never a partial
// file under a file's name; one that is there and is not good is an error that names it.
func Fetch(ctx context.Context, dir string, log func(string)) error {
	return debians.set.Fetch(ctx, dir, log)
}

// Load reads the files in dir and checks them: size, checksum, shape and labels. It takes about half a second, fetches
// nothing and writes nothing. The error is an [ErrNotFetched] when a file is missing.
func Load(dir string) (*Data, error) { return debians.load(dir) }

func (e edition) open(ctx context.Context, dir string, log func(string)) (*Data, error) {
	data, err := e.load(dir)
	if err == nil || !errors.Is(err, ErrNotFetched) {
		return data, err
	}
	if err := e.set.Fetch(ctx, dir, log); err != nil {
		return nil, err
	}
	return e.load(dir)
}

func (e edition) load(dir string) (*Data, error) {
	data, err := e.read(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("fashionmnist: %w: %w", ErrNotFetched, err)
	}
	if err != nil {
		return nil, fmt.Errorf("fashionmnist: %w", err)
	}
	return data, nil
}

func (e edition) read(dir string) (*Data, error) {
	dir, err := Dir(dir)
	if err != nil {
		return nil, err
	}
	data := &Data{Dir: dir}
	if data.Train, err = e.train.read(dir, e.counts[0]); err != nil {
		return nil, err
	}
	if data.Test, err = e.test.read(dir, e.counts[1]); err != nil {
		return nil, err
	}
	return data, nil
}

func (s sideFiles) read(dir string, n int) (*Side, error) {
	pixels, err := readFile(s.pictures, dir, n, Size, Size)
	if err != nil {
		return nil, err
	}
	labels, err := readFile(s.labels, dir, n)
	if err != nil {
		return nil, err
	}
	side, err := NewSide(pixels, labels)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.labels.In(dir), err)
	}
	return side, nil
}

// readFile is the elements of a packed IDX file of a shape.
func readFile(file source.File, dir string, shape ...int) ([]uint8, error) {
	packed, err := file.Read(dir)
	if err != nil {
		return nil, err
	}
	elements, err := unpack(packed, shape)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file.In(dir), err)
	}
	return elements, nil
}

func unpack(packed []byte, want []int) ([]uint8, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	limit := 1
	for _, size := range want {
		limit *= size
	}
	shape, elements, err := idx.Read(unzipped, limit)
	if err == nil && fmt.Sprint(shape) != fmt.Sprint(want) {
		err = fmt.Errorf("expected the shape %v, found %v", want, shape)
	}
	return elements, err
}
