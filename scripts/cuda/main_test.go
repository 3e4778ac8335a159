package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// The checks that need no GPU hold on the CPU too: a check that is wrong itself
// shows here.
func TestChecksHoldOnTheCPU(t *testing.T) {
	for _, c := range checks {
		if err := attempt(c, torch.CPU); c.gpu {
			require.Equal(t, skipped("it needs a GPU"), err, c.name)
		} else {
			require.NoError(t, err, c.name)
		}
	}
}

func TestWithoutAGPUEachCheckSaysWhyItWasSkipped(t *testing.T) {
	if torch.CUDAIsAvailable() {
		t.Skip("there is a GPU")
	}
	for _, c := range checks {
		require.Equal(t, skipped("device cuda: CUDA is not available: "+torch.CUDAWhyNot()), attempt(c, torch.CUDA), c.name)
	}
	require.Zero(t, table(torch.CUDA))
}
