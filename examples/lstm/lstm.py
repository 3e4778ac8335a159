"""An LSTM language model writes what reads like the GNU Lesser General Public License, character by character.

The text is Debian's /usr/share/common-licenses/LGPL-2.1.
"""
import argparse

import torch
import torch.nn as nn
import torch.optim as optim


class LanguageModel(nn.Module):
    def __init__(self, vocab, width):
        super().__init__()
        self.embedding = nn.Embedding(vocab, width)
        self.rnn = nn.LSTM(width, width, num_layers=2, dropout=0.2, batch_first=True)
        self.out = nn.Linear(width, vocab)

    def forward(self, ids, h, c):
        """Scores [N, T, vocab] of what follows each of the ids [N, T], and the state."""
        output, (h, c) = self.rnn(self.embedding(ids), (h, c))
        return self.out(output), h, c


def zeros(batch, width):
    return torch.zeros(2, batch, width), torch.zeros(2, batch, width)


parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=2000, help="training steps")
parser.add_argument("--batch", type=int, default=16, help="places of the text that are read at once")
parser.add_argument("--length", type=int, default=64, help="characters between two steps")
parser.add_argument("--width", type=int, default=128, help="numbers of the state")
args = parser.parse_args()
torch.manual_seed(0)

with open("/usr/share/common-licenses/LGPL-2.1", "rb") as f:
    text = torch.frombuffer(bytearray(f.read()), dtype=torch.uint8)
chars, data = torch.unique(text, return_inverse=True)
columns = len(data) // args.batch
data = data[:columns * args.batch].view(args.batch, columns)  # each row is a part of the text
model = LanguageModel(len(chars), args.width)
criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters(), lr=0.002)

h, c = zeros(args.batch, args.width)
for step in range(args.steps):
    at = step * args.length % (columns - args.length)
    ids, target = data[:, at:at + args.length], data[:, at + 1:at + args.length + 1]
    scores, h, c = model(ids, h, c)
    loss = criterion(scores.flatten(0, 1), target.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 0.5)
    optimizer.step()
    h, c = h.detach(), c.detach()  # the state goes on, the gradient doesn't
    if step % (args.steps // 20 + 1) == 0:
        print(f"step {step}: loss {loss.item():.9g}")

model.eval()
with torch.no_grad():
    h, c = zeros(1, args.width)
    ids = data[:1, :1]
    written = [ids]
    for _ in range(300):
        scores, h, c = model(ids, h, c)
        ids = torch.softmax(scores[:, -1], dim=1).multinomial(1)
        written.append(ids)
    print(bytes(chars[torch.cat(written, dim=1)[0]].tolist()).decode())
