// Command mutants damages files of every kind in ways that keep some of their structure, and reads each within 8 GB of
// address space and 2 seconds. A crash, a panic or a file that takes longer ends it with the file's kind and number.
//
// usage: go run ./scripts/mutants [-n 20000] [-seed 1]
package main

import (
	"flag"
	"fmt"
	"os"
	"syscall"
	"time"
)

func main() {
	n := flag.Int("n", 20_000, "mutants of each kind")
	seed := flag.Uint64("seed", 1, "seed of the random numbers")
	flag.Parse()
	limit := syscall.Rlimit{Cur: 8 << 30, Max: 8 << 30}
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &limit); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	all := kinds("torch/testdata")
	for _, k := range all {
		accepted, slowest, err := k.try(*n, *seed, 2*time.Second)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", k.name, err)
			os.Exit(1)
		}
		fmt.Printf("%-16s %d mutants, %d still readable, slowest %s\n", k.name, *n, accepted, slowest.Round(time.Millisecond))
	}
	fmt.Println("no crash in", len(all), "kinds of files")
}
