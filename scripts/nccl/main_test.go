package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/distributed"
	"multitorch/torch"
)

func TestMain(m *testing.M) {
	if os.Getenv("RANK") == "" {
		os.Exit(m.Run())
	}
	torch.SetNumThreads(1)
	if err := distributed.Run(context.Background(), asRank, distributed.Backend("gloo")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// The checks hold on the CPU too, by Gloo: one that is wrong itself shows here.
func TestChecksHoldOnTheCPU(t *testing.T) {
	var said strings.Builder
	python := cmp.Or(os.Getenv("PYTHON"), "python3")
	if os.Getenv("MULTITORCH_NO_TWIN") != "" {
		python = "none"
	}
	require.NoError(t, start(&said, "cpu", 2, python), "%s", &said)
	require.Equal(t, python != "none", strings.Contains(said.String(), "losses are PyTorch's"))
	require.Equal(t, len(checks), strings.Count(said.String(), "  passed  ")-strings.Count(said.String(), "PyTorch's"), "%s", &said)
}

func TestWithoutGPUsItIsSkipped(t *testing.T) {
	if torch.CUDADeviceCount() > 1 {
		t.Skip("there are GPUs")
	}
	var said strings.Builder
	require.NoError(t, start(&said, "cuda", 0, "none"))
	require.Contains(t, said.String(), "skipped: it needs two GPUs")
}
