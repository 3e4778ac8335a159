"""A CNN looks at a picture, an LSTM says what is on it: the form of "Show and Tell" (Vinyals et al., 2015).

The pictures are drawn here, squares, lines and crosses of two sizes in the four corners, each with its caption.
"""
import argparse

import torch
import torch.nn as nn
import torch.optim as optim

SIZES = ["small", "large"]
SHAPES = ["square", "line", "cross"]
ROWS = ["top", "bottom"]
COLUMNS = ["left", "right"]
WORDS = ["a", "at", "the", "."] + SIZES + SHAPES + ROWS + COLUMNS


def make_sample():
    """A picture [1, 16, 16] and its caption, 8 words."""
    choices = torch.rand(6) * torch.tensor([2, 3, 2, 2, 3, 3])
    large, shape, row, column, y, x = choices.int().tolist()
    size = 6 if large else 3
    top, left = 8 * row + min(y, 8 - size), 8 * column + min(x, 8 - size)
    picture = torch.rand(1, 16, 16) * 0.2
    if shape == 0:
        picture[0, top:top + size, left:left + size] = 1.0
    elif shape == 1:
        picture[0, top, left:left + size] = 1.0
    else:
        picture[0, top + size // 2, left:left + size] = 1.0
        picture[0, top:top + size, left + size // 2] = 1.0
    return picture, f"a {SIZES[large]} {SHAPES[shape]} at the {ROWS[row]} {COLUMNS[column]} .".split()


def make_batch(n):
    """n pictures [n, 1, 16, 16] and the numbers of their words [n, 8]."""
    pictures, captions = zip(*[make_sample() for _ in range(n)])
    ids = [[WORDS.index(word) for word in caption] for caption in captions]
    return torch.stack(pictures), torch.tensor(ids)


class Captioner(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1, stride=2)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1, stride=2)
        self.image = nn.Linear(32 * 4 * 4, width)
        self.out = nn.Linear(width, len(WORDS))
        self.embedding = nn.Embedding(len(WORDS), width)
        self.rnn = nn.LSTM(width, width, batch_first=True)

    def look(self, pictures):
        """What the LSTM reads first [N, 1, width]."""
        x = torch.relu(self.conv1(pictures))
        x = torch.relu(self.conv2(x))
        return self.image(x.flatten(1)).unsqueeze(1)

    def forward(self, pictures, captions):
        """Scores [N, T, words] of each word of the captions [N, T], given the picture and the words before."""
        before = self.embedding(captions[:, :-1])
        output, _ = self.rnn(torch.cat((self.look(pictures), before), dim=1))
        return self.out(output)

    def describe(self, picture):
        """The likeliest word each time, up to the full stop."""
        x, state, said = self.look(picture), None, ""
        while not said.endswith(".") and len(said) < 80:
            output, state = self.rnn(x, state)
            word = self.out(output).argmax(2)
            said += " " + WORDS[word.item()]
            x = self.embedding(word)
        return said


parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=1500, help="training steps")
parser.add_argument("--batch", type=int, default=32, help="pictures in a step")
args = parser.parse_args()
torch.manual_seed(0)

model = Captioner(64)
criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters(), lr=0.003)

for step in range(args.steps):
    pictures, captions = make_batch(args.batch)
    scores = model(pictures, captions)
    loss = criterion(scores.flatten(0, 1), captions.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % (args.steps // 20 + 1) == 0:
        print(f"step {step}: loss {loss.item():.9g}")

with torch.no_grad():
    for _ in range(3):
        picture, caption = make_sample()
        print("is:  ", " ".join(caption))
        print("said:" + model.describe(picture.unsqueeze(0)))
