"""An autoencoder squeezes the pictures of Fashion-MNIST through 16 numbers and draws them again.

examples/convnet/main.go fetches the pictures; run it first.
"""
import argparse
import gzip
import os

import torch
import torch.nn as nn
import torch.optim as optim


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, 128), nn.ReLU(),
            nn.Linear(128, 16),
        )
        self.decoder = nn.Sequential(
            nn.Linear(16, 128), nn.ReLU(),
            nn.Linear(128, 784), nn.Sigmoid(),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x)).view_as(x)


def load(side):
    """The pictures of a side, uint8 [N, 1, 28, 28]."""
    if args.synthetic:
        return torch.randint(0, 256, (1000, 1, 28, 28)).to(torch.uint8)
    folder = os.path.expanduser("~/.cache/multitorch/fashionmnist")
    with gzip.open(os.path.join(folder, side + "-images-idx3-ubyte.gz")) as f:
        return torch.frombuffer(bytearray(f.read()), dtype=torch.uint8)[16:].view(-1, 1, 28, 28)


def show(picture):
    """Prints a picture [1, 28, 28] in characters, every second row."""
    for row in (picture[0, ::2] * 9.99).int().tolist():
        print("".join(" .:-=+*#%@"[shade] for shade in row))


parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=3000, help="training steps")
parser.add_argument("--synthetic", action="store_true", help="made-up pictures")
args = parser.parse_args()
torch.manual_seed(0)

train, test = load("train"), load("t10k")
model = Autoencoder()
criterion = nn.MSELoss()
optimizer = optim.Adam(model.parameters(), lr=0.001)

for step in range(args.steps):
    x = train[torch.randint(0, len(train), (64,))].float() / 255
    loss = criterion(model(x), x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % (args.steps // 20 + 1) == 0:
        print(f"step {step}: loss {loss.item():.9g}")

with torch.no_grad():
    x = test[:1000].float() / 255
    y = model(x)
    print(f"test: loss {criterion(y, x).item():.9g}")
    show(x[0])
    show(y[0])
