"""Writes order.json: the batches that PyTorch's DataLoader makes, and the random
numbers that it leaves behind. Run with a Python that has torch (1.13 was used):

    python3 datasets/testdata/order.py > datasets/testdata/order.json
"""

import json

import torch
from torch.utils.data import DataLoader


class Reversed(torch.utils.data.Sampler):
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __iter__(self):
        return iter(range(self.n - 1, -1, -1))


def draw(generator):
    """A number that depends on every draw made before."""
    return torch.empty((), dtype=torch.int64).random_(generator=generator).item()


def case(n, batch_size, shuffle=False, drop_last=False, own=False, reverse=False, stop=None, seed=0):
    """Two epochs. After each step one number is drawn from the default generator
    and one from the loader's own; an epoch is left after `stop` batches."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed + 1) if own else None
    sampler = Reversed(n) if reverse else None
    loader = DataLoader(range(n), batch_size, shuffle=None if reverse else shuffle, drop_last=drop_last,
                        generator=generator, sampler=sampler)
    epochs = []
    for _ in range(2):
        steps = []
        for batch in loader:
            steps.append({"batch": batch.tolist(), "default": draw(None), "own": draw(generator) if own else 0})
            if len(steps) == stop:
                break
        epochs.append({"steps": steps, "default": draw(None), "own": draw(generator) if own else 0})
    return {"n": n, "batch_size": batch_size, "shuffle": shuffle, "drop_last": drop_last, "own": own,
            "reverse": reverse, "stop": stop or 0, "seed": seed, "len": len(loader), "epochs": epochs}


def zipped(n, batch_size, seed=0):
    """Two shuffling loaders side by side: both iterators are made before either is used."""
    torch.manual_seed(seed)
    a = DataLoader(range(n), batch_size, shuffle=True)
    b = DataLoader(range(n), batch_size, shuffle=True)
    pairs = [[x.tolist(), y.tolist()] for x, y in zip(a, b)]
    return {"n": n, "batch_size": batch_size, "seed": seed, "pairs": pairs, "default": draw(None)}


cases = []
for own in (False, True):
    for shuffle in (False, True):
        for drop_last in (False, True):
            for n, batch_size in ((1, 1), (7, 3), (6, 3), (2, 5)):
                cases.append(case(n, batch_size, shuffle, drop_last, own, seed=len(cases)))
    cases.append(case(7, 3, shuffle=True, own=own, stop=1, seed=100))
    cases.append(case(7, 3, shuffle=True, own=own, stop=3, seed=101))
    cases.append(case(7, 3, own=own, reverse=True, seed=102))
    cases.append(case(500, 128, shuffle=True, own=own, seed=-3))
json.dump({"torch": torch.__version__, "cases": cases, "zipped": [zipped(7, 3), zipped(6, 3, 9)]}, fp=__import__("sys").stdout)
print()
