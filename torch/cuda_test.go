package torch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

func TestWithoutCUDAEverythingOfItIsAnErrorWithTheReason(t *testing.T) {
	if torch.CUDAIsAvailable() {
		t.Skip("there is a GPU: make cuda checks it")
	}
	why := torch.CUDAWhyNot()
	require.NotEmpty(t, why)
	_, err := torch.CUDADeviceProperties(torch.CUDA)
	require.ErrorContains(t, err, why)
	_, _, err = torch.CUDAMemory(torch.CUDA)
	require.ErrorContains(t, err, why)
	_, err = torch.CUDAMemoryOf(torch.CUDA)
	require.ErrorContains(t, err, why)
	require.ErrorContains(t, torch.CUDAResetPeakMemoryStats(torch.CUDA), why)
	require.NoError(t, torch.CUDAEmptyCache(), "as in Python, there is nothing to give back")
	_, err = torch.NewCUDAStream(torch.NewDevice("cuda:1"))
	require.ErrorContains(t, err, why)
	_, err = torch.CurrentCUDAStream(torch.CUDA)
	require.ErrorContains(t, err, why)
	x := torch.Ones(torch.Shape{2})
	require.ErrorContains(t, torch.Try(func() error { x.PinMemory(); return nil }), why)
	require.False(t, x.IsPinned())
	require.ErrorContains(t, torch.Try(func() error { x.To(torch.CUDA, torch.NonBlocking(true)); return nil }), why)
}

func TestTheCPUIsNoCUDADevice(t *testing.T) {
	_, err := torch.CUDADeviceProperties(torch.CPU)
	require.ErrorContains(t, err, "expected a CUDA device, but got cpu")
	_, err = torch.NewCUDAStream(torch.CPU)
	require.ErrorContains(t, err, "expected a CUDA device, but got cpu")
}

func TestNonBlockingBetweenOtherPlacesChangesNothing(t *testing.T) {
	x := torch.New([]float32{1, 2})
	require.Same(t, x, x.To(torch.CPU, torch.NonBlocking(true)))
	require.Equal(t, []float64{1, 2}, torch.ToSlice[float64](x.To(torch.Float64, torch.NonBlocking(true))))
}

func TestOutOfMemoryIsAKindOfErrorAfterACollection(t *testing.T) {
	before := torch.Memory().Collected
	var failure *torch.Error
	err := torch.Try(func() error { torch.Zeros(torch.Shape{1 << 58}); return nil })
	require.ErrorAs(t, err, &failure)
	require.Equal(t, torch.OutOfMemory, failure.Kind)
	require.Equal(t, before+1, torch.Memory().Collected)
	require.Equal(t, 6.0, torch.New([]float32{1, 2, 3}).Sum().Item())
}
