// Command generation decodes with a model of GPT-2's shape in Go and with Transformers on the same libtorch, in turn, and prints
// the medians and their ratios: ids a second, the processor's time for each, the peak of memory. MULTITORCH_TRANSFORMERS names a
// Python with torch, of the libtorch that Go has, and transformers.
package main

import (
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"time"

	"multitorch/torch"
	_ "multitorch/torch/tcmalloc"
	"multitorch/transformers"
	"multitorch/transformers/generation"
)

//go:embed generation.py
var python string

var (
	folder  = flag.String("folder", "", "folder of a GPT-2 model (default: one of random weights with gpt2's settings)")
	layers  = flag.Int("layers", 12, "layers of a model of random weights")
	width   = flag.Int("width", 768, "its features")
	words   = flag.Int("words", 50257, "its words")
	threads = flag.Int("threads", 1, "threads of one operator, on both sides")
	prompt  = flag.Int("prompt", 16, "ids before the first new one")
	tokens  = flag.Int("tokens", 128, "new ids")
	repeats = flag.Int("repeats", 5, "runs of each side")
	worker  = flag.Bool("worker", false, "decode once and print a report")
)

type report struct {
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu"` // seconds of processor, which others on the machine disturb less
	PeakKiB int64   `json:"peak_kib"`
	IDs     []int64 `json:"ids"`
}

func main() {
	flag.Parse()
	if *worker {
		if err := work(); err != nil {
			log.Fatal(err)
		}
		return
	}
	if err := compare(); err != nil {
		log.Fatal(err)
	}
}

// work is one run of Go's side.
func work() error {
	torch.SetNumThreads(*threads)
	m, err := transformers.FromPretrained[*transformers.GPT2LMHeadModel](*folder)
	if err != nil {
		return err
	}
	ids := make([]int64, *prompt)
	for i := range ids {
		ids[i] = int64((7*i*i + 3*i) % m.Config.VocabSize)
	}
	c := generation.Default()
	c.MaxNewTokens = 2
	if _, err := m.Generate([][]int64{ids}, c); err != nil {
		return err
	}
	c.MaxNewTokens = *tokens
	before, _, err := used()
	if err != nil {
		return err
	}
	begin := time.Now()
	result, err := m.Generate([][]int64{ids}, c)
	if err != nil {
		return err
	}
	took := time.Since(begin)
	after, peak, err := used()
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(report{took.Seconds(), after - before, peak, result.New[0]})
}

// used is the processor's seconds and the peak of memory so far.
func used() (seconds float64, peakKiB int64, err error) {
	var u syscall.Rusage
	err = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9, u.Maxrss, err
}

func compare() error {
	interpreter := os.Getenv("MULTITORCH_TRANSFORMERS")
	if interpreter == "" {
		return fmt.Errorf("MULTITORCH_TRANSFORMERS: expected a Python with torch and transformers")
	}
	dir, err := os.MkdirTemp("", "generation")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if *folder == "" {
		torch.ManualSeed(0)
		c := transformers.NewGPT2Config()
		c.NLayer, c.NEmbd, c.VocabSize, c.NHead = *layers, *width, *words, max(1, *width/64)
		c.BosTokenID, c.EosTokenID = nil, nil
		if err := transformers.SavePretrained(transformers.NewGPT2LMHeadModel(c), dir); err != nil {
			return err
		}
		*folder = dir
	}
	numbers := []string{strconv.Itoa(*threads), strconv.Itoa(*prompt), strconv.Itoa(*tokens)}
	own := []string{"-worker", "-folder", *folder, "-threads", numbers[0], "-prompt", numbers[1], "-tokens", numbers[2]}
	var goes, pythons []report
	for range *repeats {
		g, err := run(os.Args[0], own...)
		if err != nil {
			return err
		}
		p, err := run(interpreter, append([]string{"-c", python, *folder}, numbers...)...)
		if err != nil {
			return err
		}
		same := 0
		for same < len(g.IDs) && g.IDs[same] == p.IDs[same] {
			same++
		}
		fmt.Printf("Go %.1f ids/s, %d MiB; Python %.1f ids/s, %d MiB; the first %d of %d ids are equal\n",
			float64(*tokens)/g.Seconds, g.PeakKiB>>10, float64(*tokens)/p.Seconds, p.PeakKiB>>10, same, len(g.IDs))
		goes, pythons = append(goes, g), append(pythons, p)
	}
	speed := func(r report) float64 { return float64(*tokens) / r.Seconds }
	peak := func(r report) float64 { return float64(r.PeakKiB >> 10) }
	fmt.Printf("\nlibtorch %s, %d thread(s)\n", torch.Version(), *threads)
	side := func(what string, of func(report) float64) {
		g, p := median(goes, of), median(pythons, of)
		fmt.Printf("%-6s Go %8.1f  Python %8.1f  ratio %.2f\n", what, g, p, g/p)
	}
	side("ids/s", speed)
	side("CPU ms", func(r report) float64 { return r.CPU * 1000 / float64(*tokens) })
	side("MiB", peak)
	return nil
}

func run(name string, args ...string) (r report, err error) {
	cmd := exec.Command(name, args...)
	cmd.Stderr = os.Stderr
	n := strconv.Itoa(*threads)
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS="+n, "OPENBLAS_NUM_THREADS="+n, "MKL_NUM_THREADS="+n, "HF_HUB_OFFLINE=1")
	out, err := cmd.Output()
	if err != nil {
		return r, fmt.Errorf("%s: %w", name, err)
	}
	return r, json.Unmarshal(out, &r)
}

func median(all []report, of func(report) float64) float64 {
	var values []float64
	for _, r := range all {
		values = append(values, of(r))
	}
	slices.Sort(values)
	return values[len(values)/2]
}
