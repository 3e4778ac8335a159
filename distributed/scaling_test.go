package distributed_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/twin"
)

const scalingPython = `
import os, time
import torch.distributed as dist, torch.multiprocessing as mp
from torch import nn

def run(rank, ranks, port, seconds):
    torch.set_num_threads(1)
    os.environ["USE_LIBUV"] = "0"  # Debian builds torch without it
    dist.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=ranks)
    torch.manual_seed(1)
    m = nn.Sequential(*[l for _ in range(4) for l in (nn.Linear(700, 700), nn.Tanh())])
    ddp = nn.parallel.DistributedDataParallel(m)
    opt = torch.optim.SGD(m.parameters(), lr=0.01)
    x = torch.randn(256 // ranks, 700)
    def step():
        opt.zero_grad(set_to_none=True)
        ddp(x).square().mean().backward()
        opt.step()
    for _ in range(3):
        step()
    dist.barrier()
    began = time.perf_counter()
    for _ in range(20):
        step()
    if rank == 0:
        seconds.value = (time.perf_counter() - began) / 20
    dist.destroy_process_group()

if __name__ == "__main__":
    ranks, port = int(args[0]), args[1]
    ctx = mp.get_context("fork")
    seconds = ctx.Value("d")
    ps = [ctx.Process(target=run, args=(r, ranks, port, seconds)) for r in range(ranks)]
    [p.start() for p in ps]
    [p.join() for p in ps]
    out["seconds"] = torch.tensor(seconds.value, dtype=torch.float64)
`

// TestScaling prints how much quicker two ranks are than one, on a batch that they share, what it is that they lose, and the same of
// PyTorch. It asks for nothing: that is the machine's.
func TestScaling(t *testing.T) {
	if os.Getenv("MULTITORCH_SCALING") == "" {
		t.Skip("make distributed measures it, on an idle machine")
	}
	// The best of three, which take turns: a machine is not always as quick.
	least := map[string]float64{}
	try := func(name string, seconds float64) {
		if before, has := least[name]; !has || seconds < before {
			least[name] = seconds
		}
	}
	here := func(name string, n int, env ...string) {
		var m measured
		require.NoError(t, json.Unmarshal([]byte(play(t, n, measure, env...)[0]), &m))
		try(name, m.Seconds)
	}
	for range 3 {
		here("one", 1)
		here("half", 1, "BATCH=128")
		here("beside", 2, "ALONE=1")
		here("two", 2)
		here("views", 2, "VIEW=1")
		for _, n := range []int{1, 2} {
			got := twin.Run(t, scalingPython, nil, strconv.Itoa(n), freePort(t))
			try(fmt.Sprint("PyTorch ", n), torch.ToSlice[float64](got["seconds"])[0])
		}
	}
	ms := func(name string) float64 { return 1e3 * least[name] }
	fmt.Printf("a step takes %.1f ms with 1 rank, %.1f ms with 2: scaling efficiency %.0f %%\n", ms("one"), ms("two"), 50*ms("one")/ms("two"))
	fmt.Printf("of it: half the batch takes %.1f ms with the cores for itself, %.1f ms beside another such process, %.1f ms with the gradients' reduction, "+
		"%.1f ms with gradients that are views of the buckets\n", ms("half"), ms("beside"), ms("two"), ms("views"))
	fmt.Printf("PyTorch's DistributedDataParallel: %.1f ms with 1 rank, %.1f ms with 2: %.0f %%\n",
		ms("PyTorch 1"), ms("PyTorch 2"), 50*ms("PyTorch 1")/ms("PyTorch 2"))
}
