// Command memory runs hand-written loops in Go and in Python on the same libtorch, each
// in a process of its own, and prints the resident memory of both: at its highest, and
// at step 50 and at the end, between which it should be level. In Go each loop runs
// twice: with [torch.Step] around a step, and with no scope at all.
package main

import (
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

//go:embed twin.py
var twin string

// loop is what is run: a name and a number of steps.
type loop struct {
	name  string
	steps int
}

var loops = []loop{{"1", 300}, {"4", 300}, {"16", 300}, {"24", 300}, {"gpt", 100}}

// early is the step from which on memory should be level.
const early = 50

// report is what a worker prints, in MiB.
type report struct {
	Peak, Early, Last float64
	Collected         int64 // by native memory's pressure
}

func main() {
	worker := flag.String("worker", "", "run one loop in this process: 16,step,300")
	python := flag.String("python", os.Getenv("PYTHON"), "Python with torch on the same libtorch")
	only := flag.String("only", "", "run this loop alone")
	flag.Parse()
	if *worker != "" {
		work(*worker)
		return
	}
	if err := compare(*python, *only); err != nil {
		fmt.Fprintln(os.Stderr, "memory:", err)
		os.Exit(1)
	}
}

func compare(python, only string) error {
	if python == "" {
		return fmt.Errorf("PYTHON names no Python with torch: run make memory")
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	fmt.Println("| loop | with Step | of Python's | from step 50 | without a scope | of Python's | Python |")
	fmt.Println("|---|---|---|---|---|---|---|")
	for _, l := range loops {
		if only != "" && l.name != only {
			continue
		}
		n := strconv.Itoa(l.steps)
		py, err := run(python, "-c", twin, l.name, n)
		if err != nil {
			return err
		}
		step, err := run(self, "-worker", l.name+",step,"+n)
		if err != nil {
			return err
		}
		plain, err := run(self, "-worker", l.name+",plain,"+n)
		if err != nil {
			return err
		}
		fmt.Printf("| %s, %d steps | %.0f MiB | %.2f | %+.1f %% | %.0f MiB | %.2f | %.0f MiB |\n", title(l.name), l.steps,
			step.Peak, step.Peak/py.Peak, 100*(step.Last/step.Early-1), plain.Peak, plain.Peak/py.Peak, py.Peak)
	}
	return nil
}

func title(name string) string {
	if name == "gpt" {
		return "a GPT of 4 layers of 128, batch 16x128"
	}
	return "tensors of " + name + " MiB"
}

func run(name string, args ...string) (r report, err error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = os.TempDir() // the checkout's folder torch would shadow Python's package
	cmd.Env = append(slices.Clone(os.Environ()), "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, &r)
	}
	if err != nil {
		err = fmt.Errorf("%s %s: %w", name, args[len(args)-1], err)
	}
	return r, err
}

// resident reads a line of this process's status, in MiB.
func resident(line string) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	for l := range strings.Lines(string(status)) {
		if fields := strings.Fields(l); fields[0] == line+":" {
			kib, _ := strconv.ParseFloat(fields[1], 64)
			return kib / 1024
		}
	}
	return 0
}
