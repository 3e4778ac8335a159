// Package utils has what torch.nn.utils has beside modules: parameters as one vector and back, weight norm and spectral
// norm, convolutions and linear layers fused with the normalisation behind them. Clipping is nn.ClipGradNorm and
// nn.ClipGradValue, packing is nn.PackPaddedSequence and its like; torch.nn.utils.skip_init is nn.SkipInit. In packages
// below this one are parametrize, parametrizations and prune.
package utils

import (
	"fmt"

	"multitorch/torch"
)

// invalid is the error of a function that was given what it can't take.
func invalid(op, format string, args ...any) *torch.Error {
	return &torch.Error{Op: "utils." + op, Kind: torch.ValueError, Message: fmt.Sprintf(format, args...)}
}
