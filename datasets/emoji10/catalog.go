package emoji10

import (
	"context"
	"fmt"
	"image"

	"multitorch/datasets/catalog"
)

// Catalog is what there is to say of the data set. The sides are those of the zero [Options].
func Catalog() catalog.Set {
	return catalog.Set{
		Name:    "emoji10",
		About:   "1,906 emoji in ten classes, drawn by two vendors, with their names",
		Source:  "npm, three packages",
		Size:    "143 MB",
		Licence: "pictures Apache-2.0 (Google's) and CC-BY-4.0 (Twitter's), names MIT",
		Get: func(ctx context.Context, dir string, log func(string)) error {
			_, err := Open(ctx, dir, log)
			return err
		},
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
	sides := d.Split(Options{})
	train := sides.Train.Len()
	return &catalog.Samples{
		Dir: d.Dir, Classes: Classes(), N: train + sides.Test.Len(),
		At: func(_ context.Context, i int) (catalog.Sample, error) {
			side, from := "train", sides.Train
			if i >= train {
				side, from, i = "test", sides.Test, i-train
			}
			s := from.At(i)
			e := d.Emoji[s.Emoji]
			name := fmt.Sprintf("%s by %s", e.Hexcode, Vendors()[s.Vendor])
			return catalog.Sample{Name: name, Side: side, Class: s.Label, Image: interleaved(s.Image), Text: e.Label}, nil
		},
	}
}

// interleaved is planar RGB as a picture.
func interleaved(planar []uint8) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, ImageSize, ImageSize))
	n := ImageSize * ImageSize
	for i := range n {
		copy(m.Pix[4*i:], []uint8{planar[i], planar[n+i], planar[2*n+i], 255})
	}
	return m
}
