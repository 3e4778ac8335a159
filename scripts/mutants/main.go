// Command mutants damages files of every kind in ways that keep some of their structure, and reads each within 8 GB of
// address space and 2 seconds: with the readers of names, sizes and places alone, and through libtorch with package torch's,
// which touch every element too. Where a file carries checksums, what is read must be what was written.
//
// Each kind is read in a process of its own. A crash, a panic, a wrong value or a file that takes longer ends it with the
// kind and the number of the mutant, which "-kind KIND -first NUMBER -n 1 -keep FILE" writes to a file.
//
// usage: go run ./scripts/mutants [-n 20000] [-seed 1] [-kind KIND]
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

func main() {
	j := job{Data: "torch"}
	flag.IntVar(&j.N, "n", 20_000, "mutants of each kind")
	flag.IntVar(&j.First, "first", 0, "number of the first one")
	flag.Uint64Var(&j.Seed, "seed", 1, "seed of the random numbers")
	flag.DurationVar(&j.Limit, "limit", 2*time.Second, "how long a mutant may take")
	flag.StringVar(&j.Keep, "keep", "", "write the first mutant of -kind to this file, and read none")
	only := flag.String("kind", "", "only the kinds whose names begin so")
	flag.Parse()
	if j.isChild() {
		j.child()
	}
	if err := j.all(*only); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func (j job) all(only string) error {
	tried := 0
	for _, k := range kinds(j.Data, "") {
		if !strings.HasPrefix(k.name, only) {
			continue
		}
		if j.Keep != "" {
			return os.WriteFile(j.Keep, k.mutant(j.Seed, j.First), 0o644)
		}
		j.Kind = k.name
		said, err := j.run()
		if err != nil {
			return err
		}
		fmt.Printf("%-24s %s\n", k.name, said)
		tried++
	}
	fmt.Println("no crash and no wrong value in", tried, "kinds of files")
	return nil
}
