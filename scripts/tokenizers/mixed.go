package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// compareMixed compares tokenizers of random components, on 100 random strings each. Where Python's side dies of a text,
// as its normalised strings do of some, what it answered before is compared.
func compareMixed(python string, count int, seed uint64) error {
	dir, err := os.MkdirTemp("", "tokenizers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command(python, "scripts/tokenizers/mixed.py", dir, strconv.FormatUint(seed, 10), strconv.Itoa(count))
	cmd.Stdout = os.Stdout // standard error holds the panics of what it tries
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("mixed.py: %w", err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return err
	}
	total, bad, died := 0, 0, 0
	for _, file := range files {
		r := rand.New(rand.NewPCG(seed, 3))
		asked, different, err := compare(python, "scripts/tokenizers/answer.py", file, func(yield func(string) bool) {
			for range 100 {
				if !yield(randomText(r, 25)) {
					return
				}
			}
		})
		switch {
		case errors.Is(err, errDied):
			died++
		case err != nil:
			return fmt.Errorf("%s: %w", file, err)
		}
		if different > 0 {
			data, _ := os.ReadFile(file)
			fmt.Printf("%.2000s\n", data)
		}
		total += asked
		bad += different
	}
	fmt.Printf("%d tokenizers of random components, %d texts, %d different; python died of %d\n", len(files), total, bad, died)
	if bad > 0 {
		return fmt.Errorf("%d texts differ", bad)
	}
	return nil
}
