"""The same as checkpoint.go: a run of 400 MB saved, copied and loaded."""
import copy, os, tempfile, time
import torch


def timed(f):
    begin = time.perf_counter()
    f()
    return time.perf_counter() - begin


def figures():
    layers = torch.nn.Sequential(*[torch.nn.Linear(1000, 1000, bias=False) for _ in range(33)])
    optimizer = torch.optim.Adam(layers.parameters(), lr=0.001)

    def step():
        loss = layers(torch.randn(1, 1000)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def write(path, f):
        with open(path, "wb") as file:
            f(file)
            file.flush()
            os.fsync(file.fileno())

    def load():
        state = torch.load(path)
        layers.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])

    step()
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DISK")) as folder:
        path = os.path.join(folder, "state.pt")
        block = os.urandom(1 << 20)
        disk = timed(lambda: write(path, lambda file: [file.write(block) for _ in range(378)]))
        state = lambda: {"model": layers.state_dict(), "optimizer": optimizer.state_dict()}
        save = timed(lambda: write(path, lambda file: torch.save(state(), file)))
        stall = max(timed(lambda: copy.deepcopy(state())) for _ in range(2))
        return {"disk": disk, "save": save, "stall": stall, "load": timed(load)}
