package torch_test

import (
	"slices"
	"testing"

	"multitorch/torch"
	"multitorch/twin"
)

// Short for what ported programs are full of.
type (
	S = torch.Shape
	L = []*torch.Tensor
)

var (
	R   = torch.R
	All = torch.Colon
)

// Whole programs, ported line by line, give Python's bits.
func TestProgramsAsInPython(t *testing.T) {
	twin.RunPrograms(t, []int64{3, 2026}, slices.Concat(learningPrograms, dataPrograms, signalPrograms))
}
