// Command bench runs the same work in Go and in Python on the same libtorch, in
// turn, and prints the medians and their ratios. Python runs twice: as it is
// installed, and with glibc's malloc set so that a step causes no page faults. Go has
// tcmalloc.
package main

import (
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

//go:embed twin.py
var twin string

//go:embed language.py
var language string

//go:embed images.py
var images string

//go:embed checkpoint.py
var checkpointTwin string

// settings of glibc under which memory is not given back to the kernel after each step.
var tuned = []string{
	"MALLOC_TRIM_THRESHOLD_=1073741824",
	"MALLOC_MMAP_THRESHOLD_=33554432",
	"MALLOC_TOP_PAD_=67108864",
}

// one thread on both sides: OpenBLAS's number of threads alone changes times and bits.
var threads = []string{"OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1"}

// row is one line of the table: a figure of one mode.
type row struct {
	name, mode string
	figure     func(report, time.Duration) float64
	unit       string
	scale      float64
	target     string // the most that Go may take: of Python as installed, and of tuned Python
}

func seconds(r report, _ time.Duration) float64 { return r.Seconds }
func wall(_ report, d time.Duration) float64    { return d.Seconds() }

// step is one of several figures of a mode, such as an optimizer's step.
func step(optimizer string) func(report, time.Duration) float64 {
	return func(r report, _ time.Duration) float64 { return r.Each[optimizer] }
}
func peak(r report, _ time.Duration) float64 { return float64(r.PeakKiB) }

var rows = []row{
	{"x + x on 4 floats", "add", seconds, "µs", 1e6, "1.0 / -"},
	{"x * x on 4 floats", "mul", seconds, "µs", 1e6, "1.0 / -"},
	{"x @ x, 4x4", "matmul", seconds, "µs", 1e6, "1.0 / -"},
	{"x[1] of 4x4", "index", seconds, "µs", 1e6, "1.0 / -"},
	{"cat of two times 4", "cat", seconds, "µs", 1e6, "1.0 / -"},
	{"10 products, sum, backward", "backward", seconds, "µs", 1e6, "1.0 / -"},
	{"step, 32x3x32x32, 16 tokens", "step32", seconds, "ms", 1e3, "0.6 / 1.0"},
	{"step, 32x3x8x8, 4 tokens", "step8", seconds, "ms", 1e3, "0.8 / 1.0"},
	{"process start to first step", "start", wall, "s", 1, "0.45 / -"},
	{"one epoch, 6400 samples", "epoch", seconds, "s", 1, "- / -"},
	{"peak memory of that epoch", "epoch", peak, "MiB", 1.0 / 1024, "1.0 / -"},
	{"a step of 32x3x8x8 by hand, its loss read", "fit", step("bare"), "ms", 1e3, "- / -"},
	{"… by Trainer.Fit, of that", "fit", step("Fit"), "", 1, "1.03 of by hand"},
	{"… with a progress bar and monitors, of that", "fit", step("hooks"), "", 1, "1.03 of by hand"},
	{"step of Adadelta, 100 parameters of 4x4", "optimizers", step("Adadelta"), "µs", 1e6, "0.7 / -"},
	{"… of Adafactor", "optimizers", step("Adafactor"), "µs", 1e6, "0.7 / -"},
	{"… of Adagrad", "optimizers", step("Adagrad"), "µs", 1e6, "0.7 / -"},
	{"… of Adam", "optimizers", step("Adam"), "µs", 1e6, "0.7 / -"},
	{"… of AdamW", "optimizers", step("AdamW"), "µs", 1e6, "0.7 / -"},
	{"… of Adamax", "optimizers", step("Adamax"), "µs", 1e6, "0.7 / -"},
	{"… of ASGD", "optimizers", step("ASGD"), "µs", 1e6, "0.7 / -"},
	{"… of L-BFGS, two iterations", "optimizers", step("LBFGS"), "µs", 1e6, "0.7 / -"},
	{"… of Muon", "optimizers", step("Muon"), "µs", 1e6, "0.7 / -"},
	{"… of NAdam", "optimizers", step("NAdam"), "µs", 1e6, "0.7 / -"},
	{"… of RAdam", "optimizers", step("RAdam"), "µs", 1e6, "0.7 / -"},
	{"… of RMSprop", "optimizers", step("RMSprop"), "µs", 1e6, "0.7 / -"},
	{"… of Rprop", "optimizers", step("Rprop"), "µs", 1e6, "0.7 / -"},
	{"… of SGD", "optimizers", step("SGD"), "µs", 1e6, "0.7 / -"},
	{"… of SparseAdam", "optimizers", step("SparseAdam"), "µs", 1e6, "0.7 / -"},
	{"small GPT, training step", "gpt", seconds, "ms", 1e3, "1.0 / -"},
	{"LSTM, training step", "lstm", seconds, "ms", 1e3, "1.0 / -"},
	{"small GPT, one request", "infer", seconds, "ms", 1e3, "0.8 / -"},
	{"… by 8 goroutines or threads, each", "serve", seconds, "ms", 1e3, "1.0 / -"},
	{"64 px PNG to 32 px, two workers", "png64", seconds, "µs", 1e6, "0.67 / -"},
	{"640x480 JPEG to 224 px, two workers", "jpeg640", seconds, "ms", 1e3, "0.67 / -"},
	{"log-mel of 10 s of audio", "logmel", seconds, "ms", 1e3, "1.0 / -"},
	{"400 MB to the disk", "checkpoint", step("disk"), "s", 1, "- / -"},
	{"… as a run's state with its checksum", "checkpoint", step("save"), "s", 1, "1.0 / -"},
	{"… beside training, which waits for", "checkpoint", step("stall"), "s", 1, "1.0 / -"},
	{"… read, and the run goes on after", "checkpoint", step("load"), "s", 1, "- / -"},
}

func main() {
	worker := flag.String("worker", "", "run one mode in this process and print its report")
	rounds := flag.Int("rounds", 5, "runs of each side")
	only := flag.String("only", "", "measure these modes alone: gpt,lstm")
	python := flag.String("python", envOr("PYTHON", "/usr/bin/python3"), "Python with torch on the same libtorch")
	flag.Parse()
	if err := run(*worker, *rounds, *python, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func envOr(name, other string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return other
}

func run(worker string, rounds int, python, only string) error {
	if worker != "" {
		r, err := work(worker)
		if err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	script := filepath.Join(dir, "twin.py")
	if err := os.WriteFile(script, []byte(twin), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "images.py"), []byte(images), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "language.py"), []byte(language), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "checkpoint.py"), []byte(checkpointTwin), 0o600); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	sides := []side{
		{"Go", []string{self, "-worker"}, nil},
		{"Python", []string{python, script}, nil},
		{"Python, tuned malloc", []string{python, script}, tuned},
	}
	fmt.Printf("Settings of all: %s. Tuned malloc: %s.\n", strings.Join(threads, " "), strings.Join(tuned, " "))
	fmt.Printf("Medians of %d runs, in turn.\n\n", rounds)
	fmt.Println("| | Go | Python | Python, tuned malloc | ratio | ratio to tuned | at most |\n|---|---|---|---|---|---|---|")
	results := map[string][][]measured{}
	for _, r := range rows {
		if only != "" && !slices.Contains(strings.Split(only, ","), r.mode) {
			continue
		}
		if results[r.mode] == nil {
			if results[r.mode], err = measure(r.mode, sides, rounds); err != nil {
				return err
			}
		}
		printRow(r, results[r.mode])
	}
	fmt.Println()
	for _, measured := range results {
		for i, s := range sides {
			fmt.Printf("%s: %s\n", s.name, measured[i][0].Settings)
		}
		break
	}
	return compiled(sides[1], results)
}

// compiled prints what torch.compile makes of the training steps of language.py, where Python has it: it takes half a
// minute for each, and so is measured once.
func compiled(python side, results map[string][][]measured) error {
	for _, mode := range []string{"gpt", "lstm"} {
		if results[mode] == nil {
			continue
		}
		runs, err := measure(mode+"-compiled", []side{python}, 1)
		if err != nil {
			return err
		}
		if c := runs[0][0].Seconds; c > 0 {
			goes := middle(results[mode][0], seconds)
			fmt.Printf("%s, training step under torch.compile: %.3g ms; Go takes %.2f of it.\n", mode, c*1e3, goes/c)
		}
	}
	return nil
}

type side struct {
	name    string
	command []string
	env     []string
}

type measured struct {
	report
	wall time.Duration
}

// measure runs a mode on all sides in turn, so that a machine whose speed drifts
// does not favour one.
func measure(mode string, sides []side, rounds int) ([][]measured, error) {
	results := make([][]measured, len(sides))
	var files []string
	if p, ok := pictures[mode]; ok {
		dir, err := os.MkdirTemp("", "bench-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		if err := p.write(dir); err != nil {
			return nil, err
		}
		files = []string{folderName + "=" + dir}
	}
	for range rounds {
		for i, s := range sides {
			cmd := exec.Command(s.command[0], append(s.command[1:len(s.command):len(s.command)], mode)...)
			cmd.Env = slices.Concat(os.Environ(), threads, s.env, files)
			cmd.Stderr = os.Stderr
			begin := time.Now()
			out, err := cmd.Output()
			took := time.Since(begin)
			if err != nil {
				return nil, fmt.Errorf("%s, %s: %w", s.name, mode, err)
			}
			m := measured{wall: took}
			if err := json.Unmarshal(out, &m.report); err != nil {
				return nil, fmt.Errorf("%s, %s: %w in %q", s.name, mode, err, out)
			}
			results[i] = append(results[i], m)
		}
	}
	return results, nil
}

func printRow(r row, results [][]measured) {
	var medians []float64
	for _, ms := range results {
		medians = append(medians, middle(ms, r.figure))
	}
	if medians[1] == 0 { // this version's Python has no such optimizer
		fmt.Printf("| %s | %.3g %s | - | - | - | - | %s |\n", r.name, medians[0]*r.scale, r.unit, r.target)
		return
	}
	fmt.Printf("| %s |", r.name)
	for _, m := range medians {
		fmt.Printf(" %.3g %s |", m*r.scale, r.unit)
	}
	fmt.Printf(" %.2f | %.2f | %s |\n", medians[0]/medians[1], medians[0]/medians[2], r.target)
}

// middle is the median of a figure.
func middle(runs []measured, figure func(report, time.Duration) float64) float64 {
	var values []float64
	for _, m := range runs {
		values = append(values, figure(m.report, m.wall))
	}
	return median(values)
}
