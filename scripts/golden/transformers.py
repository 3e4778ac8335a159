#!/usr/bin/env python3
"""Makes transformers/testdata/golden/NAME.json: tiny models of Transformers whose weights follow a formula, and what they compute.

Needs torch and transformers (PyPI). Usage: transformers.py [NAME...]   (all of CASES below without names)

A file has the class and its settings, every key and shape, the inputs, and of each output its shape, first and last elements, sum
and largest, the loss and some gradients: in eager attention, float32, one thread. The weights: keys sorted bytewise, n = index from
0; element j: x = j*2654435761 + n*2246822519 + 374761393 mod 2^32; x ^= x>>15; x = x*2246822519 mod 2^32; x ^= x>>13;
v = (x>>8)/2^24 - 0.5. Of rank 1 or less 0.25*v, plus 1 for variances and norms' weights. Tied weights have the first key's.
"""

import json
import pathlib
import sys

sys.path.pop(0)  # this file's own folder, in which it has the library's name

import torch  # noqa: E402
import transformers  # noqa: E402

OUT = pathlib.Path(__file__).parents[2] / "transformers/testdata/golden"

BERT = dict(vocab_size=50, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, max_position_embeddings=20)
DISTIL = dict(vocab_size=50, dim=16, n_layers=2, n_heads=2, hidden_dim=32, max_position_embeddings=20)
IDS = [[9, 13, 23, 39, 15, 43, 31], [16, 20, 30, 46, 22, 4, 38]]
MASK = [[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0, 0]]
PADDED = [[9, 13, 23, 39, 15, 43, 31], [16, 20, 30, 46, 1, 1, 1]]  # RoBERTa's padding is 1
TEXT = dict(input_ids=IDS, attention_mask=MASK)
CLASSES = dict(labels=[2, 0])
TOKENS = dict(labels=[[1, 0, 2, 2, -100, 1, 0], [0, 0, 1, 2, -100, -100, -100]])
WORDS = dict(labels=[[1, 40, -100, 2, 3, 4, 5], [6, 7, 8, 9, -100, -100, -100]])
WHISPER = dict(vocab_size=50, num_mel_bins=4, d_model=16, encoder_layers=1, encoder_attention_heads=2, encoder_ffn_dim=24, decoder_layers=2,
               decoder_attention_heads=2, decoder_ffn_dim=24, max_source_positions=6, max_target_positions=8, pad_token_id=0,
               bos_token_id=1, eos_token_id=2, decoder_start_token_id=3)
ANSWER = dict(start_positions=[1, 0], end_positions=[3, 2])


def encoders(family, base, config, text, layer):
    three = dict(config, id2label={0: "a", 1: "b", 2: "c"}, label2id={"a": 0, "b": 1, "c": 2})
    grads = [layer]
    return {
        family + "_base": (base + "Model", config, text, grads),
        family + "_masked_lm": (base + "ForMaskedLM", config, dict(text, **WORDS), grads),
        family + "_sequence": (base + "ForSequenceClassification", three, dict(text, **CLASSES), grads),
        family + "_token": (base + "ForTokenClassification", three, dict(text, **TOKENS), grads),
        family + "_question": (base + "ForQuestionAnswering", config, dict(text, **ANSWER), grads),
    }


# name: class, settings, inputs, and parts of the names of parameters whose gradients are kept
CASES = {
    **encoders("bert", "Bert", BERT, dict(TEXT, token_type_ids=[[0, 0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 0, 0, 0]]), "layer.0.attention.self.query"),
    **encoders("roberta", "Roberta", BERT, dict(TEXT, input_ids=PADDED), "layer.0.attention.self.query"),
    **encoders("distilbert", "DistilBert", DISTIL, TEXT, "layer.0.attention.q_lin"),
    # Neither setting reaches the convolutions, nor the words.
    "whisper_settings": ("WhisperForConditionalGeneration", dict(WHISPER, activation_function="relu", scale_embedding=True), dict(
        input_features=[[[(7 * i + 5 * j) % 11 / 5 - 1 for j in range(12)] for i in range(4)]], decoder_input_ids=[IDS[0]]), ["conv1.weight"]),
}


def formula(n, shape):
    count = 1
    for d in shape:
        count *= d
    x = torch.arange(count, dtype=torch.int64)
    x = (x * 2654435761 + n * 2246822519 + 374761393) & 0xFFFFFFFF
    x = x ^ (x >> 15)
    x = (x * 2246822519) & 0xFFFFFFFF
    x = x ^ (x >> 13)
    return ((x >> 8).double() / 2**24 - 0.5).float().reshape(shape)


def weight(n, key, shape):
    v = formula(n, shape)
    if len(shape) > 1:
        return v
    norm = key.endswith("weight") and ("norm" in key.lower() or "ln_" in key.lower())
    return 0.25 * v + (1 if norm or key.endswith("running_var") else 0)


def own(model):
    """The keys as a folder has them: tied ones once."""
    seen, keys = set(), {}
    for key, p in model.state_dict(keep_vars=True).items():
        if p.data_ptr() not in seen or p.numel() == 0:
            seen.add(p.data_ptr())
            keys[key] = p
    tied = getattr(model, "all_tied_weights_keys", None) or {}
    return {k: p for k, p in keys.items() if k not in tied}


def short(t):
    t = t.detach().double()
    flat = t.flatten()
    num = lambda x: float(f"{float(x):.7g}")
    return {"shape": list(t.shape), "first10": [num(x) for x in flat[:10]], "last10": [num(x) for x in flat[-10:]],
            "sum": num(flat.sum()), "abs_max": num(flat.abs().max())}


def make(name):
    cls, settings, inputs, kept = CASES[name]
    cls = getattr(transformers, cls)
    torch.manual_seed(0)
    config = cls.config_class(**settings)
    config._attn_implementation = "eager"
    model = cls(config).eval()
    keys = own(model)
    with torch.no_grad():
        for n, key in enumerate(sorted(keys, key=str.encode)):
            if keys[key].is_floating_point():
                keys[key].copy_(weight(n, key, keys[key].shape))
    given = {k: v if isinstance(v, bool) else torch.tensor(v) for k, v in inputs.items()}
    out = model(**given, output_hidden_states=True)
    result = {"arch": cls.__name__, "config": dict(json.loads(config.to_json_string(use_diff=False)), architectures=[cls.__name__]),
              "keys": {k: list(keys[k].shape) for k in sorted(keys)},
              "inputs": {k: v if isinstance(v, bool) else {"shape": list(torch.tensor(v).shape), "ints": v} for k, v in inputs.items()},
              "outputs": {}, "gradients": {}}
    for key, value in out.items():
        if torch.is_tensor(value):
            result["outputs"][key] = short(value)
        elif isinstance(value, tuple) and key == "hidden_states":
            for i, h in enumerate(value):
                result["outputs"][f"hidden_states.{i}"] = short(h)
    loss = out.loss if "loss" in out else sum(v.square().sum() for v in out.values() if torch.is_tensor(v))
    loss.backward()
    for key, p in model.named_parameters():
        if p.grad is not None and any(part in key for part in kept):
            result["gradients"][key] = short(p.grad)
    for key in "_name_or_path", "transformers_version", "chunk_size_feed_forward":
        result["config"].pop(key, None)
    return result


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in sys.argv[1:] or CASES:
        (OUT / (name + ".json")).write_text(json.dumps(make(name), separators=(",", ":")) + "\n")
