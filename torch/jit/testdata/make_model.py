"""Writes model.pt: a small scripted program with submodules, a buffer that it
changes, control flow, and methods with every type of argument.

    python3 make_model.py model.pt
"""

import sys
from typing import Dict, List, Optional, Tuple

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, n: int):
        super().__init__()
        self.linear = nn.Linear(n, n)
        self.norm = nn.BatchNorm1d(n)

    def forward(self, x):
        return torch.relu(self.norm(self.linear(x)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block(4), Block(4)])
        self.drop = nn.Dropout(0.25)
        self.head = nn.Linear(4, 3)
        self.scale = nn.Parameter(torch.ones(3))
        self.register_buffer("calls", torch.zeros((), dtype=torch.int64))

    def forward(self, x, repeat: int = 1):
        self.calls += 1
        for _ in range(repeat):
            for block in self.blocks:
                x = x + block(x)
        if bool(x.mean() > 1e6):
            x = x / x.mean()
        return self.head(self.drop(x)) * self.scale

    @torch.jit.export
    def types(
        self,
        xs: List[torch.Tensor],
        named: Dict[str, torch.Tensor],
        pair: Tuple[int, float],
        words: List[str],
        flag: Optional[bool] = None,
    ) -> Tuple[List[torch.Tensor], Dict[str, torch.Tensor], Tuple[int, float, str], Optional[bool], List[List[int]]]:
        return [x * pair[0] for x in xs], {k: v * pair[1] for k, v in named.items()}, (
            pair[0] + 1,
            pair[1] + 0.5,
            "-".join(words),
        ), flag, [[1, 2], [3]]

    @torch.jit.export
    def fail(self, x):
        if x.numel() > 0:
            raise ValueError("this program always fails")
        return x

    @torch.jit.export
    def huge(self, x):
        return torch.zeros(1 << 60) + x


torch.manual_seed(7)
torch.jit.script(Net()).save(sys.argv[1])
