import os
import socket
import sys

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn


def run(rank, ranks, backend, port):
    torch.set_num_threads(1)
    dist.init_process_group(backend, init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=ranks)
    device = torch.device("cpu" if backend == "gloo" else f"cuda:{rank}")
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(8, 300), nn.Tanh(), nn.Linear(300, 5)).to(device)
    ddp = nn.parallel.DistributedDataParallel(model, bucket_cap_mb=0.005)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for step in range(6):
        g = torch.Generator().manual_seed(step)
        x, y = torch.randn(12 * ranks, 8, generator=g), torch.randint(0, 5, (12 * ranks,), generator=g)
        part = slice(12 * rank, 12 * (rank + 1))
        optimizer.zero_grad(set_to_none=True)
        loss = nn.functional.cross_entropy(ddp(x[part].to(device)), y[part].to(device))
        loss.backward()
        optimizer.step()
        if rank == 0:
            print("loss", loss.item(), flush=True)
    dist.destroy_process_group()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


if __name__ == "__main__":
    ranks, backend = int(sys.argv[1]), sys.argv[2]
    ctx = mp.get_context("fork")  # CUDA is first used in the children
    port = free_port()
    children = [ctx.Process(target=run, args=(rank, ranks, backend, port)) for rank in range(ranks)]
    [c.start() for c in children]
    [c.join() for c in children]
    sys.exit(max(abs(c.exitcode) for c in children))
