package distributed_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/distributed"
	"multitorch/nn"
	"multitorch/nn/functional"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/twin"
)

// network has a batch norm, so that there are buffers, and more than a bucket's parameters.
type network struct {
	nn.Base
	First  *nn.Linear
	Norm   *nn.BatchNorm1d
	Middle *nn.Linear
	Second *nn.Linear
}

func newNet() *network {
	torch.ManualSeed(1)
	return &network{First: nn.NewLinear(8, 600), Norm: nn.NewBatchNorm1d(600), Middle: nn.NewLinear(600, 600), Second: nn.NewLinear(600, 5)}
}

func (m *network) Forward(x *torch.Tensor) *torch.Tensor {
	return m.Second.Forward(m.Middle.Forward(m.Norm.Forward(m.First.Forward(x)).Tanh()).Tanh())
}

// batch is one of 24 samples, of which a rank takes its part.
func batch(step, rank, ranks, samples int) (x, y *torch.Tensor) {
	g := torch.NewGenerator(int64(step))
	x, y = torch.Randn([]int{samples, 8}, g), torch.Randint(0, 5, []int{samples}, g)
	n := samples / ranks
	return x.Narrow(0, rank*n, n), y.Narrow(0, rank*n, n)
}

// trainNet trains a net and saves what came out. Settings are variables: ACCUMULATE batches make a step.
var trainNet = scene("train net", func(_ context.Context, g *distributed.Group) error {
	rank, ranks := g.Rank(), g.WorldSize()
	model := newNet()
	if rank > 0 { // the start is rank 0's
		torch.NoGrad(func() { model.First.Weight.MulInplace(2) })
	}
	ddp, err := distributed.NewDistributedDataParallel(model, g, distributed.BucketCapMB(0.005))
	must(err)
	defer ddp.Close()
	opt := optim.NewSGD(nn.Parameters(model), optim.LR(0.1), optim.Momentum(0.9))
	accumulate, _ := strconv.Atoi(os.Getenv("ACCUMULATE"))
	var losses []*torch.Tensor
	step := 0
	one := func() {
		x, y := batch(step, rank, ranks, 24)
		if step == 5 {
			x, y = batch(step, rank, ranks, 8) // the ragged last one
		}
		step++
		loss := ddp.Forward(func() *torch.Tensor { return functional.CrossEntropy(model.Forward(x), y) })
		loss.Backward()
		losses = append(losses, loss.Detach())
	}
	for step < 6 {
		opt.ZeroGrad()
		for range accumulate - 1 {
			ddp.NoSync(one)
		}
		one()
		opt.Step()
	}
	must(torch.SaveSafetensors(fmt.Sprintf("%s/%d.safetensors", os.Getenv("OUT"), rank), append(nn.StateDict(model),
		torch.NamedTensor{Name: "losses", Tensor: torch.Stack(losses, 0)},
		torch.NamedTensor{Name: "grad", Tensor: model.First.Weight.Grad()}), nil))
	buckets, err := ddp.Buckets()
	must(err)
	fmt.Println(buckets)
	return nil
})

const trainNetPython = `
import os, tempfile
import torch.distributed as dist, torch.multiprocessing as mp
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.norm = nn.Linear(8, 600), nn.BatchNorm1d(600)
        self.middle, self.second = nn.Linear(600, 600), nn.Linear(600, 5)
    def forward(self, x):
        return self.second(torch.tanh(self.middle(torch.tanh(self.norm(self.first(x))))))

def batch(step, rank, ranks, samples):
    g = torch.Generator().manual_seed(step)
    x = torch.randn(samples, 8, generator=g)
    y = torch.randint(0, 5, (samples,), generator=g)
    n = samples // ranks
    return x[rank * n:(rank + 1) * n], y[rank * n:(rank + 1) * n]

def run(rank, ranks, accumulate, port, folder):
    torch.set_num_threads(1)
    os.environ["USE_LIBUV"] = "0"  # Debian builds torch without it
    dist.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=ranks)
    torch.manual_seed(1)
    model = Net()
    ddp = nn.parallel.DistributedDataParallel(model, bucket_cap_mb=0.005)
    opt = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    losses, step = [], 0
    def one():
        x, y = batch(step, rank, ranks, 8 if step == 5 else 24)
        loss = nn.functional.cross_entropy(ddp(x), y)
        loss.backward()
        losses.append(loss.detach())
    while step < 6:
        opt.zero_grad(set_to_none=True)
        for _ in range(accumulate - 1):
            with ddp.no_sync():
                one()
            step += 1
        one()
        step += 1
        opt.step()
    torch.save({**model.state_dict(), "losses": torch.stack(losses), "grad": model.first.weight.grad}, f"{folder}/{rank}.pt")
    dist.destroy_process_group()

if __name__ == "__main__":
    ranks, accumulate, port = int(args[0]), int(args[1]), args[2]
    ctx = mp.get_context("fork")
    with tempfile.TemporaryDirectory() as folder:
        ps = [ctx.Process(target=run, args=(r, ranks, accumulate, port, folder)) for r in range(ranks)]
        [p.start() for p in ps]
        [p.join() for p in ps]
        for r in range(ranks):
            for k, v in torch.load(f"{folder}/{r}.pt").items():
                out[f"{r}.{k}"] = v
`

func TestDDPParityWithPython(t *testing.T) {
	for _, c := range []struct{ ranks, accumulate int }{{2, 1}, {4, 1}, {2, 3}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			want := twin.Run(t, trainNetPython, nil, strconv.Itoa(c.ranks), strconv.Itoa(c.accumulate), freePort(t))
			dir := t.TempDir()
			out := play(t, c.ranks, trainNet, "OUT="+dir, "ACCUMULATE="+strconv.Itoa(c.accumulate))
			require.GreaterOrEqual(t, len(strings.Fields(out[0])), 3, "buckets")
			for r := range c.ranks {
				got, _, err := torch.LoadSafetensors(fmt.Sprintf("%s/%d.safetensors", dir, r))
				require.NoError(t, err)
				require.NotEmpty(t, got)
				for _, g := range got {
					twin.RequireEqual(t, want[fmt.Sprintf("%d.%s", r, g.Name)], g.Tensor, g.Name, r)
				}
			}
		})
	}
}
