package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"multitorch/tokenizers"
)

// bench measures Go and Python side by side, on one thread each and in turns, and prints the medians.
func bench(python string, files []string, texts []string) error {
	runtime.GOMAXPROCS(1)
	dir, err := os.MkdirTemp("", "tokenizers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	data, err := json.Marshal(texts)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "texts.json")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return err
	}
	size := len(strings.Join(texts, ""))
	fmt.Printf("%d texts of %.1f MB, one thread, medians of 7 turns\n", len(texts), float64(size)/1e6)
	for _, file := range files {
		ours, theirs, err := benchOne(python, file, path, texts)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		if name == "tokenizer" {
			name = filepath.Base(filepath.Dir(file))
		}
		fmt.Printf("%-12s go %.3f s (%.1f MB/s)  python %.3f s  ratio %.2f\n",
			name, ours, float64(size)/1e6/ours, theirs, ours/theirs)
	}
	return nil
}

func benchOne(python, file, path string, texts []string) (ours, theirs float64, err error) {
	t, err := tokenizers.FromFile(file)
	if err != nil {
		return 0, 0, err
	}
	t, err = t.With(func(c *tokenizers.Config) { c.Truncation, c.Padding = nil, nil })
	if err != nil {
		return 0, 0, err
	}
	cmd := exec.Command(python, "scripts/tokenizers/bench.py", file, path)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return 0, 0, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	r := bufio.NewReader(out)
	var mine, others []float64
	for range 7 {
		runtime.GC()
		start := time.Now()
		n := 0
		for _, text := range texts {
			e, err := t.Encode(text)
			if err != nil {
				return 0, 0, err
			}
			n += e.Len()
		}
		mine = append(mine, time.Since(start).Seconds())
		fmt.Fprintln(in)
		var took float64
		var tokens int
		if _, err := fmt.Fscanln(r, &took, &tokens); err != nil {
			return 0, 0, err
		}
		if tokens != n {
			return 0, 0, fmt.Errorf("go made %d tokens, python %d", n, tokens)
		}
		others = append(others, took)
	}
	in.Close()
	slices.Sort(mine)
	slices.Sort(others)
	return mine[3], others[3], cmd.Wait()
}
