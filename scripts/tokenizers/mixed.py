"""Writes tokenizers of random components, with the models of the package's tests, for scripts/tokenizers to compare.

usage: python mixed.py FOLDER SEED COUNT
"""

import json
import os
import random
import sys

sys.dont_write_bytecode = True
import kinds  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402

TESTDATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tokenizers", "testdata")
BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
REGEXES = [
    r"\s+", r"[a-e]+", r"(?<=a)b|\d{2}", r"\p{M}", r"\b", r"\w+|[^\w\s]+", r"[\p{L}&&[^a-z]]+", "(?i:s|ß)", r"\p{Han}+", "a?+b*+",
    kinds.LLAMA3, kinds.O200K, r"(?=\p{Lu})", "[[:alpha:]]+", r"\h+", r"\R", r"(?<!\d)\d", ".{1,3}", r"\A.", r"\p{^L}", r"\P{L}+",
    r"[^\W_]+", "x{2,3}+", "(?i)ünORM|σ", r"\S+", r"\D", r"[\]\-a]", r"\Bd", "[[:punct:]]+", r"\p{Cyrillic}+", "(a|b)*?c", r"(?>\s+)\S",
]


def yes():
    return random.random() < 0.5


def pattern(*strings):
    return {"Regex": random.choice(REGEXES)} if yes() else {"String": random.choice(strings)}


def plain(*types):
    return [lambda t=t: {"type": t} for t in types]


def some(options, key, depth):
    """One component, or a sequence of some."""
    if depth < 2 and yes():
        return {"type": "Sequence", key: [some(options, key, depth + 1) for _ in range(random.randint(0, 4))]}
    return random.choice(options)()


def normalizer(charsmap):
    return some(plain("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt", "ByteLevel") + [
        lambda: {"type": "BertNormalizer", "clean_text": yes(), "handle_chinese_chars": yes(),
                 "strip_accents": random.choice([None, True, False]), "lowercase": yes()},
        lambda: {"type": "Strip", "strip_left": yes(), "strip_right": yes()},
        lambda: {"type": "Prepend", "prepend": random.choice(["▁", "ab", "é"])},
        lambda: {"type": "Replace", "pattern": pattern(" ", "a"), "content": random.choice(["", "▁", "xy", "é "])},
        lambda: charsmap,
    ], "normalizers", 0)


def byte_level():
    return {"type": "ByteLevel", "add_prefix_space": yes(), "trim_offsets": yes(), "use_regex": yes()}


def metaspace():
    return {"type": "Metaspace", "replacement": random.choice("▁_é"), "prepend_scheme": random.choice(["always", "first", "never"]),
            "split": yes()}


def pre_tokenizer():
    return some(plain("BertPreTokenizer", "Whitespace", "WhitespaceSplit", "UnicodeScripts") + [
        byte_level, metaspace,
        lambda: {"type": "CharDelimiterSplit", "delimiter": random.choice("a _é")},
        lambda: {"type": "Split", "pattern": pattern(" ", ""), "behavior": random.choice(BEHAVIORS), "invert": yes()},
        lambda: {"type": "Punctuation", "behavior": random.choice(BEHAVIORS)},
        lambda: {"type": "Digits", "individual_digits": yes()},
        lambda: {"type": "FixedLength", "length": random.randint(1, 5)},
    ], "pretokenizers", 0)


def decoder():
    return some(plain("Fuse", "ByteFallback") + [
        byte_level, metaspace,
        lambda: {"type": "WordPiece", "prefix": "##", "cleanup": yes()},
        lambda: {"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": yes()},
        lambda: {"type": "Replace", "pattern": pattern("▁"), "content": random.choice([" ", "E"])},
    ], "decoders", 1)


def post_processor():
    return random.choice([None, byte_level(), {"type": "RobertaProcessing", "sep": ["x", 2], "cls": ["y", 0], "trim_offsets": yes(),
                                               "add_prefix_space": yes()}])


def added_tokens():
    for content in random.sample(["<a>", "word", "Ünorm", "a b", " x", "é", "<s>", "ab", "abc", "</s>", "the"], 4):
        yield {"id": 900, "content": content, "single_word": yes() and yes(), "lstrip": yes(), "rstrip": yes(), "normalized": yes(),
               "special": yes()}


def main(folder, seed, count):
    random.seed(seed)
    golden = {}
    for kind in ("bert", "gpt2", "llama", "t5", "albert", "clip", "wav2vec2"):
        with open(os.path.join(TESTDATA, kind + ".json"), encoding="utf-8") as file:
            golden[kind] = json.load(file)["tokenizer"]
    done = 0
    while done < count:
        made = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": list(added_tokens()),
                "normalizer": random.choice([None, normalizer(golden["t5"]["normalizer"])]),
                "pre_tokenizer": random.choice([None, pre_tokenizer(), pre_tokenizer()]), "post_processor": post_processor(),
                "decoder": random.choice([None, decoder(), decoder()]), "model": random.choice(list(golden.values()))["model"]}
        try:
            Tokenizer.from_str(json.dumps(made))
        except BaseException:  # some normalisers panic on added tokens
            continue
        with open(os.path.join(folder, f"mixed{done:04d}.json"), "w", encoding="utf-8") as file:
            json.dump(made, file)
        done += 1


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
