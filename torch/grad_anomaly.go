package torch

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"

	"multitorch/internal/libtorch"
)

// anomalies counts the running calls of DetectAnomaly.
var anomalies atomic.Int64

// DetectAnomaly runs f so that a Backward in it, or in any goroutine meanwhile, that
// brings forth NaN or fails says which operator it was and where in Go that was
// called, as torch.autograd.detect_anomaly does for Python:
//
//	Backward: the backward of 'LogBackward0' returned NaN in its result 0; the forward
//	operator was called at main.go:12 (main.loss), called at main.go:30 (main.main)
//
// The forward pass must run inside f too. It is slow: for hunting down errors only.
// Operators that change a tensor in place are named by the next operator's place.
func DetectAnomaly(f func()) {
	anomalies.Add(1)
	defer anomalies.Add(-1)
	f()
}

// markSite notes the caller on the nodes that a new tensor's operator recorded.
func markSite(h libtorch.Tensor) {
	if info, err := h.Info(); err != nil || info.IsLeaf != 0 || info.RequiresGrad == 0 {
		return
	}
	// A place that can't be noted is missing from a message, no more.
	_ = h.MarkSite(callSite())
}

// sitesShown bounds the callers that a message names.
const sitesShown = 4

// callSite is the program's line, and its callers.
func callSite() string {
	var pcs [64]uintptr
	var sites []string
	for _, f := range programSites(pcs[:runtime.Callers(2, pcs[:])], sitesShown) {
		sites = append(sites, fmt.Sprintf("%s (%s)", place(f), filepath.Base(f.Function)))
	}
	return strings.Join(sites, ", called at ")
}
