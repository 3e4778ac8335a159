"""Writes golden.tfevents with torch.utils.tensorboard.SummaryWriter, and golden.json with what is in it.

Needs torch (1.13 or later) and tensorboard. Run it in this folder. The clock stands still at a time that a float64
holds exactly, and all numbers are small dyadic fractions, so sums come out the same in any order.
"""

import json
import os
import shutil
import tempfile
import time

WALL_TIME = 1700000000.25
time.time = lambda: WALL_TIME  # before the writers look at the clock

import numpy as np
import torch
from torch.utils.tensorboard import SummaryWriter

# PyTorch 1.13 asks np.greater for a dtype that numpy 1.24 no longer gives; the result is only counted.
greater = np.greater
np.greater = lambda a, b, dtype=None: greater(a, b)

values = np.concatenate(
    [np.arange(-64, 65) / 16, [1e-12, -1e-12, 0.0, 2.0**40, -(2.0**-45)]]
)
folder = tempfile.mkdtemp()
# Events that are older than a flush interval are flushed at once, so the still clock does no harm.
with SummaryWriter(folder, purge_step=3) as w:
    w.add_scalar("loss/train", 2.5, 0)
    w.add_scalar("loss/train", 0.0, 1)
    w.add_scalar("loss/train", float("nan"), 2)
    w.add_scalar("loss/train", float("inf"), 3)
    w.add_scalar("loss/train", float("-inf"), -4)
    w.add_scalar("loss/train", 0.1, 2**40)
    w.add_scalar("größe/ü", 1e-45, 5)
    w.add_histogram("weights", values, 6)
    w.add_histogram("one", np.array([0.5]), 7)
    w.add_histogram("zeros", np.zeros(3), 8)
    w.add_text("notes", "**bold**\n\ngrün", 9)
    w.add_text("notes", "", 10)
(name,) = os.listdir(folder)
shutil.move(os.path.join(folder, name), "golden.tfevents")
shutil.rmtree(folder)
with open("golden.json", "w") as f:
    json.dump({"torch": torch.__version__, "values": values.tolist()}, f)
