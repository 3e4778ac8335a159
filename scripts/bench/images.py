"""Pictures through PIL and a DataLoader with two worker processes: the Python side of image.go."""
import os
import tempfile
import time

import numpy as np
import torch
from PIL import Image


def photo(height, width):
    y, x = np.mgrid[0:height, 0:width]
    wave = lambda v: np.abs(v % 256 - 128)
    noise = (x * 7919 + y * 104729 + x * y) % 17
    planes = wave(x + y) + noise, wave(2 * x + 300 - y % 300) + noise, wave(x // 2 + 2 * y) + noise
    return Image.fromarray(np.stack(planes, -1).astype(np.uint8))


class Files(torch.utils.data.Dataset):
    def __init__(self, paths, side):
        self.paths, self.side = paths, side

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        with open(self.paths[index], "rb") as f:
            image = Image.open(f).convert("RGB").resize((self.side, self.side), Image.BILINEAR)
        return torch.from_numpy(np.array(image, copy=True)).permute(2, 0, 1).contiguous().to(torch.float32).div(255)


def samples(ext, height, width, side, n):
    with tempfile.TemporaryDirectory() as folder:
        image = photo(height, width)
        paths = [os.path.join(folder, f"{i}{ext}") for i in range(n)]
        for path in paths:
            image.save(path, quality=90)
        loader = torch.utils.data.DataLoader(Files(paths, side), batch_size=32, num_workers=2, persistent_workers=True)
        best = 1e9
        for _ in range(4):
            begin = time.perf_counter()
            for _ in loader:
                pass
            best = min(best, (time.perf_counter() - begin) / n)
        return best
