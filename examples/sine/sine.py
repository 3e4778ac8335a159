"""A network learns the sine with L-BFGS, which calls its closure as often as the line search asks."""
import argparse
import math

import torch
import torch.nn as nn
import torch.optim as optim

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=20, help="steps of L-BFGS")
args = parser.parse_args()
torch.manual_seed(0)

x = torch.linspace(-math.pi, math.pi, 200).unsqueeze(1)
y = torch.sin(x)
model = nn.Sequential(
    nn.Linear(1, 32), nn.Tanh(),
    nn.Linear(32, 32), nn.Tanh(),
    nn.Linear(32, 1),
)
criterion = nn.MSELoss()
optimizer = optim.LBFGS(model.parameters(), lr=0.5, max_iter=10, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    loss = criterion(model(x), y)
    loss.backward()
    return loss


for step in range(args.steps):
    loss = optimizer.step(closure)
    print(f"step {step}: loss {loss.item():.9g}")

with torch.no_grad():
    worst = (model(x) - y).abs().max()
print(f"farthest from the sine: {worst.item():.9g}")
