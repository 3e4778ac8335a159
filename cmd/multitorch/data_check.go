package main

import (
	"context"
	"errors"
	"fmt"

	"multitorch/datasets/catalog"
)

type dataCheckCmd struct {
	Name string `arg:"" help:"Data set, or a table of yours: a .csv, .tsv, .jsonl or .parquet file, or a folder."`
	dataFlag
	All bool `help:"Print all problems, not the first twenty."`
}

var errProblems = errors.New("the data has problems")

// Run prints what is wrong. That something is makes it fail, so that a script notices.
func (c *dataCheckCmd) Run(ctx context.Context) error {
	samples, err := openSet(ctx, c.Name, c.DataDir)
	if err != nil {
		return err
	}
	report, err := catalog.Check(ctx, samples, nil)
	if err != nil {
		return err
	}
	shown := 20
	if c.All {
		shown = len(report.Problems)
	}
	printReport(samples, report, shown)
	if report.Found > 0 {
		return fmt.Errorf("%s: %w: %d", c.Name, errProblems, report.Found)
	}
	return nil
}

func printReport(samples *catalog.Samples, report *catalog.Report, shown int) {
	printf("%d samples in %s, %d of them twice\n", report.Samples, samples.Dir, report.Duplicates)
	for _, line := range samples.Columns {
		printf("  %s\n", line)
	}
	for i, name := range samples.Classes {
		if i == 40 {
			printf("  … and %d classes more\n", len(samples.Classes)-i)
			break
		}
		printf("  %-20s %5d\n", name, report.PerClass[i])
	}
	for _, p := range report.Problems[:min(shown, len(report.Problems))] {
		printf("problem: %s\n", p)
	}
	if left := report.Found - shown; left > 0 {
		printf("problem: … and %d more (--all prints %d)\n", left, len(report.Problems))
	}
	if report.Found == 0 {
		printf("no problem was found\n")
	}
}
