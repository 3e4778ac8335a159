package main

import (
	"fmt"
	"runtime"
	"strings"

	"multitorch/datasets/emoji10"
	"multitorch/nn"
	"multitorch/torch"
)

type doctorCmd struct{}

// Run prints what a bug report needs, and tries a forward and backward pass.
func (c *doctorCmd) Run() error {
	i := torch.Runtime()
	row := func(name, format string, args ...any) { fmt.Printf("%-10s %s\n", name, fmt.Sprintf(format, args...)) }
	row("libtorch", "%s from %s (built against %s)", i.Version, i.Library, i.BuiltFor)
	row("go", "%s, %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if err := i.Check(); err != nil {
		return err
	}
	row("blas", "%s", i.BLAS)
	row("threads", "libtorch %d, BLAS %s, processors %d", torch.NumThreads(), i.BLASThreads, runtime.NumCPU())
	row("memory", "malloc: %s", i.Malloc)
	if why := torch.CUDAWhyNot(); why != "" {
		row("cuda", "no: %s", why)
	} else {
		row("cuda", "yes: %d GPU(s)", torch.CUDADeviceCount())
	}
	if data, err := emoji10.Load(""); err != nil {
		row("emoji-10", "not there: %s", strings.ReplaceAll(err.Error(), "\n", " "))
	} else {
		row("emoji-10", "%d emoji in %s", len(data.Emoji), data.Dir)
	}
	if err := torch.Try(smallStep); err != nil {
		return fmt.Errorf("a small forward and backward pass failed: %w", err)
	}
	row("works", "yes: a small forward and backward pass ran")
	return nil
}

func smallStep() error {
	layer := nn.NewLinear(3, 2)
	layer.Forward(torch.Randn(torch.Shape{4, 3})).ReLU().Sum().Backward()
	if g := layer.Weight.Grad(); g == nil || g.Numel() != 6 {
		return fmt.Errorf("no gradient came back")
	}
	return nil
}
