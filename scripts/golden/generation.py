"""Writes transformers/generation/testdata/processors.json: what Transformers' logits processors make of two rows of scores.

usage: python scripts/golden/generation.py transformers/generation/testdata     (torch, transformers)
"""
import json, math, os, sys
import torch
from transformers.generation import logits_process as lp

torch.set_num_threads(1)
vocab, eos = 24, [3, 7]
ids = torch.tensor([[0, 0, 5, 6, 7, 5, 6], [1, 2, 1, 2, 9, 1, 2]])
encoder = torch.tensor([[4, 5, 6, 11], [1, 2, 20, 3]])
scores = torch.tensor([[((i * 37 + r * 11) % 53) / 8 - 3 for i in range(vocab)] for r in range(2)])
odd = scores.clone()
odd[0, 2], odd[0, 5], odd[1, 4] = math.nan, math.inf, -math.inf


def numbers(t):
    return [[("nan" if x != x else "inf" if x == math.inf else "-inf" if x == -math.inf else x) for x in row] for row in t.tolist()]


cases = {
    "min_length": lp.MinLengthLogitsProcessor(8, eos),
    "min_length_reached": lp.MinLengthLogitsProcessor(7, eos),
    "temperature": lp.TemperatureLogitsWarper(0.7),
    "repetition": lp.RepetitionPenaltyLogitsProcessor(1.3, torch.tensor([2, 0])),
    "encoder_repetition": lp.EncoderRepetitionPenaltyLogitsProcessor(1.4, encoder),
    "no_repeat_1": lp.NoRepeatNGramLogitsProcessor(1),
    "no_repeat_3": lp.NoRepeatNGramLogitsProcessor(3),
    "encoder_no_repeat_2": lp.EncoderNoRepeatNGramLogitsProcessor(2, encoder),
    "encoder_no_repeat_3": lp.EncoderNoRepeatNGramLogitsProcessor(3, encoder),
    "bias": lp.SequenceBiasLogitsProcessor([[[4], 1.5], [[5, 6, 8], -0.3], [[6, 8], 0.7], [[2, 8], 0.1], [[8], 0.2], [[4], 2.5]]),
    "bad_words": lp.NoBadWordsLogitsProcessor([[3], [10], [6, 11], [2, 12], [9, 13]], eos),
    "forced_bos": lp.ForcedBOSTokenLogitsProcessor(4),
    "forced_eos": lp.ForcedEOSTokenLogitsProcessor(8, eos),
    "decay": lp.ExponentialDecayLengthPenalty((2, 1.2), eos, 3),
    "suppress": lp.SuppressTokensLogitsProcessor([1, 2, 90]),
    "begin_suppress": lp.SuppressTokensAtBeginLogitsProcessor([1, 2], 7),
    "top_k": lp.TopKLogitsWarper(5),
    "top_k_keep": lp.TopKLogitsWarper(1, min_tokens_to_keep=3),
    "top_p": lp.TopPLogitsWarper(0.8),
    "top_p_keep": lp.TopPLogitsWarper(0.01, min_tokens_to_keep=3),
    "top_h": lp.TopHLogitsWarper(0.5),
    "min_p": lp.MinPLogitsWarper(0.2),
    "min_p_keep": lp.MinPLogitsWarper(1.0, min_tokens_to_keep=3),
    "typical": lp.TypicalLogitsWarper(0.6),
    "typical_keep": lp.TypicalLogitsWarper(0.01, min_tokens_to_keep=3),
    "epsilon": lp.EpsilonLogitsWarper(0.02),
    "eta": lp.EtaLogitsWarper(0.05),
    "normalize": lp.LogitNormalization(),
    "allowed": lp.PrefixConstrainedLogitsProcessor(lambda p, row: [int(row[-1]), 5 + p], 1),
}
out = {name: numbers(p(ids, scores.clone())) for name, p in cases.items()}
out["remove_invalid"] = numbers(lp.InfNanRemoveLogitsProcessor()(ids, odd.clone()))
out["forced_bos_first"] = numbers(cases["forced_bos"](ids[:, :1], scores.clone()))
with open(os.path.join(sys.argv[1], "processors.json"), "w") as f:
    f.write("{\n" + ",\n".join('"%s": %s' % (k, json.dumps(v, separators=(",", ":"))) for k, v in sorted(out.items())) + "\n}\n")
