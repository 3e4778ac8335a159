#!/usr/bin/env python3
"""Makes transformers/testdata/golden/NAME.json of models of pictures, as transformers.py beside it does of encoders of texts.

Needs torch and transformers (PyPI). Usage: image_models.py [NAME...]   (all of CASES below without names)

The keys are those of a folder that save_pretrained writes; Transformers' own modules have other names for some. Which is which
shows in the weights, of which no two are equal. Gradients are under the folder's keys.
"""

import importlib.util
import json
import pathlib
import sys
import tempfile

import safetensors.torch

spec = importlib.util.spec_from_file_location("golden", pathlib.Path(__file__).parent / "transformers.py")
golden = importlib.util.module_from_spec(spec)
spec.loader.exec_module(golden)

import torch  # noqa: E402
import transformers  # noqa: E402

PIXELS = dict(pixel_values={"shape": [2, 3, 16, 16], "hash_n": 1000, "scale": 2})
LARGER = dict(pixel_values={"shape": [2, 3, 32, 32], "hash_n": 1000, "scale": 2})
# two pictures: the last bits of a single row's product depend on where in memory the weights lie
OTHER = dict(pixel_values={"shape": [2, 3, 24, 40], "hash_n": 1000, "scale": 2}, interpolate_pos_encoding=True)
CLASSES = dict(labels=[2, 0])
THREE = dict(id2label={0: "a", 1: "b", 2: "c"}, label2id={"a": 0, "b": 1, "c": 2})
HIDDEN = dict(bool_masked_pos=[[1, 0, 0, 1], [0, 1, 1, 1]])
VIT = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=16, patch_size=8, encoder_stride=8)
DINO = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, mlp_ratio=2, image_size=16, patch_size=8)
VISION = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=16, patch_size=8)
TEXT = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, vocab_size=50, max_position_embeddings=7)
CLIP_TEXT = dict(TEXT, bos_token_id=48, eos_token_id=49, pad_token_id=49)
CLIP_IDS = dict(input_ids=[[48, 13, 23, 39, 15, 43, 49], [48, 20, 30, 46, 49, 49, 49]],
                attention_mask=[[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 0, 0]])
CLIP = dict(text_config=CLIP_TEXT, vision_config=VISION, projection_dim=12)
SIGLIP_IDS = dict(input_ids=[[9, 13, 23, 39, 15, 43, 31], [16, 20, 30, 1, 1, 1, 1]])
SIGLIP_TEXT = dict(TEXT, bos_token_id=0, eos_token_id=2)
SIGLIP = dict(text_config=SIGLIP_TEXT, vision_config=VISION)
RESNET = dict(embedding_size=8, hidden_sizes=[16, 32], depths=[1, 2])
CONVNEXT = dict(hidden_sizes=[8, 16], depths=[1, 2], num_stages=2, layer_scale_init_value=0.1)
LOSS = dict(return_loss=True)

QUERY = ["layers.0.self_attn.q_proj", "position_embedding"]

