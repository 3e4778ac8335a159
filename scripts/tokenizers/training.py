"""Trains vocabularies with PyPI's trainers on the lines that come as a JSON list, and writes them into a folder.

usage: python training.py FOLDER < lines.json
"""

import json
import os
import sys

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

lines, folder = json.load(sys.stdin), sys.argv[1]
quiet = {"show_progress": False}


def save(name, tokenizer, trainer):
    tokenizer.train_from_iterator(lines, trainer)
    tokenizer.save(os.path.join(folder, name + ".json"))


def words(model, normalizer=None):
    t = Tokenizer(model)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    if normalizer:
        t.normalizer = normalizer
    return t


lower = normalizers.BertNormalizer()
# The order of ##x, which comes from a hash table, is fixed by naming them.
inner = sorted({f"##{c}" for line in lines for c in lower.normalize_str(line)})
save("wordpiece", words(models.WordPiece(unk_token="[UNK]"), lower),
     trainers.WordPieceTrainer(vocab_size=4000, special_tokens=["[UNK]", "[CLS]"] + inner, **quiet))
t = Tokenizer(models.BPE())
t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
save("bpe-bytes", t, trainers.BpeTrainer(vocab_size=5000, special_tokens=["<|endoftext|>"],
                                         initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), **quiet))
save("bpe", words(models.BPE(unk_token="<unk>")), trainers.BpeTrainer(vocab_size=3000, min_frequency=3, max_token_length=6,
                                                                     special_tokens=["<unk>"], **quiet))
save("wordlevel", words(models.WordLevel(unk_token="<unk>")), trainers.WordLevelTrainer(vocab_size=3000, min_frequency=2,
                                                                                       special_tokens=["<unk>"], **quiet))
t = Tokenizer(models.Unigram())
t.pre_tokenizer = pre_tokenizers.Metaspace()
save("unigram", t, trainers.UnigramTrainer(vocab_size=3000, special_tokens=["<pad>", "<unk>"], unk_token="<unk>", **quiet))
