"""Writes golden.json: what Adafactor and Muon of a PyTorch that has them make of small parameters in 50 steps.

usage: python optim/testdata/golden.py >optim/testdata/golden.json
"""
import json

import torch

calls = [
    "Adafactor(ps)",
    "Adafactor(ps, lr=0.1, beta2_decay=-0.5, eps=(1e-5, 0.1), d=1.5, weight_decay=0.1)",
    "Adafactor(ps, maximize=True, foreach=True)",
    "Muon(ps[:2])",
    "Muon(ps[:2], lr=0.02, momentum=0.7, nesterov=False, weight_decay=0)",
    "Muon(ps[:2], adjust_lr_fn='match_rms_adamw', ns_steps=3, ns_coefficients=(3, -4, 2))",
]


def numbers(n, seed):
    return torch.tensor([((i * 37 + seed * 101) % 199) / 199 - 0.5 for i in range(n)])


out = {"version": torch.__version__, "calls": {}}
torch.set_num_threads(1)
for call in calls:
    ps = [numbers(12, 1).view(3, 4), numbers(10, 2).view(5, 2), numbers(7, 3)]
    ps = [p.clone().requires_grad_() for p in ps]
    opt = eval(call, {**vars(torch.optim), "ps": ps})
    for step in range(50):
        for k, p in enumerate(ps):
            p.grad = numbers(p.numel(), 10 * step + k).view_as(p)
        opt.step()
    out["calls"][call] = [p.detach().flatten().tolist() for p in ps]
print(json.dumps(out))
