#!/usr/bin/env python3
"""Makes transformers/pipelines/testdata/{clip,siglip}: folders without weights, and what Transformers' pipeline for zero-shot
image classification says with those of the formula in transformers.py beside this file.

Needs torch, transformers and tokenizers (PyPI). Usage: zero_shot.py
"""

import importlib.util
import json
import pathlib
import tempfile

import numpy as np
import safetensors.torch
from PIL import Image

spec = importlib.util.spec_from_file_location("golden", pathlib.Path(__file__).parent / "transformers.py")
golden = importlib.util.module_from_spec(spec)
spec.loader.exec_module(golden)

import tokenizers  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil  # noqa: E402
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil  # noqa: E402

OUT = pathlib.Path(__file__).parents[2] / "transformers/pipelines/testdata"
LABELS = ["cat", "Dog", "bird", "a very large bird of the sky"]
WORDS = ["<unk>", "<pad>", "</s>", "<s>", "a", "this", "is", "photo", "of", "cat", "dog", "bird", "very", "large", "the", "sky", "."]
TEXT = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, vocab_size=len(WORDS))
VISION = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=16, patch_size=8)


def tokenizer(template, *inputs):
    t = tokenizers.Tokenizer(tokenizers.models.WordLevel({w: i for i, w in enumerate(WORDS)}, "<unk>"))
    t.normalizer = tokenizers.normalizers.Lowercase()
    t.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    t.post_processor = tokenizers.processors.TemplateProcessing(template, special_tokens=[("<s>", 3), ("</s>", 2)])
    t.add_special_tokens(["<unk>", "<pad>", "</s>", "<s>"])
    return transformers.PreTrainedTokenizerFast(tokenizer_object=t, pad_token="<pad>", unk_token="<unk>", model_input_names=inputs)


def picture():
    y, x = np.mgrid[:40, :60]
    return Image.fromarray((np.stack([3 * x + 5 * y, x * y, (x // 7) * (y // 5) * 13], -1) % 256).astype(np.uint8))


def make(name, model, words, images, clean):
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        model.save_pretrained(work)
        path = pathlib.Path(work) / "model.safetensors"
        stored = safetensors.torch.load_file(path)
        for n, key in enumerate(sorted(stored, key=str.encode)):
            stored[key] = golden.weight(n, key, list(stored[key].shape)).contiguous()
        safetensors.torch.save_file(stored, path, {"format": "pt"})
        (folder / "config.json").write_text((pathlib.Path(work) / "config.json").read_text())
        model = type(model).from_pretrained(work, attn_implementation="eager")
    pipe = transformers.pipeline("zero-shot-image-classification", model=model, tokenizer=words, image_processor=images)
    found = pipe(picture(), candidate_labels=[clean(x) for x in LABELS],
                 hypothesis_template="this is a photo of {}" if name == "siglip" else "This is a photo of {}.")
    words.backend_tokenizer.save(str(folder / "tokenizer.json"))
    images.save_pretrained(folder)
    keys = {k: list(stored[k].shape) for k in sorted(stored)}
    scores = {label: next(f["score"] for f in found if f["label"] == clean(label)) for label in LABELS}
    (folder / "expected.json").write_text(json.dumps({"keys": keys, "scores": scores}, separators=(",", ":")) + "\n")


torch.set_num_threads(1)
clip = transformers.CLIPConfig(text_config=dict(TEXT, max_position_embeddings=16, bos_token_id=3, eos_token_id=2, pad_token_id=1),
                               vision_config=VISION, projection_dim=12)
make("clip", transformers.CLIPModel(clip), tokenizer("<s> $A </s>", "input_ids", "attention_mask"),
     CLIPImageProcessorPil(size=16, crop_size=16), lambda x: x)
siglip = transformers.SiglipConfig(text_config=dict(TEXT, max_position_embeddings=64, bos_token_id=3, eos_token_id=2, pad_token_id=1),
                                   vision_config=VISION)
make("siglip", transformers.SiglipModel(siglip), tokenizer("$A </s>", "input_ids"),
     SiglipImageProcessorPil(size={"height": 16, "width": 16}), str.lower)
