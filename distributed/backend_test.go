package distributed_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/distributed"
	"multitorch/nn"
	"multitorch/torch"
)

func single(t *testing.T, b distributed.Backend, f func(context.Context, *distributed.Group) error) error {
	t.Helper()
	return distributed.Run(context.Background(), f, b, distributed.InitMethod("tcp://127.0.0.1:"+freePort(t)), distributed.Rank(0),
		distributed.WorldSize(1))
}

func TestBackend(t *testing.T) {
	nothing := func(context.Context, *distributed.Group) error { return nil }
	require.ErrorContains(t, single(t, "mpi", nothing), `Backend "mpi": expected gloo, nccl or cpu:gloo,cuda:nccl`)
	onCPU := func(_ context.Context, g *distributed.Group) error {
		x := torch.Ones(torch.Shape{2})
		require.Equal(t, torch.CPU, g.Device())
		require.NoError(t, g.AllReduce(x, distributed.Avg))
		_, err := distributed.NewDistributedDataParallel(nn.NewLinear(2, 2), nil)
		require.ErrorContains(t, err, "this rank is not in the group")
		return nil
	}
	require.NoError(t, single(t, "gloo", onCPU))
	if torch.CUDAIsAvailable() {
		t.Skip("there is a GPU: go run ./scripts/nccl tries what NCCL carries")
	}
	require.NoError(t, single(t, "", onCPU))
	for _, b := range []distributed.Backend{"nccl", "cpu:gloo,cuda:nccl"} {
		err := single(t, b, nothing)
		t.Log(err) // libtorch's own words where it was built with NCCL, and what to do where it was not
		require.Error(t, err)
		require.Regexp(t, fmt.Sprintf(`Backend %q: there is no NCCL: this program was built without it|no GPUs found`, b), err.Error())
	}
}
