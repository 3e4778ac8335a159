"""The adding problem: a GRU reads pairs of a number and a mark, and says the sum of the two marked numbers.

Hochreiter and Schmidhuber's test of whether a network remembers. Who always says 1 has a loss of 0.167.
"""
import argparse

import torch
import torch.nn as nn
import torch.optim as optim


class Adder(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.rnn = nn.GRU(2, hidden, batch_first=True)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        output, _ = self.rnn(x)
        return self.out(output[:, -1]).squeeze(1)


def make_batch(n, length):
    """n sequences [n, length, 2] with one mark in each half, and their sums [n]."""
    values = torch.rand(n, length)
    first = torch.randint(0, length // 2, (n, 1))
    second = torch.randint(length // 2, length, (n, 1))
    marks = torch.zeros(n, length)
    marks.scatter_(1, first, 1.0)
    marks.scatter_(1, second, 1.0)
    return torch.stack((values, marks), 2), (values * marks).sum(1)


parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=2000, help="training steps")
parser.add_argument("--length", type=int, default=50, help="length of a sequence")
args = parser.parse_args()
torch.manual_seed(0)

model = Adder(64)
criterion = nn.MSELoss()
optimizer = optim.Adam(model.parameters(), lr=0.002)

for step in range(args.steps):
    x, y = make_batch(64, args.length)
    loss = criterion(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step % (args.steps // 20 + 1) == 0:
        print(f"step {step}: loss {loss.item():.9g}")

with torch.no_grad():
    x, y = make_batch(1000, args.length)
    right = ((model(x) - y).abs() < 0.04).float().mean()
print(f"within 0.04: {right.item():.3f}")
