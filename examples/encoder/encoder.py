"""A Transformer encoder (Vaswani et al., 2017) finds which digit stands behind the one mark in a sequence.

Sequences have several lengths: what fills them up is masked.
"""
import argparse

import torch
import torch.nn as nn
import torch.optim as optim

MARK, FILL = 10, 11  # tokens: the digits 0 to 9, the mark, and what fills up


class Classifier(nn.Module):
    def __init__(self, width, length):
        super().__init__()
        self.embedding = nn.Embedding(12, width, padding_idx=FILL)
        self.position = nn.Embedding(length, width)
        layer = nn.TransformerEncoderLayer(width, nhead=4, dim_feedforward=2 * width, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, num_layers=2, enable_nested_tensor=False)
        self.out = nn.Linear(width, 10)

    def forward(self, ids):
        """Scores [N, 10] for sequences [N, L]."""
        fill = ids == FILL
        x = self.embedding(ids) + self.position(torch.arange(ids.size(1)))
        x = self.encoder(x, src_key_padding_mask=fill)
        x = x.masked_fill(fill.unsqueeze(2), 0.0).sum(dim=1) / (~fill).sum(dim=1, keepdim=True)
        return self.out(x)


def make_batch(n, length):
    """n sequences [n, length] of 4 to length tokens, and the digits behind their marks [n]."""
    ids = torch.randint(0, 10, (n, length))
    lengths = torch.randint(4, length + 1, (n, 1))
    mark = (torch.rand(n, 1) * (lengths - 1)).long()
    target = ids.gather(1, mark + 1).squeeze(1)
    ids.scatter_(1, mark, MARK)
    ids[torch.arange(length) >= lengths] = FILL
    return ids, target


parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=2000, help="training steps")
parser.add_argument("--length", type=int, default=20, help="length of the longest sequence")
args = parser.parse_args()
torch.manual_seed(0)

model = Classifier(64, args.length)
criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters(), lr=0.001)

for step in range(args.steps):
    ids, target = make_batch(64, args.length)
    loss = criterion(model(ids), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % (args.steps // 20 + 1) == 0:
        print(f"step {step}: loss {loss.item():.9g}")

model.eval()
with torch.no_grad():
    ids, target = make_batch(1000, args.length)
    right = (model(ids).argmax(1) == target).float().mean()
print(f"right: {right.item():.3f}")
