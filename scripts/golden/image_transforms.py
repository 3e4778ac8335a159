"""Makes multimodal/image/testdata/transforms.json: the checksums of what torchvision's transforms make of a picture.

For each transform and seed: torch.manual_seed(seed), then the transform, on Pillow's pictures. The picture is that of
synthetic(40, 61) in helpers_test.go.

usage: scripts/golden/image_transforms.py > multimodal/image/testdata/transforms.json   (torch, torchvision, Pillow before 13, numpy)
"""
import json
import zlib

import numpy as np
import torch
from PIL import Image
from torchvision import transforms as T
from torchvision.transforms import InterpolationMode as I

h, w = 40, 61
y, x = np.mgrid[0:h, 0:w]
picture = Image.fromarray(np.stack([(3 * x + 5 * y) % 256, x * y % 256, (x // 7) * (y // 5) * 13 % 256], -1).astype(np.uint8))

erase = lambda **k: T.Compose([T.PILToTensor(), T.RandomErasing(**k), T.ToPILImage()])
transforms = {
    "flip": T.RandomHorizontalFlip(),
    "vertical": T.RandomVerticalFlip(0.3),
    "gray": T.RandomGrayscale(0.5),
    "crop": T.RandomCrop((20, 30)),
    "padded crop": T.RandomCrop((40, 61), padding=4, padding_mode="reflect"),
    "needed crop": T.RandomCrop((50, 70), pad_if_needed=True, fill=(1, 2, 3)),
    "resized crop": T.RandomResizedCrop((24, 32)),
    "bicubic crop": T.RandomResizedCrop((24, 32), scale=(0.5, 1), ratio=(2.5, 3.5), interpolation=I.BICUBIC),
    "erasing": erase(p=0.9),
    "erasing 7": erase(p=0.9, scale=(0.5, 0.9), ratio=(0.5, 3), value=7),
    "rotation": T.RandomRotation(30, I.BILINEAR, fill=5),
    "affine": T.RandomAffine((-20, 40), (0.1, 0.2), (0.7, 1.4), (-5, 5, -3, 8)),
    "affine bilinear": T.RandomAffine(0, translate=(0.3, 0.1), shear=(-10, 10), interpolation=I.BILINEAR, fill=9),
    "perspective": T.RandomPerspective(0.6, 0.8, I.BILINEAR),
    "jitter": T.ColorJitter(0.4, 0.3, 0.9, 0.1),
    "jitter hue": T.ColorJitter(0, 1.5, 0, 0.5),
    "augment": T.RandAugment(),
    "augment more": T.RandAugment(4, 17, interpolation=I.BILINEAR, fill=[1, 2, 3]),
    "several": T.Compose([T.RandomResizedCrop((24, 32)), T.RandomHorizontalFlip(), T.ColorJitter(0.2, 0.2, 0.2, 0.1)]),
    "center crop": T.Compose([T.Resize(37), T.CenterCrop((30, 60))]),
}
made = {}
for name, t in transforms.items():
    made[name] = []
    for seed in range(40):
        torch.manual_seed(seed)
        made[name].append(zlib.crc32(np.array(t(picture)).tobytes()))
print("{\n" + ",\n".join(json.dumps(k) + ": " + json.dumps(v) for k, v in made.items()) + "\n}")
