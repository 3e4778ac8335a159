import json, math, sys
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(1)
torch.manual_seed(0)
vocabulary, block, batch, width, heads, layers = 65, 128, 16, 128, 4, 4


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        def split(t):
            return t.view(batch, block, heads, width // heads).transpose(1, 2)

        q, k, v = map(split, self.qkv(x).split(width, 2))
        att = q @ k.transpose(-2, -1) * (1 / math.sqrt(width / heads))
        mask = torch.ones(block, block).tril() == 0
        att = att.masked_fill(mask, -math.inf).softmax(-1)
        return self.proj((att @ v).transpose(1, 2).contiguous().view(batch, block, width))


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = Attention()
        self.fc, self.out = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        x = x + self.attn(self.ln1(x))
        return x + self.out(F.gelu(self.fc(self.ln2(x))))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, width), nn.Embedding(block, width)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocabulary)

    def forward(self, ids):
        x = self.tokens(ids) + self.positions(torch.arange(block))
        for layer in self.layers:
            x = layer(x)
        return self.head(self.norm(x))


def gpt():
    m = Model()
    opt = torch.optim.AdamW(m.parameters(), lr=1e-3)
    loss = nn.CrossEntropyLoss()

    def step():
        x, y = torch.randint(0, vocabulary, (batch, block)), torch.randint(0, vocabulary, (batch, block))
        l = loss(m(x).view(batch * block, vocabulary), y.view(batch * block))
        opt.zero_grad()
        l.backward()
        opt.step()

    return step


def sums(mib):
    n = int(mib * (1 << 20) / 4)
    w = torch.ones(n, requires_grad=True)

    def step():
        x = torch.ones(n)
        y = ((x * w).relu() + x).sigmoid().mean()
        y.backward()
        w.grad = None

    return step


def resident(line):
    with open("/proc/self/status") as f:
        return next(int(l.split()[1]) / 1024 for l in f if l.startswith(line + ":"))


step = gpt() if sys.argv[1] == "gpt" else sums(float(sys.argv[1]))
early = 0
for i in range(int(sys.argv[2])):
    step()
    if i == 50:
        early = resident("VmRSS")
print(json.dumps({"Peak": resident("VmHWM"), "Early": early, "Last": resident("VmRSS"), "Collected": 0}))
