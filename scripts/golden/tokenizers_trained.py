"""Writes tokenizers/testdata/trained/python.json: lines, and the vocabularies that PyPI's trainers learn from them.

usage: python scripts/golden/tokenizers_trained.py FILE
"""

import json
import sys

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

LINES = [
    "the quick brown fox jumps over the lazy dog", "the lazy dog sleeps under the brown tree", "a fox and a dog run over the hill",
    "training a trainer trains the training of trainers", "tests of the tester test the tested test", "Größe und Größen der Größten",
    "running runners ran and run in the rain", "the rain in the plain is plainly raining", "over and over and over again and again",
    "sleep sleeping sleeper sleeps asleep", "brown browner brownest browning", "hill hills hilly hilltop uphill downhill",
]


def learn(model, trainer, pre_tokenizer):
    t = Tokenizer(model)
    t.pre_tokenizer = pre_tokenizer
    t.train_from_iterator(LINES * 3, trainer)
    return json.loads(t.to_str())["model"]


quiet = {"show_progress": False}
words, whole = pre_tokenizers.WhitespaceSplit(), pre_tokenizers.ByteLevel(add_prefix_space=False)
inner = sorted({f"##{c}" for line in LINES for c in line if c != " "})
out = {
    "lines": LINES * 3,
    "wordpiece": learn(models.WordPiece(unk_token="[UNK]"),
                       trainers.WordPieceTrainer(vocab_size=150, special_tokens=["[UNK]"] + inner, **quiet), words),
    "bpe-bytes": learn(models.BPE(), trainers.BpeTrainer(vocab_size=360, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                                                         **quiet), whole),
    "bpe": learn(models.BPE(unk_token="?"), trainers.BpeTrainer(vocab_size=120, min_frequency=6, max_token_length=5, limit_alphabet=17,
                                                                special_tokens=["?"], **quiet), words),
    "wordlevel": learn(models.WordLevel(unk_token="?"), trainers.WordLevelTrainer(vocab_size=40, min_frequency=6, special_tokens=["?"],
                                                                                 **quiet), words),
    "unigram": learn(models.Unigram(), trainers.UnigramTrainer(vocab_size=150, special_tokens=["?"], unk_token="?", **quiet),
                     pre_tokenizers.Metaspace()),
    "unigram-pruned": learn(models.Unigram(), trainers.UnigramTrainer(vocab_size=90, special_tokens=["?"], unk_token="?", **quiet),
                            pre_tokenizers.Metaspace()),
}
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump(out, file, separators=(",", ":"))
    file.write("\n")
