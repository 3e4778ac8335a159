"""A sequence to sequence model with attention (Bahdanau et al., 2014; Luong et al., 2015) turns words round.

The encoder reads letters, the decoder says them in reverse order. At each letter it looks back at what the
encoder made of all of them.
"""
import argparse

import torch
import torch.nn as nn
import torch.optim as optim

START, LETTERS = 0, 26  # tokens: the start, and 1 to 26 for a to z


class Seq2Seq(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.embedding = nn.Embedding(LETTERS + 1, width)
        self.encoder = nn.GRU(width, width, batch_first=True)
        self.decoder = nn.GRU(width, width, batch_first=True)
        self.combine = nn.Linear(2 * width, width)
        self.out = nn.Linear(width, LETTERS + 1)

    def encode(self, source):
        """The memory [N, S, width] of a source [N, S], and the last state."""
        return self.encoder(self.embedding(source))

    def decode(self, tokens, memory, hidden):
        """Scores [N, T, LETTERS + 1] of what follows each of the tokens [N, T], and the state."""
        output, hidden = self.decoder(self.embedding(tokens), hidden)
        weights = torch.softmax(output @ memory.transpose(1, 2), dim=2)  # [N, T, S]
        context = weights @ memory
        output = torch.tanh(self.combine(torch.cat((output, context), dim=2)))
        return self.out(output), hidden

    def translate(self, source):
        """The likeliest letter each time, given those before."""
        memory, hidden = self.encode(source)
        tokens = torch.full((len(source), 1), START)
        said = []
        for _ in range(source.size(1)):
            scores, hidden = self.decode(tokens, memory, hidden)
            tokens = scores.argmax(2)
            said.append(tokens)
        return torch.cat(said, dim=1)


def make_batch(n, length):
    source = torch.randint(1, LETTERS + 1, (n, length))
    return source, source.flip(1)


def word(tokens):
    return "".join(chr(ord("a") + t - 1) for t in tokens.tolist())


parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=1500, help="training steps")
parser.add_argument("--length", type=int, default=10, help="letters of a word")
args = parser.parse_args()
torch.manual_seed(0)

model = Seq2Seq(64)
criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters(), lr=0.002)

for step in range(args.steps):
    source, target = make_batch(64, args.length)
    memory, hidden = model.encode(source)
    start = torch.full((64, 1), START)
    tokens = torch.cat((start, target[:, :-1]), dim=1)  # the decoder is told what was right before
    scores, _ = model.decode(tokens, memory, hidden)
    loss = criterion(scores.flatten(0, 1), target.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % (args.steps // 20 + 1) == 0:
        print(f"step {step}: loss {loss.item():.9g}")

with torch.no_grad():
    source, target = make_batch(1000, args.length)
    said = model.translate(source)
print(f"right: {(said == target).all(dim=1).float().mean().item():.3f}")
for i in range(3):
    print(word(source[i]), "->", word(said[i]))
