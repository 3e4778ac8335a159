// Command cuda runs the device checks and prints a table of them. Without a GPU
// it says why each was skipped; with "-device cpu" those that need no GPU run on
// the CPU, which checks the checks.
//
//	make cuda
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"multitorch/torch"
)

// check is one line of the table. Those that need a GPU are skipped on the CPU.
type check struct {
	name string
	gpu  bool
	run  func(d torch.Device) error
}

// skipped is the error of a check that could not be made here.
type skipped string

func (s skipped) Error() string { return string(s) }

func main() {
	name := flag.String("device", "cuda", "the device to check: cuda, cuda:N or cpu")
	flag.Parse()
	device, err := torch.ParseDevice(*name)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if failed := table(device); failed > 0 {
		os.Exit(1)
	}
}

// table runs all checks, prints a line for each, and returns how many failed.
func table(d torch.Device) int {
	fmt.Printf("libtorch %s, device %s%s\n\n", torch.Version(), d, describe(d))
	var passed, left, failed int
	for _, c := range checks {
		err := attempt(c, d)
		var why skipped
		switch {
		case err == nil:
			passed++
			fmt.Printf("  passed   %s\n", c.name)
		case errors.As(err, &why):
			left++
			fmt.Printf("  skipped  %s: %s\n", c.name, why)
		default:
			failed++
			fmt.Printf("  FAILED   %s: %v\n", c.name, err)
		}
	}
	fmt.Printf("\n%d passed, %d skipped, %d failed\n", passed, left, failed)
	return failed
}

func attempt(c check, d torch.Device) error {
	if err := d.Check(); err != nil {
		return skipped(err.Error())
	}
	if c.gpu && !d.IsCUDA() {
		return skipped("it needs a GPU")
	}
	return torch.Try(func() error { return c.run(d) })
}

func describe(d torch.Device) string {
	p, err := torch.CUDADeviceProperties(d)
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (%s, %d GiB, compute capability %d.%d)", p.Name, p.TotalMemory>>30, p.Major, p.Minor)
}
