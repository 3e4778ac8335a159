"""A DCGAN (Radford, Metz and Chintala, 2015) draws clothes like those of Fashion-MNIST.

examples/convnet/main.go fetches the pictures; run it first.
"""
import argparse
import gzip
import os

import torch
import torch.nn as nn
import torch.optim as optim


def make_generator(noise, width):
    """Draws pictures [N, 1, 28, 28] from -1 to 1 out of noise [N, noise, 1, 1]."""
    return nn.Sequential(
        nn.ConvTranspose2d(noise, 2 * width, 7, bias=False),
        nn.BatchNorm2d(2 * width),
        nn.ReLU(),
        nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.ConvTranspose2d(width, 1, 4, stride=2, padding=1),
        nn.Tanh(),
    )


def make_discriminator(width):
    """Scores [N]: above 0 for pictures [N, 1, 28, 28] that it takes for real."""
    return nn.Sequential(
        nn.Conv2d(1, width, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(width, 2 * width, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(2 * width),
        nn.LeakyReLU(0.2),
        nn.Conv2d(2 * width, 1, 7),
        nn.Flatten(0),
    )


def init_weights(module):
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)


def load():
    """The pictures, uint8 [N, 1, 28, 28]."""
    if args.synthetic:
        return torch.randint(0, 256, (1000, 1, 28, 28)).to(torch.uint8)
    name = os.path.expanduser("~/.cache/multitorch/fashionmnist/train-images-idx3-ubyte.gz")
    with gzip.open(name) as f:
        return torch.frombuffer(bytearray(f.read()), dtype=torch.uint8)[16:].view(-1, 1, 28, 28)


parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=2000, help="training steps")
parser.add_argument("--width", type=int, default=32, help="channels of the widest pictures")
parser.add_argument("--batch", type=int, default=64, help="pictures of each sort in a step")
parser.add_argument("--synthetic", action="store_true", help="made-up pictures")
args = parser.parse_args()
torch.manual_seed(0)

pictures = load()
generator = make_generator(64, args.width)
discriminator = make_discriminator(args.width)
generator.apply(init_weights)
discriminator.apply(init_weights)
criterion = nn.BCEWithLogitsLoss()
optimizer_g = optim.Adam(generator.parameters(), lr=0.0002, betas=(0.5, 0.999))
optimizer_d = optim.Adam(discriminator.parameters(), lr=0.0002, betas=(0.5, 0.999))
ones, zeros = torch.ones(args.batch), torch.zeros(args.batch)

for step in range(args.steps):
    real = pictures[torch.randint(0, len(pictures), (args.batch,))].float() / 127.5 - 1
    fake = generator(torch.randn(args.batch, 64, 1, 1))

    # the discriminator learns to tell them apart; detach keeps the generator out of it
    loss_d = criterion(discriminator(real), ones) + criterion(discriminator(fake.detach()), zeros)
    optimizer_d.zero_grad()
    loss_d.backward()
    optimizer_d.step()

    # the generator learns to be taken for real
    loss_g = criterion(discriminator(fake), ones)
    optimizer_g.zero_grad()
    loss_g.backward()
    optimizer_g.step()
    if step % (args.steps // 20 + 1) == 0:
        print(f"step {step}: discriminator {loss_d.item():.9g}, generator {loss_g.item():.9g}")

generator.eval()
with torch.no_grad():
    drawn = generator(torch.randn(1, 64, 1, 1)).view(28, 28)
for row in ((drawn[::2] + 1) * 4.99).int().tolist():
    print("".join(" .:-=+*#%@"[shade] for shade in row))
