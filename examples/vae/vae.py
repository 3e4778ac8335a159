"""A variational autoencoder on Fashion-MNIST (Kingma and Welling, 2013), in the form of PyTorch's own example.

examples/convnet/main.go fetches the pictures; run it first.
"""
import argparse
import gzip
import os

import torch
import torch.nn as nn
import torch.optim as optim


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 400)
        self.mean = nn.Linear(400, 20)
        self.log_var = nn.Linear(400, 20)
        self.fc2 = nn.Linear(20, 400)
        self.fc3 = nn.Linear(400, 784)

    def encode(self, x):
        h = torch.relu(self.fc1(x))
        return self.mean(h), self.log_var(h)

    def decode(self, z):
        return self.fc3(torch.relu(self.fc2(z)))

    def forward(self, x):
        mean, log_var = self.encode(x)
        std = torch.exp(0.5 * log_var)
        z = mean + torch.randn_like(std) * std  # the gradient passes through mean and std
        return self.decode(z), mean, log_var


reconstruction = nn.BCEWithLogitsLoss(reduction="sum")


def criterion(logits, x, mean, log_var):
    """What the pictures lost, and how far N(mean, var) is from N(0, 1)."""
    kld = -0.5 * torch.sum(1 + log_var - mean.pow(2) - log_var.exp())
    return reconstruction(logits, x) + kld


def load():
    """The pictures, uint8 [N, 784]."""
    if args.synthetic:
        return torch.randint(0, 256, (1000, 784)).to(torch.uint8)
    name = os.path.expanduser("~/.cache/multitorch/fashionmnist/train-images-idx3-ubyte.gz")
    with gzip.open(name) as f:
        return torch.frombuffer(bytearray(f.read()), dtype=torch.uint8)[16:].view(-1, 784)


parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=3000, help="training steps")
parser.add_argument("--synthetic", action="store_true", help="made-up pictures")
args = parser.parse_args()
torch.manual_seed(0)

pictures = load()
model = VAE()
optimizer = optim.Adam(model.parameters(), lr=0.001)

for step in range(args.steps):
    x = pictures[torch.randint(0, len(pictures), (128,))].float() / 255
    logits, mean, log_var = model(x)
    loss = criterion(logits, x, mean, log_var) / len(x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % (args.steps // 20 + 1) == 0:
        print(f"step {step}: loss {loss.item():.9g}")

with torch.no_grad():
    drawn = torch.sigmoid(model.decode(torch.randn(1, 20))).view(28, 28)
for row in (drawn[::2] * 9.99).int().tolist():
    print("".join(" .:-=+*#%@"[shade] for shade in row))
