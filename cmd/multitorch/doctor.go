package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"multitorch/nn"
	"multitorch/torch"
)

type doctorCmd struct{}

// Run prints what a bug report needs, and tries a forward and backward pass.
func (c *doctorCmd) Run() error {
	i := torch.Runtime()
	row := func(name, format string, args ...any) { printf("%-13s %s\n", name, fmt.Sprintf(format, args...)) }
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
	for _, makeOne := range tasks {
		t := makeOne()
		if err := t.load(context.Background(), "", false); err != nil {
			row(t.info().name, "not there: %s", strings.ReplaceAll(err.Error(), "\n", " "))
			continue
		}
		line, _ := t.data()
		row(t.info().name, "%s", line)
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