# name: class, settings, inputs, and parts of the keys whose gradients are kept
CASES = {
    "vit_base": ("ViTModel", VIT, PIXELS, ["layer.0.attention.attention.query", "cls_token"]),
    "vit_interpolated": ("ViTModel", VIT, OTHER, ["position_embeddings"]),
    "vit_image": ("ViTForImageClassification", dict(VIT, **THREE), dict(PIXELS, **CLASSES), ["layer.0.attention.attention.query"]),
    "vit_masked_image": ("ViTForMaskedImageModeling", VIT, dict(PIXELS, **HIDDEN), ["mask_token", "decoder.0.bias"]),
    "clip_base": ("CLIPModel", CLIP, dict(CLIP_IDS, **PIXELS), QUERY),
    "clip_loss": ("CLIPModel", CLIP, dict(CLIP_IDS, **PIXELS, **LOSS), QUERY + ["logit_scale"]),
    "clip_old": ("CLIPModel", dict(CLIP, text_config=dict(CLIP_TEXT, eos_token_id=2)), dict(CLIP_IDS, **PIXELS), QUERY),
    "clip_text": ("CLIPTextModel", CLIP_TEXT, CLIP_IDS, QUERY),
    "clip_text_projection": ("CLIPTextModelWithProjection", dict(CLIP_TEXT, projection_dim=12), CLIP_IDS, QUERY),
    "clip_vision": ("CLIPVisionModel", VISION, PIXELS, QUERY),
    "clip_vision_interpolated": ("CLIPVisionModel", VISION, OTHER, QUERY),
    "clip_vision_projection": ("CLIPVisionModelWithProjection", dict(VISION, projection_dim=12), PIXELS, QUERY),
    "clip_image": ("CLIPForImageClassification", dict(CLIP, **THREE), dict(PIXELS, **CLASSES), QUERY),
    "siglip_base": ("SiglipModel", SIGLIP, dict(SIGLIP_IDS, **PIXELS), QUERY + ["probe"]),
    "siglip_loss": ("SiglipModel", SIGLIP, dict(SIGLIP_IDS, **PIXELS, **LOSS), QUERY + ["logit_bias"]),
    "siglip_text": ("SiglipTextModel", SIGLIP_TEXT, SIGLIP_IDS, QUERY),
    "siglip_vision": ("SiglipVisionModel", VISION, PIXELS, QUERY),
    "siglip_vision_interpolated": ("SiglipVisionModel", VISION, OTHER, QUERY),
    "siglip_vision_headless": ("SiglipVisionModel", dict(VISION, vision_use_head=False), PIXELS, QUERY),
    "siglip_image": ("SiglipForImageClassification", dict(SIGLIP, **THREE), dict(PIXELS, **CLASSES), QUERY),
    "resnet_base": ("ResNetModel", RESNET, LARGER, ["stages.1.layers.1.layer.2.convolution"]),
    "resnet_basic": ("ResNetModel", dict(RESNET, layer_type="basic", downsample_in_first_stage=True), LARGER, ["stages.0.layers.0.shortcut"]),
    "resnet_early": ("ResNetModel", dict(RESNET, downsample_in_bottleneck=True, hidden_act="gelu"), LARGER, ["stages.1.layers.0.shortcut"]),
    "resnet_image": ("ResNetForImageClassification", dict(RESNET, **THREE), dict(LARGER, **CLASSES), ["classifier.1.weight"]),
    "dinov2_base": ("Dinov2Model", DINO, dict(pixel_values=OTHER["pixel_values"]), ["layer.0.attention.attention.query", "position_embeddings"]),
    "dinov2_hidden": ("Dinov2Model", DINO, dict(PIXELS, **HIDDEN), ["mask_token", "lambda1"]),
    "dinov2_swiglu": ("Dinov2Model", dict(DINO, use_swiglu_ffn=True), PIXELS, ["layer_scale1.lambda1"]),
    "dinov2_image": ("Dinov2ForImageClassification", dict(DINO, **THREE), dict(PIXELS, **CLASSES), ["layer.0.attention.attention.query"]),
    "convnext_base": ("ConvNextModel", CONVNEXT, LARGER, ["stages.1.layers.1.dwconv", "layer_scale_parameter"]),
    "convnext_image": ("ConvNextForImageClassification", dict(CONVNEXT, **THREE), dict(LARGER, **CLASSES), ["stages.0.layers.0.dwconv"]),
}


def tensor(value):
    if isinstance(value, bool):
        return value
    if isinstance(value, dict):
        return golden.formula(value["hash_n"], value["shape"]) * value["scale"]
    return torch.tensor(value)


def folder_with_formula(model, folder):
    """Saves a model with the formula's weights, and returns them by the folder's keys."""
    model.save_pretrained(folder)
    path = pathlib.Path(folder) / "model.safetensors"
    stored = safetensors.torch.load_file(path)
    for n, key in enumerate(sorted(stored, key=str.encode)):
        if stored[key].is_floating_point():
            stored[key] = golden.weight(n, key, list(stored[key].shape)).contiguous()
    safetensors.torch.save_file(stored, path, {"format": "pt"})
    return stored


def make(name):
    cls, settings, inputs, kept = CASES[name]
    cls = getattr(transformers, cls)
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        stored = folder_with_formula(cls(cls.config_class(**settings)), folder)
        config = json.loads((pathlib.Path(folder) / "config.json").read_text())
        model, info = cls.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32, output_loading_info=True)
    assert not (info["missing_keys"] or info["unexpected_keys"] or info["mismatched_keys"]), info
    out = model(**{k: tensor(v) for k, v in inputs.items()}, output_hidden_states=True)
    result = {"arch": cls.__name__, "config": config, "keys": {k: list(stored[k].shape) for k in sorted(stored)},
              "inputs": {k: {"shape": list(tensor(v).shape), "ints": v} if isinstance(v, list) else v for k, v in inputs.items()},
              "outputs": {}, "gradients": {}}
    for key, value in out.items():
        if torch.is_tensor(value):
            result["outputs"][key] = golden.short(value)
        elif isinstance(value, tuple) and key == "hidden_states":
            for i, h in enumerate(value):
                result["outputs"][f"hidden_states.{i}"] = golden.short(h)
    loss = out.loss if "loss" in out else sum(out[k].square().sum() for k in sorted(out) if torch.is_tensor(out[k]))
    loss.backward()
    for p in model.parameters():
        key = next((k for k, t in stored.items() if t.shape == p.shape and torch.equal(t, p)), "")
        if p.grad is not None and any(part in key for part in kept):
            result["gradients"][key] = golden.short(p.grad)
    config.pop("transformers_version", None)
    return result


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in sys.argv[1:] or CASES:
        (golden.OUT / (name + ".json")).write_text(json.dumps(make(name), separators=(",", ":")) + "\n")
