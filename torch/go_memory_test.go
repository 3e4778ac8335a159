package torch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// Copies on Go's heap that can't be had are errors, and not the end of the process.
func TestCopiesThatCantBeAllocated(t *testing.T) {
	one := torch.Ones(torch.Shape{1, 1})
	for name, x := range map[string]*torch.Tensor{
		"a terabyte":             one.Expand(1<<19, 1<<19),
		"more than an int holds": one.Expand(1<<31, 1<<30),
		"rows of nothing":        torch.Empty(torch.Shape{1 << 40, 0}),
	} {
		for what, copies := range map[string]func(){
			"ToSlice":  func() { torch.ToSlice[float32](x) },
			"Bytes":    func() { x.Bytes() },
			"Tolist":   func() { x.Tolist() },
			"ToNested": func() { torch.ToNested[[][]float32](x) },
		} {
			if x.Numel() == 0 && (what == "ToSlice" || what == "Bytes") {
				continue
			}
			err := torch.Try(func() error { copies(); return nil })
			require.ErrorIs(t, err, torch.OutOfMemory, "%s of %s", what, name)
		}
	}
	require.Len(t, torch.ToSlice[float32](one.Expand(3000, 4000)), 12_000_000, "what is asked for first")
}
