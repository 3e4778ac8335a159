package fashionmnist

import (
	"context"
	"fmt"
	"image"

	"multitorch/datasets/catalog"
	"multitorch/torch"
)

// Catalog is what there is to say of the data set.
func Catalog() catalog.Set {
	return catalog.Set{
		Name:    "fashion-mnist",
		About:   "70,000 grey pictures of clothes in ten classes",
		Source:  "apt-get, dataset-fashion-mnist",
		Size:    "31 MB",
		Licence: "MIT",
		Get:     Fetch,
		Open: func(_ context.Context, dir string) (*catalog.Samples, error) {
			data, err := Load(dir)
			if err != nil {
				return nil, err
			}
			return data.samples(), nil
		},
	}
}

func (d *Data) samples() *catalog.Samples {
	type side struct {
		name            string
		pixels, targets []uint8
	}
	of := func(name string, s *Side) side {
		return side{name, torch.ToSlice[uint8](s.pixels), torch.ToSlice[uint8](s.targets.To(torch.Uint8))}
	}
	train, test := of("train", d.Train), of("test", d.Test)
	return &catalog.Samples{
		Dir: d.Dir, Classes: Classes(), N: len(train.targets) + len(test.targets),
		At: func(_ context.Context, i int) (catalog.Sample, error) {
			s := train
			if n := len(train.targets); i >= n {
				s, i = test, i-n
			}
			at := i * Size * Size
			m := &image.Gray{Pix: s.pixels[at : at+Size*Size], Stride: Size, Rect: image.Rect(0, 0, Size, Size)}
			return catalog.Sample{Name: fmt.Sprintf("%s picture %d", s.name, i), Side: s.name, Class: int(s.targets[i]), Image: m}, nil
		},
	}
}
