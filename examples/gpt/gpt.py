"""A GPT of nanoGPT's shape (Karpathy, 2022) learns to write the GNU General Public License, character by character.

The text is Debian's /usr/share/common-licenses/GPL-3.
"""
import argparse
import math
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.optim as optim


@dataclass
class Config:
    vocab: int  # how many characters there are
    layers: int = 4
    heads: int = 4
    width: int = 128
    block: int = 64  # characters that it sees at once
    dropout: float = 0.1


class CausalSelfAttention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c_attn = nn.Linear(c.width, 3 * c.width)  # query, key and value of all heads
        self.c_proj = nn.Linear(c.width, c.width)
        self.attn_dropout = nn.Dropout(c.dropout)
        self.resid_dropout = nn.Dropout(c.dropout)
        causal = torch.tril(torch.ones(c.block, c.block))
        self.register_buffer("bias", causal.view(1, 1, c.block, c.block))
        self.heads = c.heads

    def forward(self, x):
        B, T, C = x.size()
        q, k, v = self.c_attn(x).split(C, dim=2)
        q = q.view(B, T, self.heads, C // self.heads).transpose(1, 2)  # [B, heads, T, C / heads]
        k = k.view(B, T, self.heads, C // self.heads).transpose(1, 2)
        v = v.view(B, T, self.heads, C // self.heads).transpose(1, 2)
        att = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(C // self.heads))
        att = att.masked_fill(self.bias[:, :, :T, :T] == 0, float("-inf"))
        att = self.attn_dropout(torch.softmax(att, dim=-1))
        y = (att @ v).transpose(1, 2).contiguous().view(B, T, C)
        return self.resid_dropout(self.c_proj(y))


class MLP(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c_fc = nn.Linear(c.width, 4 * c.width)
        self.gelu = nn.GELU()
        self.c_proj = nn.Linear(4 * c.width, c.width)
        self.dropout = nn.Dropout(c.dropout)

    def forward(self, x):
        return self.dropout(self.c_proj(self.gelu(self.c_fc(x))))


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.ln_1 = nn.LayerNorm(c.width)
        self.attn = CausalSelfAttention(c)
        self.ln_2 = nn.LayerNorm(c.width)
        self.mlp = MLP(c)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class GPT(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.wte = nn.Embedding(c.vocab, c.width)
        self.wpe = nn.Embedding(c.block, c.width)
        self.drop = nn.Dropout(c.dropout)
        self.h = nn.Sequential(*[Block(c) for _ in range(c.layers)])
        self.ln_f = nn.LayerNorm(c.width)
        self.lm_head = nn.Linear(c.width, c.vocab, bias=False)
        self.wte.weight = self.lm_head.weight  # one matrix for reading and writing
        self.block = c.block
        self.apply(self._init_weights)
        for name, p in self.named_parameters():
            if name.endswith("c_proj.weight"):
                nn.init.normal_(p, mean=0.0, std=0.02 / math.sqrt(2 * c.layers))

    def _init_weights(self, module):
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, mean=0.0, std=0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, mean=0.0, std=0.02)

    def forward(self, ids):
        """Scores [B, T, vocab] of what follows each of the ids [B, T]."""
        position = torch.arange(0, ids.size(1))
        x = self.drop(self.wte(ids) + self.wpe(position))
        return self.lm_head(self.ln_f(self.h(x)))

    @torch.no_grad()
    def generate(self, ids, n, temperature, top_k):
        """ids [1, T] and n more, each drawn from the top_k likeliest."""
        for _ in range(n):
            scores = self(ids[:, -self.block:])[:, -1] / temperature
            kept, _ = torch.topk(scores, top_k)
            scores[scores < kept[:, [-1]]] = float("-inf")
            following = torch.multinomial(torch.softmax(scores, dim=-1), num_samples=1)
            ids = torch.cat((ids, following), dim=1)
        return ids


def learning_rate(step):
    """Rises linearly over 100 steps, then falls to a tenth along a cosine."""
    if step < 100:
        return 1e-3 * (step + 1) / 101
    ratio = min((step - 100) / max(args.steps - 100, 1), 1.0)
    return 1e-4 + 0.5 * (1.0 + math.cos(math.pi * ratio)) * (1e-3 - 1e-4)


def get_batch(data, n, block):
    """n pieces of the text [n, block], and the same one character on."""
    start = torch.randint(0, len(data) - block, (n, 1))
    piece = data[start + torch.arange(0, block + 1)]
    return piece[:, :-1], piece[:, 1:]


parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=2000, help="training steps")
parser.add_argument("--batch", type=int, default=16, help="pieces of the text in a batch")
parser.add_argument("--width", type=int, default=128, help="width of a token's vector")
args = parser.parse_args()
torch.manual_seed(0)

with open("/usr/share/common-licenses/GPL-3", "rb") as f:
    text = torch.frombuffer(bytearray(f.read()), dtype=torch.uint8)
chars, data = torch.unique(text, return_inverse=True)
config = Config(vocab=len(chars), width=args.width)
model = GPT(config)
criterion = nn.CrossEntropyLoss()
optimizer = optim.AdamW([
    {"params": [p for p in model.parameters() if p.dim() >= 2], "weight_decay": 0.1},
    {"params": [p for p in model.parameters() if p.dim() < 2], "weight_decay": 0.0},
], lr=1e-3, betas=(0.9, 0.99))

for step in range(args.steps):
    for group in optimizer.param_groups:
        group["lr"] = learning_rate(step)
    ids, target = get_batch(data, args.batch, config.block)
    scores = model(ids)
    loss = criterion(scores.flatten(0, 1), target.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step % (args.steps // 20 + 1) == 0:
        print(f"step {step}: loss {loss.item():.9g}")

model.eval()
written = model.generate(data[:1].view(1, 1), 300, temperature=0.8, top_k=20)
print(bytes(chars[written[0]].tolist()).decode())
