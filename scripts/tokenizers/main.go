// Command tokenizers holds package tokenizers against PyPI's tokenizers: it has Python train a tokenizer of every kind,
// and compares ids, offsets, words and decoded texts on 20,000 lines and on random strings (-random for each kind).
//
// The Python is that of the environment variable MULTITORCH_TRANSFORMERS or PYTHON; it needs tokenizers and
// sentencepiece. Other files to compare are arguments.
//
//	go run ./scripts/tokenizers -random 1000000
//	go run ./scripts/tokenizers -mixed 500
//	go run ./scripts/tokenizers -train
//	go run ./scripts/tokenizers -bench bert/tokenizer.json gpt2/tokenizer.json
package main

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	random := flag.Int("random", 1_000_000, "random strings for each kind")
	seed := flag.Uint64("seed", 2026, "seed of the random strings")
	kind := flag.String("kind", "", "compare kinds with this in their name only")
	dir := flag.String("dir", "", "a folder with trained tokenizers from an earlier run")
	train := flag.Bool("train", false, "compare the trainers instead")
	mixed := flag.Int("mixed", 0, "compare so many tokenizers of random components instead")
	speed := flag.Bool("bench", false, "compare the speed instead, of tokenizers that are arguments")
	flag.Parse()
	python := pythonPath()
	run := func() error { return compareAll(python, *dir, *kind, *random, *seed, flag.Args()) }
	if *train {
		run = func() error { return compareTraining(python) }
	}
	if *mixed > 0 {
		run = func() error { return compareMixed(python, *mixed, *seed) }
	}
	if *speed {
		run = func() error { return bench(python, flag.Args(), repositoryLines(".", 12_000)) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "tokenizers:", err)
		os.Exit(1)
	}
}

// pythonPath is the Python that the environment names, itself or by its folder.
func pythonPath() string {
	python := cmp.Or(os.Getenv("MULTITORCH_TRANSFORMERS"), os.Getenv("PYTHON"), "python3")
	if inside := filepath.Join(python, "bin", "python"); exists(inside) {
		return inside
	}
	return python
}

func exists(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

// lines are 20,000: of the repository, and made.
func lines(seed uint64) []string {
	r := rand.New(rand.NewPCG(seed, 1))
	out := repositoryLines(".", 1<<20)
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	out = out[:min(len(out), 12_000)]
	for len(out) < 20_000 {
		out = append(out, randomText(r, 40))
	}
	return out
}

func compareAll(python, dir, kind string, random int, seed uint64, files []string) error {
	if dir == "" {
		temp, err := os.MkdirTemp("", "tokenizers")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temp)
		dir = temp
	}
	corpus := lines(seed)
	if found, _ := filepath.Glob(filepath.Join(dir, "*.json")); len(found) == 0 {
		data, err := json.Marshal(corpus)
		if err != nil {
			return err
		}
		cmd := exec.Command(python, "scripts/tokenizers/train.py", dir, "4000")
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(string(data)), os.Stdout, os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s scripts/tokenizers/train.py: %w: has that Python tokenizers and sentencepiece?", python, err)
		}
	}
	trained, err := filepath.Glob(filepath.Join(dir, "*"+kind+"*.json"))
	if err != nil {
		return err
	}
	bad := 0
	for _, file := range append(trained, files...) {
		start := time.Now()
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		asked, different, err := compare(python, "scripts/tokenizers/answer.py", file, slices.Values(corpus))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		fmt.Printf("%-12s %8d lines, %d different\n", name, asked, different)
		r := rand.New(rand.NewPCG(seed, 2))
		more, others, err := compare(python, "scripts/tokenizers/answer.py", file, func(yield func(string) bool) {
			for range random {
				if !yield(randomText(r, 12)) {
					return
				}
			}
		})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		fmt.Printf("%-12s %8d random strings, %d different, %.0f s\n", name, more, others, time.Since(start).Seconds())
		bad += different + others
	}
	if bad > 0 {
		return fmt.Errorf("%d texts differ", bad)
	}
	return nil
}
