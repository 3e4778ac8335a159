#!/usr/bin/env python3
"""Makes transformers/testdata/golden/generate.json: what tiny models generate, greedily and by beam search, with many settings.

Needs torch and transformers (PyPI). Usage: generate.py

The models are those of tiny_NAME.json beside it: settings, keys, and weights by their formula. Drawing is not in the file, because
versions of libtorch draw other numbers; transformers/generate_python_test.go compares that.
"""

import importlib.util
import json
import pathlib
import warnings

spec = importlib.util.spec_from_file_location("golden", pathlib.Path(__file__).parent / "transformers.py")
golden = importlib.util.module_from_spec(spec)
spec.loader.exec_module(golden)

import torch  # noqa: E402
import transformers  # noqa: E402

warnings.filterwarnings("ignore")
transformers.logging.set_verbosity_error()

ONE = [[9, 13, 23]]
SEVERAL = [[9, 13, 23, 39, 15], [16, 20], [30, 46, 22, 4]]
BEAMS = dict(num_beams=3, max_new_tokens=9)

# name: prompts and settings, for each model; eos 49 unless they say otherwise
CASES = {
    "greedy": (ONE, dict(max_new_tokens=12)),
    "default_length": (ONE, dict(eos_token_id=None)),
    "max_length": (SEVERAL, dict(max_length=9)),
    "batch": (SEVERAL, dict(max_new_tokens=10)),
    "ends": (SEVERAL, dict(max_new_tokens=12, eos_token_id=[7, 11, 21, 25, 30, 42, 49], pad_token_id=2)),
    "min_length": (SEVERAL, dict(max_new_tokens=12, min_length=9, eos_token_id=[7, 11, 21, 25, 30, 42, 49], pad_token_id=2)),
    "min_new": (SEVERAL, dict(max_new_tokens=12, min_new_tokens=7, eos_token_id=[7, 11, 21, 25, 30, 42, 49], pad_token_id=2)),
    "repetition": (SEVERAL, dict(max_new_tokens=12, repetition_penalty=1.7)),
    "ngrams": (SEVERAL, dict(max_new_tokens=12, no_repeat_ngram_size=2)),
    "bad_words": (SEVERAL, dict(max_new_tokens=8, bad_words_ids=[[i] for i in range(0, 40, 3)] + [[1, 2], [5, 8], [49]])),
    "bias": (SEVERAL, dict(max_new_tokens=8, sequence_bias=[[[i], -4.0] for i in range(0, 40, 2)] + [[[7, 11], 3.5]])),
    "suppress": (SEVERAL, dict(max_new_tokens=8, suppress_tokens=list(range(0, 30, 2)), begin_suppress_tokens=list(range(1, 30, 2)))),
    "forced_end": (SEVERAL, dict(max_new_tokens=8, forced_eos_token_id=49)),
    "decay": (SEVERAL, dict(max_new_tokens=12, exponential_decay_length_penalty=[2, 1.9], eos_token_id=[7, 49], pad_token_id=2)),
    "beams": (ONE, BEAMS),
    "beams_batch": (SEVERAL, dict(BEAMS, num_return_sequences=3, eos_token_id=[7, 11, 21, 25], pad_token_id=2)),
    "beams_full": (SEVERAL, dict(BEAMS, early_stopping=True, num_return_sequences=2, eos_token_id=[7, 11, 21, 25, 30], pad_token_id=2)),
    "beams_never": (SEVERAL, dict(BEAMS, early_stopping="never", eos_token_id=[7, 11, 21, 25, 30], pad_token_id=2)),
    "beams_long": (SEVERAL, dict(BEAMS, length_penalty=2.5, eos_token_id=[7, 11, 21, 25, 30], pad_token_id=2)),
    "beams_short": (SEVERAL, dict(BEAMS, length_penalty=-1.5, early_stopping="never", eos_token_id=[7, 11, 21, 25, 30], pad_token_id=2)),
    "beams_no_end": (SEVERAL, dict(BEAMS, eos_token_id=None, pad_token_id=2)),
    "beams_ngrams": (SEVERAL, dict(BEAMS, no_repeat_ngram_size=2, repetition_penalty=1.3, num_beams=4)),
    "beams_min": (SEVERAL, dict(BEAMS, min_new_tokens=5, eos_token_id=[7, 11, 21, 25, 30], pad_token_id=2)),
}
# of a model with an encoder alone
READING = {
    "encoder_repetition": (SEVERAL, dict(max_new_tokens=8, encoder_repetition_penalty=1.8)),
    "encoder_ngrams": (SEVERAL, dict(max_new_tokens=8, encoder_no_repeat_ngram_size=1)),
    "forced_begin": (SEVERAL, dict(max_new_tokens=8, forced_bos_token_id=17, begin_suppress_tokens=list(range(30)))),
}


def model(name):
    g = json.loads((golden.OUT / (name + ".json")).read_text())
    cls = getattr(transformers, g["arch"])
    config = cls.config_class(**g["config"])
    config._attn_implementation = "eager"
    m = cls(config).eval()
    keys = golden.own(m)
    with torch.no_grad():
        for n, key in enumerate(sorted(keys, key=str.encode)):
            keys[key].copy_(golden.weight(n, key, keys[key].shape))
    m.generation_config = transformers.GenerationConfig(bos_token_id=48)
    return m


def run(m, prompts, settings):
    settings = dict(dict(eos_token_id=49), **settings)
    if settings.get("pad_token_id") is None and settings["eos_token_id"] is not None:
        settings["pad_token_id"] = 0
    pad = settings.get("pad_token_id") or 0
    longest = max(map(len, prompts))
    start = m.config.is_encoder_decoder
    rows = [p + [0] * (longest - len(p)) if start else [pad] * (longest - len(p)) + p for p in prompts]
    mask = [[1] * len(p) + [0] * (longest - len(p)) if start else [0] * (longest - len(p)) + [1] * len(p) for p in prompts]
    if start:
        settings["decoder_start_token_id"] = 0
    with torch.no_grad():
        out = m.generate(torch.tensor(rows), attention_mask=torch.tensor(mask), generation_config=transformers.GenerationConfig(**settings),
                         return_dict_in_generate=True, output_scores=True)
    result = dict(prompts=prompts, settings={k: v for k, v in settings.items() if v is not None}, sequences=out.sequences.tolist())
    if settings.get("num_beams", 1) > 1:
        result["scores"] = [float(f"{x:.7g}") for x in out.sequences_scores.tolist()]
    return result


if __name__ == "__main__":
    torch.set_num_threads(1)
    out = {}
    for name in "tiny_gpt2", "tiny_llama", "tiny_t5":
        m = model(name)
        for case, (prompts, settings) in dict(CASES, **(READING if name == "tiny_t5" else {})).items():
            out[name + "/" + case] = run(m, prompts, settings)
    with open(golden.OUT / "generate.json", "w") as f:
        f.write("{\n" + ",\n".join(json.dumps(k) + ": " + json.dumps(v, separators=(",", ":")) for k, v in out.items()) + "\n}\n")
