package torch

import (
	"fmt"
	"sync/atomic"
)

// PrintOptions say how tensors are printed.
type PrintOptions struct {
	Precision int // digits after the point
	Threshold int // elements; larger tensors are summarised
	EdgeItems int // entries at each end of a summarised dimension
	LineWidth int // characters
}

// DefaultPrintOptions are PyTorch's.
var DefaultPrintOptions = PrintOptions{Precision: 4, Threshold: 1000, EdgeItems: 3, LineWidth: 80}

var printOptions atomic.Pointer[PrintOptions]

// SetPrintOptions changes how all tensors are printed from now on, and returns how
// it was before:
//
//	defer torch.SetPrintOptions(torch.SetPrintOptions(torch.PrintOptions{Precision: 2, Threshold: 1000, EdgeItems: 3, LineWidth: 80}))
func SetPrintOptions(o PrintOptions) (before PrintOptions) {
	if o.Precision < 0 || o.Threshold < 0 || o.EdgeItems < 1 || o.LineWidth < 1 {
		panic(&Error{Op: "SetPrintOptions", Kind: ValueError, Message: fmt.Sprintf(
			"expected a precision and a threshold from 0 and at least one edge item and one column, but got %+v", o)})
	}
	if p := printOptions.Swap(&o); p != nil {
		return *p
	}
	return DefaultPrintOptions
}

func currentPrintOptions() PrintOptions {
	if p := printOptions.Load(); p != nil {
		return *p
	}
	return DefaultPrintOptions
}
