#!/usr/bin/env python3
"""Makes transformers/testdata/golden/sentences.json: folders around the tiny BERT of multimodal/testdata/pretrained, with the
modules of sentence-transformers, and the vectors that it makes of some texts.

Needs torch, transformers, safetensors and sentence-transformers (PyPI).
"""

import json
import pathlib
import shutil
import sys
import tempfile

sys.path.pop(0)  # this file's own folder, in which another has the library's name

import safetensors.torch  # noqa: E402
import torch  # noqa: E402
from sentence_transformers import SentenceTransformer  # noqa: E402

ROOT = pathlib.Path(__file__).parents[2]
BERT = ROOT / "multimodal/testdata/pretrained"
TEXTS = ["w5 w6 w7 w8 w9 w10 w11", "w12", "w5 w5 w30 w63", "w7 nothing w8"]

vocab = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3} | {f"w{i}": i for i in range(4, 64)}
tokenizer = {
    "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
    "pre_tokenizer": {"type": "WhitespaceSplit"}, "decoder": None,
    "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
    "model": {"type": "WordLevel", "vocab": vocab, "unk_token": "[UNK]"},
}
tokenizer_config = {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]",
                    "sep_token": "[SEP]"}


def part(kind, path=""):
    return {"type": f"sentence_transformers.models.{kind}", "path": path}


def numbered(*parts):
    return [{"idx": i, "name": str(i)} | p for i, p in enumerate(parts)]


def dense(function, **more):
    return {"in_features": 8, "out_features": 5, "bias": True, "activation_function": f"torch.nn.modules.{function}"} | more


def pooled(mode, *behind):
    return {"modules.json": numbered(part("Transformer"), part("Pooling", "1_Pooling"), *behind),
            "1_Pooling/config.json": {"embedding_dimension": 8, "pooling_mode": mode}}


NORMALIZE = part("Normalize", "3_Normalize")
weights = {"linear.weight": (5, 8), "linear.bias": (5,)}
CASES = {
    "plain": ({}, {}),
    "plain_short": ({"tokenizer_config.json": tokenizer_config | {"model_max_length": 5}}, {}),
    "limit": ({"sentence_bert_config.json": {"max_seq_length": 4}, "tokenizer_config.json": tokenizer_config | {"model_max_length": 5}}, {}),
    "limit_of_modules": (pooled("mean") | {"sentence_bert_config.json": {"max_seq_length": 4}}, {}),
    "two_old": (pooled("mean", NORMALIZE) | {"1_Pooling/config.json": {
        "word_embedding_dimension": 8, "pooling_mode_mean_tokens": True, "pooling_mode_cls_token": True,
        "pooling_mode_max_tokens": False, "pooling_mode_mean_sqrt_len_tokens": False}}, {}),
    "three_new": (pooled(["lasttoken", "max", "cls"]), {}),
    "dense": (pooled("mean", part("Dense", "2_Dense"), NORMALIZE) | {"2_Dense/config.json": dense("activation.Tanh")},
              {"2_Dense": weights}),
    "dense_last": (pooled("cls", NORMALIZE, part("Dense", "2_Dense")) | {"2_Dense/config.json": dense("linear.Identity", bias=False)},
                   {"2_Dense": {"linear.weight": (5, 8)}}),
    "dense_around": (pooled("mean", part("Dense", "2_Dense")) | {"2_Dense/config.json": dense("activation.GELU", use_residual=True)},
                     {"2_Dense": weights | {"residual.weight": (5, 8)}}),
    "dense_square": (pooled("mean", part("Dense", "2_Dense")) | {
        "2_Dense/config.json": dense("activation.ReLU", use_residual=True, out_features=8)},
        {"2_Dense": {"linear.weight": (8, 8), "linear.bias": (8,)}}),
    "norm": (pooled("mean", part("LayerNorm", "2_LayerNorm"), part("Dropout", "4_Dropout")) | {
        "2_LayerNorm/config.json": {"dimension": 8}, "4_Dropout/config.json": {"dropout": 0.5}},
        {"2_LayerNorm": {"norm.weight": (8,), "norm.bias": (8,)}}),
} | {mode: (pooled(mode, NORMALIZE), {}) for mode in ["cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"]}


def run(files, tensors):
    out = {"files": {"tokenizer.json": tokenizer, "tokenizer_config.json": tokenizer_config} | files, "tensors": {}}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for f in BERT.iterdir():
            shutil.copy(f, folder)
        for path, content in out["files"].items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(json.dumps(content))
        for path, shapes in tensors.items():
            state = {key: torch.randn(shape).mul(64).round() / 64 for key, shape in shapes.items()}
            out["tensors"][path] = {key: x.tolist() for key, x in state.items()}
            safetensors.torch.save_file(state, folder / path / "model.safetensors", {"format": "pt"})
        if "modules.json" in files:
            (folder / "3_Normalize").mkdir(exist_ok=True)
        model = SentenceTransformer(str(folder), device="cpu")
        out["vectors"] = model.encode(TEXTS, convert_to_tensor=True).tolist()
    return out


torch.manual_seed(0)
golden = {"texts": TEXTS, "cases": {name: run(*case) for name, case in CASES.items()}}
(ROOT / "transformers/testdata/golden/sentences.json").write_text(json.dumps(golden, indent=1) + "\n")
