"""Writes transformers/processors/testdata/image_processors.json: what Transformers' image processors that work with
Pillow make of pictures that follow a formula, as the SHA-256 of the float32 numbers.

    python scripts/golden/image_processors.py > transformers/processors/testdata/image_processors.json

Made with transformers 5.24.0, Pillow 13.0.0 and numpy; no weights and no network are needed.
"""

import hashlib
import json
import random

import numpy as np
from PIL import Image
from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.convnext.image_processing_pil_convnext import ConvNextImageProcessorPil
from transformers.models.deit.image_processing_pil_deit import DeiTImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

kinds = {
    c.__name__.removesuffix("Pil"): c
    for c in (BitImageProcessorPil, CLIPImageProcessorPil, ConvNextImageProcessorPil, DeiTImageProcessorPil,
              SiglipImageProcessorPil, ViTImageProcessorPil)
}


def picture(height, width, channels):
    y, x = np.mgrid[:height, :width]
    planes = [3 * x + 5 * y, x * y, (x // 7) * (y // 5) * 13, 255 - x - y][:channels]
    pixels = (np.stack(planes, -1) % 256).astype(np.uint8)
    return Image.fromarray(pixels[..., 0] if channels == 1 else pixels)


def case(kind, settings, pictures):
    processor = kinds[kind](**settings)
    out = processor([picture(*p) for p in pictures], return_tensors="np")["pixel_values"]
    out = np.ascontiguousarray(out)
    assert out.dtype in (np.float32, np.uint8), out.dtype
    return {
        "config": {"image_processor_type": kind, **settings},
        "pictures": pictures,
        "dtype": str(out.dtype),
        "shape": list(out.shape),
        "sha256": hashlib.sha256(out.tobytes()).hexdigest(),
    }


def cases():
    shapes = [[200, 300, 3], [37, 50, 3], [500, 120, 3], [225, 226, 3], [224, 224, 3]]
    for kind in kinds:
        for shape in shapes:
            yield kind, {}, [shape]
    yield "CLIPImageProcessor", {}, [[90, 70, 1], [200, 300, 4]]  # made RGB
    yield "SiglipImageProcessor", {}, [[90, 70, 1], [200, 300, 4]]
    yield "ViTImageProcessor", {"image_mean": 0.5, "image_std": 0.25}, [[90, 70, 1]]  # stays grey
    yield "ViTImageProcessor", {"do_convert_rgb": True, "size": 64}, [[90, 70, 4]]
    yield "CLIPImageProcessor", {"size": 96, "crop_size": 80}, [[201, 133, 3], [133, 201, 3]]
    yield "CLIPImageProcessor", {"size": {"height": 40, "width": 60}, "crop_size": [51, 33]}, [[201, 133, 3]]
    yield "SiglipImageProcessor", {"size": 50}, [[90, 70, 3]]
    yield "ViTImageProcessor", {"do_normalize": False}, [[90, 70, 3]]
    yield "ViTImageProcessor", {"do_rescale": False}, [[90, 70, 3]]
    yield "ViTImageProcessor", {"do_rescale": False, "do_normalize": False}, [[90, 70, 3]]
    yield "ViTImageProcessor", {"rescale_factor": 1 / 127.5, "image_mean": [1, 1, 1], "image_std": [1, 1, 1]}, [[90, 70, 3]]
    yield "ViTImageProcessor", {"do_resize": False, "do_pad": True}, [[90, 70, 3], [64, 99, 3]]
    yield "ViTImageProcessor", {"do_resize": False, "do_pad": True, "pad_size": {"height": 100, "width": 120}}, [[90, 70, 3]]
    yield "ViTImageProcessor", {"size": {"shortest_edge": 80, "longest_edge": 100}}, [[90, 271, 3]]
    yield "ViTImageProcessor", {"size": {"shortest_edge": 80, "longest_edge": 1000}}, [[271, 90, 3]]
    yield "ViTImageProcessor", {"size": {"max_height": 80, "max_width": 100}}, [[90, 271, 3]]
    for side in (224, 288, 384):
        yield "ConvNextImageProcessor", {"size": {"shortest_edge": side}, "crop_pct": 0.875}, [[200, 300, 3]]
    yield "ConvNextImageProcessor", {"size": 224, "crop_pct": 0.95, "resample": 2}, [[300, 211, 3]]
    for resample in range(6):
        yield "CLIPImageProcessor", {"resample": resample, "size": 64, "crop_size": 64}, [[150, 213, 3]]
    rng = random.Random(0)
    for _ in range(30):
        side = rng.randint(8, 120)
        yield "CLIPImageProcessor", {
            "size": {"shortest_edge": side},
            "crop_size": {"height": rng.randint(1, 130), "width": rng.randint(1, 130)},
            "resample": rng.randint(0, 5),
            "do_center_crop": rng.random() < 0.8,
            "image_mean": [rng.random() for _ in range(3)],
            "image_std": [rng.random() + 0.01 for _ in range(3)],
        }, [[rng.randint(1, 150), rng.randint(1, 150), rng.choice([1, 3, 3, 4])]]


print("[\n" + ",\n".join(json.dumps(case(*c)) for c in cases()) + "\n]")
