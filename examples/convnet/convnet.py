"""A convolutional network tells the clothes of Fashion-MNIST apart: 88 % of the test pictures after one epoch.

main.go beside it fetches the pictures; run it first.
"""
import argparse
import gzip
import os

import torch
import torch.nn as nn
import torch.optim as optim
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.dropout = nn.Dropout(0.25)
        self.fc1 = nn.Linear(64 * 7 * 7, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = self.pool(torch.relu(self.conv1(x)))
        x = self.pool(torch.relu(self.conv2(x)))
        x = self.dropout(x.flatten(1))
        x = torch.relu(self.fc1(x))
        return self.fc2(x)


def read(name, header):
    """The bytes of a file of the data set, without its header."""
    folder = os.path.expanduser("~/.cache/multitorch/fashionmnist")
    with gzip.open(os.path.join(folder, name)) as f:
        return torch.frombuffer(bytearray(f.read()[header:]), dtype=torch.uint8)


def load(side, limit):
    """The first pictures of a side, uint8 [N, 1, 28, 28], and their classes [N]."""
    if args.synthetic:
        y = torch.randint(0, 10, (limit,))
        x = torch.randint(0, 100, (limit, 1, 28, 28)) + y.view(-1, 1, 1, 1) * 15
        return TensorDataset(x.to(torch.uint8), y)
    x = read(side + "-images-idx3-ubyte.gz", 16).view(-1, 1, 28, 28)
    y = read(side + "-labels-idx1-ubyte.gz", 8).long()
    return TensorDataset(x[:limit], y[:limit])


parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=1, help="times through the data")
parser.add_argument("--limit", type=int, default=60000, help="pictures of each side")
parser.add_argument("--synthetic", action="store_true", help="made-up pictures")
args = parser.parse_args()
torch.manual_seed(0)

train_loader = DataLoader(load("train", args.limit), batch_size=64, shuffle=True)
test_loader = DataLoader(load("t10k", args.limit), batch_size=256)
model = Net()
criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters(), lr=0.001)

for epoch in range(args.epochs):
    model.train()
    for step, (image, target) in enumerate(train_loader):
        output = model(image.float() / 255)
        loss = criterion(output, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % (len(train_loader) // 20 + 1) == 0:
            print(f"epoch {epoch}, step {step}: loss {loss.item():.9g}")

    model.eval()
    right = total = 0
    with torch.no_grad():
        for image, target in test_loader:
            output = model(image.float() / 255)
            right += (output.argmax(1) == target).sum().item()
            total += len(target)
    print(f"epoch {epoch}: {100 * right / total:.2f} % right")
