"""Pictures through PIL and a DataLoader with two worker processes: the Python side of image.go."""
import glob
import os
import time

import numpy as np
import torch
from PIL import Image


class Files(torch.utils.data.Dataset):
    def __init__(self, paths, side):
        self.paths, self.side = paths, side

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        with open(self.paths[index], "rb") as f:
            image = Image.open(f).convert("RGB").resize((self.side, self.side), Image.BILINEAR)
        return torch.from_numpy(np.array(image, copy=True)).permute(2, 0, 1).contiguous().to(torch.float32).div(255)


def samples(side):
    paths = glob.glob(os.path.join(os.environ["BENCH_FILES"], "*"))
    loader = torch.utils.data.DataLoader(Files(paths, side), batch_size=32, num_workers=2, persistent_workers=True)
    best = 1e9
    for _ in range(4):
        begin = time.perf_counter()
        for _ in loader:
            pass
        best = min(best, (time.perf_counter() - begin) / len(paths))
    return best
