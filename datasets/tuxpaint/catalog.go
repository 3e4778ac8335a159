package tuxpaint

import (
	"context"
	"slices"

	"multitorch/datasets/catalog"
)

// Catalog is what there is to say of the data set. Of the spoken captions it shows the first of English, French and Spanish.
func Catalog() catalog.Set {
	return catalog.Set{
		Name:    "tuxpaint",
		About:   "785 pictures (951 in Debian 13) of things with captions in many languages, most of them also spoken",
		Source:  "apt-get, tuxpaint-stamps-default",
		Size:    "161 MB (81 MB)",
		Licence: "GPL-2",
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

// Categories are the stamps' categories, sorted.
func (d *Data) Categories() []string {
	var names []string
	for _, s := range d.Stamps {
		names = append(names, s.Category)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (d *Data) samples() *catalog.Samples {
	categories := d.Categories()
	return &catalog.Samples{
		Dir: d.Dir, Classes: categories, N: len(d.Stamps),
		At: func(_ context.Context, i int) (s catalog.Sample, err error) {
			stamp := d.Stamps[i]
			s = catalog.Sample{Name: stamp.Name, Text: stamp.Captions["en"], Class: slices.Index(categories, stamp.Category)}
			if s.Image, err = d.Image(i); err != nil {
				return s, err
			}
			for _, language := range []string{"en", "fr", "es"} {
				if _, ok := stamp.Spoken[language]; ok {
					s.Audio, s.Rate, err = d.Speech(i, language)
					break
				}
			}
			return s, err
		},
	}
}
