"""A small GPT and an LSTM over characters, and the optimizers: the Python side of language.go and optimizers.go."""
import math
import threading
import time

import torch
import torch.nn as nn

CHARACTERS, WIDTH, HEADS, LAYERS = 65, 128, 4, 4
SEQUENCES, LENGTH = 16, 64


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(WIDTH)
        self.attn = nn.Linear(WIDTH, 3 * WIDTH)
        self.proj = nn.Linear(WIDTH, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH)
        self.up = nn.Linear(WIDTH, 4 * WIDTH)
        self.gelu = nn.GELU()
        self.down = nn.Linear(4 * WIDTH, WIDTH)
        self.register_buffer("mask", torch.tril(torch.ones(LENGTH, LENGTH)) == 0)

    def forward(self, x):
        n = x.size(0)
        q, k, v = self.attn(self.norm1(x)).split(WIDTH, dim=2)
        q = q.view(n, LENGTH, HEADS, WIDTH // HEADS).transpose(1, 2)
        k = k.view(n, LENGTH, HEADS, WIDTH // HEADS).transpose(1, 2)
        v = v.view(n, LENGTH, HEADS, WIDTH // HEADS).transpose(1, 2)
        att = (q @ k.transpose(-2, -1)) * (1 / math.sqrt(WIDTH // HEADS))
        att = att.masked_fill(self.mask, float("-inf")).softmax(-1)
        x = x + self.proj((att @ v).transpose(1, 2).contiguous().view(n, LENGTH, WIDTH))
        return x + self.down(self.gelu(self.up(self.norm2(x))))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(CHARACTERS, WIDTH)
        self.position = nn.Embedding(LENGTH, WIDTH)
        self.blocks = nn.ModuleList([Block() for _ in range(LAYERS)])
        self.norm = nn.LayerNorm(WIDTH)
        self.out = nn.Linear(WIDTH, CHARACTERS)

    def forward(self, ids):
        x = self.embedding(ids) + self.position(torch.arange(LENGTH))
        for block in self.blocks:
            x = block(x)
        return self.out(self.norm(x))


class LSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(CHARACTERS, WIDTH)
        self.rnn = nn.LSTM(WIDTH, WIDTH, num_layers=2, batch_first=True)
        self.out = nn.Linear(WIDTH, CHARACTERS)

    def forward(self, ids):
        output, _ = self.rnn(self.embedding(ids))
        return self.out(output)


def median(xs):
    xs = sorted(xs)
    return xs[len(xs) // 2]


def step(model, n):
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    ids = torch.randint(0, CHARACTERS, (SEQUENCES, LENGTH))
    target = torch.randint(0, CHARACTERS, (SEQUENCES, LENGTH))
    times = []
    for _ in range(n):
        begin = time.perf_counter()
        loss = criterion(model(ids).flatten(0, 1), target.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        times.append(time.perf_counter() - begin)
    return median(times[n // 5:])


def compiled_step(model, n):
    """0 where there is no torch.compile, or no compiler for it."""
    if not hasattr(torch, "compile"):
        return 0.0
    try:
        return step(torch.compile(model), n)
    except Exception:
        return 0.0


def ask(model, ids):
    with torch.inference_mode():
        return model(ids)[0, -1].argmax().item()


def infer(n):
    model = GPT().eval()
    ids = torch.randint(0, CHARACTERS, (1, LENGTH))
    times = []
    for _ in range(n):
        begin = time.perf_counter()
        ask(model, ids)
        times.append(time.perf_counter() - begin)
    return median(times[n // 5:])


def serve(threads, during):
    model = GPT().eval()
    requests = [0] * threads
    begin = time.perf_counter()

    def work(i):
        ids = torch.randint(0, CHARACTERS, (1, LENGTH))
        while time.perf_counter() - begin < during:
            ask(model, ids)
            requests[i] += 1

    workers = [threading.Thread(target=work, args=(i,)) for i in range(threads)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    return (time.perf_counter() - begin) / sum(requests)


OPTIMIZERS = {name: {} for name in
              "Adadelta Adafactor Adagrad Adam AdamW Adamax ASGD Muon NAdam RAdam RMSprop Rprop SparseAdam".split()}
OPTIMIZERS["LBFGS"] = {"max_iter": 2}
OPTIMIZERS["SGD"] = {"lr": 0.001}


def optimizer_steps(n):
    """Of those that this version has."""
    seconds = {}
    for name, settings in OPTIMIZERS.items():
        if not hasattr(torch.optim, name):
            continue
        params = [nn.Parameter(torch.randn(4, 4)) for _ in range(100)]
        for p in params:
            p.grad = torch.randn(4, 4)
            if name == "SparseAdam":
                p.grad = p.grad.to_sparse(1)
        loss = torch.ones(())
        optimizer = getattr(torch.optim, name)(params, **settings)
        times = []
        for _ in range(n):
            begin = time.perf_counter()
            optimizer.step(lambda: loss)
            times.append(time.perf_counter() - begin)
        seconds[name] = median(times[n // 5:])
    return seconds
