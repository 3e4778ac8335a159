// Command nccl checks on a machine with two GPUs, or more, what NCCL carries: it starts a rank for each, has them compute together,
// and trains a small model by DistributedDataParallel beside PyTorch's own, which Python runs. "-device cpu" does the same by Gloo
// with two ranks, which checks the checks.
//
//	go run ./scripts/nccl
package main

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"multitorch/distributed"
	"multitorch/distributed/launch"
	"multitorch/torch"
)

func main() {
	device := flag.String("device", "cuda", "cuda or cpu")
	ranks := flag.Int("ranks", 0, "how many ranks (default: one for each GPU, or 2 on the CPU)")
	python := flag.String("python", cmp.Or(os.Getenv("PYTHON"), "python3"), "the Python whose PyTorch is compared with, or none")
	flag.Parse()
	var err error
	if os.Getenv("RANK") != "" {
		err = distributed.Run(context.Background(), asRank, backend(*device))
	} else {
		err = start(os.Stdout, *device, *ranks, *python)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func backend(device string) distributed.Backend {
	if device == "cpu" {
		return "gloo"
	}
	return "nccl"
}

// start runs the ranks, and then Python's.
func start(to io.Writer, device string, ranks int, python string) error {
	switch n := torch.CUDADeviceCount(); {
	case device != "cpu" && n < 2 && ranks == 0:
		fmt.Fprintf(to, "skipped: it needs two GPUs, and there are %d: %s\n", n, torch.CUDAWhyNot())
		return nil
	case ranks == 0:
		ranks = max(n, 2)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	fmt.Fprintf(to, "libtorch %s, %d ranks on %s\n", torch.Version(), ranks, device)
	var ours bytes.Buffer
	err = launch.Run(context.Background(), launch.Config{
		Command: []string{self, "-device", device}, Ranks: ranks, Stdout: io.MultiWriter(to, &ours),
	})
	if err != nil || python == "none" {
		return err
	}
	return compare(to, ours.String(), ranks, device, python)
}

//go:embed ddp.py
var ddpPython string

// compare has Python train the same, by the same class of libtorch.
func compare(to io.Writer, ours string, ranks int, device, python string) error {
	cmd := exec.Command(python, "-c", ddpPython, strconv.Itoa(ranks), string(backend(device)))
	cmd.Env = append(os.Environ(), "TORCH_DIST_USE_NCCL2=0", "USE_LIBUV=0")
	cmd.Dir = os.TempDir() // in a checkout Python would find our folder torch
	cmd.Stderr = os.Stderr
	theirs, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("PyTorch's DistributedDataParallel, by %s: %w", python, err)
	}
	a, b := numbers(ours), numbers(string(theirs))
	if len(a) == 0 || len(a) != len(b) {
		return fmt.Errorf("expected as many losses of PyTorch's as the %d of ours, but got %d", len(a), len(b))
	}
	furthest := 0.0
	for i := range a {
		furthest = max(furthest, math.Abs(a[i]-b[i]))
	}
	if !(furthest <= 1e-6) {
		return fmt.Errorf("losses differ from PyTorch's by up to %g: ours are %v, its %v", furthest, a, b)
	}
	fmt.Fprintf(to, "  passed   DistributedDataParallel's losses are PyTorch's: they differ by %g at most\n", furthest)
	return nil
}

// numbers are what lines of rank 0's say: "loss" and a number.
func numbers(lines string) (all []float64) {
	for line := range strings.Lines(lines) {
		if text, is := strings.CutPrefix(strings.TrimSpace(line), "loss "); is {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				v = math.NaN()
			}
			all = append(all, v)
		}
	}
	return all
}
