package asterisk

import (
	"context"

	"multitorch/datasets/catalog"
)

// Catalog is the English prompts as "multitorch data" lists, gets, checks and shows them.
func Catalog() catalog.Set {
	return catalog.Set{
		Name: "asterisk", Source: "Debian, two packages", Size: "18 MB", Licence: "CC-BY-SA-3.0 (Digium, Allison Smith)",
		About: "540 spoken prompts of a telephone exchange with transcripts, one speaker, 24 minutes.",
		Get: func(ctx context.Context, dir string, log func(string)) error {
			return Fetch(ctx, dir, Options{}, log)
		},
		Open: func(_ context.Context, dir string) (*catalog.Samples, error) {
			data, err := Load(dir, Options{})
			if err != nil {
				return nil, err
			}
			return data.samples(), nil
		},
	}
}

func (d *Data) samples() *catalog.Samples {
	side := map[string]string{}
	sides := d.Split(SplitOptions{})
	for _, c := range sides.Train {
		side[c.Name] = "train"
	}
	for _, c := range sides.Test {
		side[c.Name] = "test"
	}
	return &catalog.Samples{
		Dir: d.Dir, N: len(d.Clips),
		At: func(_ context.Context, i int) (catalog.Sample, error) {
			c := d.Clips[i]
			return catalog.Sample{Name: c.Name, Side: side[c.Name], Class: -1, Text: c.Text, Audio: c.Samples, Rate: Rate}, nil
		},
	}
}
