// Command embed makes vectors of texts with MiniLM, and loads a folder of 500 MB, in Go and with Transformers on the same
// libtorch, in turn, and prints the medians and their ratios: seconds, the peak of memory, and the memory of the process's own
// after loading. Where the Python has onnx, onnxscript and onnxruntime, MiniLM runs there too. MULTITORCH_TRANSFORMERS names a
// Python with torch, of the libtorch that Go has, and transformers.
package main

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"multitorch/torch"
	_ "multitorch/torch/tcmalloc"
	"multitorch/transformers"
	"multitorch/transformers/pretrained"
)

//go:embed embed.py
var python string

var (
	threads = flag.Int("threads", 1, "threads of one operator, on both sides")
	repeats = flag.Int("repeats", 3, "runs of each side")
	large   = flag.Bool("large", true, "whether a folder of 500 MB is loaded too")
	worker  = flag.String("worker", "", "folder: be one run, and print a report")
	what    = flag.String("what", "", "of a worker: a batch's size, or load")
)

type report struct {
	Load    float64 `json:"load"`
	Forward float64 `json:"forward"` // the median of a run's batches
	Best    float64 `json:"best"`    // the quickest: what a busy machine leaves of a comparison
	PeakKiB int64   `json:"peak_kib"`
	OwnKiB  int64   `json:"own_kib"`
}

func main() {
	flag.Parse()
	run := compare
	if *worker != "" {
		run = work
	}
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

// work is one run of Go's side.
func work() error {
	torch.SetNumThreads(*threads)
	var r report
	begin := time.Now()
	m, err := transformers.FromPretrained[*transformers.BertModel](*worker)
	if err != nil {
		return err
	}
	r.Load = time.Since(begin).Seconds()
	if *what == "load" {
		torch.InferenceMode(func() { m.Forward(transformers.BertInput{InputIDs: torch.New([][]int{{5, 6, 7}})}) })
	} else if r.Forward, r.Best, err = forward(m); err != nil {
		return err
	}
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return err
	}
	r.PeakKiB, r.OwnKiB = usage.Maxrss, ownKiB()
	return json.NewEncoder(os.Stdout).Encode(r)
}

// forward is the median of some batches' times, and the least.
func forward(m *transformers.BertModel) (median, best float64, err error) {
	batch, err := strconv.Atoi(*what)
	if err != nil {
		return 0, 0, err
	}
	const length = 24
	var ids, keep []int64
	for row := range batch {
		for i := range length {
			ids = append(ids, int64((row*length+i)*7%20000+1000))
			keep = append(keep, 1)
			if i >= length-row%12 && row%12 > 0 {
				keep[len(keep)-1] = 0
			}
		}
	}
	in := transformers.BertInput{InputIDs: torch.FromSlice(ids, batch, length), AttentionMask: torch.FromSlice(keep, batch, length)}
	s := transformers.SentenceTransformer{Encoder: m, Behind: []transformers.SentenceModule{&transformers.Normalize{}}}
	var times []float64
	n := 60
	if batch > 1 {
		n = 12
	}
	torch.InferenceMode(func() {
		for range n {
			begin := time.Now()
			s.Forward(in).Free()
			times = append(times, time.Since(begin).Seconds())
		}
	})
	slices.Sort(times)
	return times[len(times)/2], times[0], nil
}

// ownKiB is the memory that is no file's.
func ownKiB() (n int64) {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if rest, is := strings.CutPrefix(s.Text(), "RssAnon:"); is {
			fmt.Sscan(rest, &n)
		}
	}
	return n
}

func compare() error {
	interpreter := os.Getenv("MULTITORCH_TRANSFORMERS")
	if interpreter == "" {
		return fmt.Errorf("MULTITORCH_TRANSFORMERS: expected a Python with torch and transformers")
	}
	dir, err := pretrained.Find("minilm")
	if err != nil {
		return err
	}
	fmt.Printf("libtorch %s, %d threads\n", torch.Version(), *threads)
	for _, size := range []string{"1", "32"} {
		g, p, err := both(interpreter, dir, size)
		if err != nil {
			return err
		}
		ratio := g.Forward / p.Forward
		fmt.Printf("MiniLM, batch %2s   Go %7.2f ms   Transformers %7.2f ms   %.2fx (quickest %.2f and %.2f ms)   peak %d and %d MiB\n",
			size, 1e3*g.Forward, 1e3*p.Forward, ratio, 1e3*g.Best, 1e3*p.Best, g.PeakKiB>>10, p.PeakKiB>>10)
		if err := besideONNX(interpreter, dir, size, g); err != nil {
			return err
		}
	}
	if !*large {
		return nil
	}
	folder, err := os.MkdirTemp("", "embed")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	torch.Step(func() {
		c := transformers.NewBertConfig()
		c.VocabSize = 51_000 // 500 MB in all
		err = transformers.SavePretrained(transformers.NewBertModel(c), folder)
	})
	if err != nil {
		return err
	}
	g, p, err := both(interpreter, folder, "load")
	if err != nil {
		return err
	}
	fmt.Printf("load 500 MB        Go %7.1f ms   Transformers %7.1f ms   %.2fx   own memory %d and %d MiB, peak %d and %d MiB\n",
		1e3*g.Load, 1e3*p.Load, g.Load/p.Load, g.OwnKiB>>10, p.OwnKiB>>10, g.PeakKiB>>10, p.PeakKiB>>10)
	return nil
}

// both runs either side several times, in turn, and takes the runs of median time.
func both(interpreter, folder, what string) (g, p report, err error) {
	var goes, pythons []report
	for range *repeats {
		if g, err = run(os.Args[0], "-worker", folder, "-what", what, "-threads", strconv.Itoa(*threads)); err != nil {
			return g, p, err
		}
		if p, err = run(interpreter, "-c", python, folder, what, strconv.Itoa(*threads)); err != nil {
			return g, p, err
		}
		goes, pythons = append(goes, g), append(pythons, p)
	}
	return median(goes), median(pythons), nil
}

func median(rs []report) report {
	slices.SortFunc(rs, func(a, b report) int {
		switch d := a.Forward + a.Load - b.Forward - b.Load; {
		case a.Forward != b.Forward && a.Forward < b.Forward, a.Forward == b.Forward && d < 0:
			return -1
		}
		return 1
	})
	return rs[len(rs)/2]
}

func run(program string, args ...string) (r report, err error) {
	cmd := exec.Command(program, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return r, fmt.Errorf("%s: %w", program, err)
	}
	return r, json.Unmarshal(out, &r)
}
