package jit_test

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/torch/jit"
)

// What a program prints is there when its call returns, whatever standard output is: Go
// ends a process without emptying C's buffers.
func TestProgramsPrintAtOnce(t *testing.T) {
	m := load(t, "testdata/print.pt")
	file, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	require.NoError(t, err)
	defer file.Close()
	saved, err := syscall.Dup(1)
	require.NoError(t, err)
	defer syscall.Close(saved)
	require.NoError(t, syscall.Dup3(int(file.Fd()), 1, 0))
	m.Forward(torch.Ones(torch.Shape{3}))
	printed, err := os.ReadFile(file.Name())
	require.NoError(t, syscall.Dup3(saved, 1, 0))
	require.NoError(t, err)
	require.Equal(t, "hello from the program 3\n", string(printed))
}

// Programs press on the collector, which sees nothing of them. They are held here, or it might
// come by itself and find fewer than would have called it.
func TestProgramsPressOnTheCollector(t *testing.T) {
	before := torch.Memory().Collected
	var held []*jit.Module
	for range 150 {
		held = append(held, load(t, "testdata/print.pt"))
	}
	require.Greater(t, torch.Memory().Collected, before)
	runtime.KeepAlive(held)
}
