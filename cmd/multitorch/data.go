package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"multitorch/datasets/asterisk"
	"multitorch/datasets/catalog"
	"multitorch/datasets/emoji10"
	"multitorch/datasets/fashionmnist"
	"multitorch/datasets/sortofclevr"
	datatable "multitorch/datasets/table"
	"multitorch/datasets/tuxpaint"
)

// dataSets are the data sets that "multitorch data" knows, one line each.
var dataSets = []catalog.Set{
	emoji10.Catalog(),
	fashionmnist.Catalog(),
	asterisk.Catalog(),
	tuxpaint.Catalog(),
	sortofclevr.Catalog(),
}

type dataCmd struct {
	List  dataListCmd  `cmd:"" help:"List the data sets: size, source and licence."`
	Get   dataGetCmd   `cmd:"" default:"withargs" help:"Fetch and prepare a data set, and say what is in it. Meant where no sub-command is named."`
	Check dataCheckCmd `cmd:"" help:"Decode every sample and say what is wrong: files, labels, duplicates, empty classes."`
	Show  dataShowCmd  `cmd:"" help:"Write a contact sheet of some samples, with a spectrogram for each sound, as PNG."`
}

func dataSetNamed(name string) (catalog.Set, error) {
	var names []string
	for _, s := range dataSets {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	const table = "a .csv, .tsv, .jsonl (one JSON object a line) or .parquet file, or a folder"
	if _, err := os.Stat(name); err == nil {
		return catalog.Set{}, fmt.Errorf("%.200s is no table: expected %s, out of its archive; or one of %q", name, table, names)
	}
	return catalog.Set{}, fmt.Errorf("the data set %.80q: expected one of %q, or a table: %s", name, names, table)
}

type dataListCmd struct{}

// Run prints a line for each data set.
func (c *dataListCmd) Run() error {
	for _, s := range dataSets {
		printf("%-14s %s\n%15s%s, %s\n%15slicence: %s\n", s.Name, s.About, "", s.Source, cmp.Or(s.Size, "nothing to fetch"), "", s.Licence)
	}
	return nil
}

type dataGetCmd struct {
	Name string `arg:"" optional:"" default:"emoji10" help:"Data set (default: emoji10)."`
	dataFlag
}

// Run makes sure that the data is there, in a new folder if one is named, and counts it.
func (c *dataGetCmd) Run(ctx context.Context) error {
	set, err := dataSetNamed(c.Name)
	if err != nil {
		return err
	}
	if t, err := taskNamed(c.Name); err == nil { // which splits it, and says how
		if err := t.load(ctx, c.DataDir, true); err != nil {
			return err
		}
		line, more := t.data()
		printf("%s: %s%s\nlicence: %s\n", t.info().title, more, line, set.Licence)
		return nil
	}
	if err := set.Get(ctx, c.DataDir, logLine); err != nil {
		return err
	}
	samples, err := set.Open(ctx, c.DataDir)
	if err != nil {
		return err
	}
	printf("%s: %d samples in %s\nlicence: %s\n", set.Name, samples.N, samples.Dir, set.Licence)
	return nil
}

// openSet opens a data set that is there, or a table of one's own. It fetches nothing.
func openSet(ctx context.Context, name, dir string) (*catalog.Samples, error) {
	isTable := datatable.IsTable(name)
	if known := slices.ContainsFunc(dataSets, func(s catalog.Set) bool { return s.Name == name }); isTable && !known {
		t, err := datatable.Open(name)
		if err != nil {
			return nil, err
		}
		samples := t.Samples(t.Kinds(), t.Target(), dir)
		if t.Target() < 0 {
			learnable(t, samples)
		}
		return samples, nil
	}
	set, err := dataSetNamed(name)
	if err != nil {
		return nil, err
	}
	samples, err := set.Open(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("%w; multitorch data get %s gets the data", err, strings.TrimSpace(name+" "+dataDirFlag(dir)))
	}
	return samples, nil
}

// dataDirFlag is the flag for a folder, as a hint writes it.
func dataDirFlag(dir string) string {
	if dir == "" {
		return ""
	}
	return "--data-dir " + dir
}
