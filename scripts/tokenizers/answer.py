"""Encodes and decodes texts with PyPI's tokenizers, for scripts/tokenizers to compare with.

usage: python answer.py tokenizer.json < texts.jsonl > answers
An answer is little-endian: the number of tokens, then of each its id, both offsets, its word (or -1) and its type and
special flag; then the length of the decoded text in UTF-8, and the text.
"""

import json
import os
import struct
import sys

os.environ["TOKENIZERS_PARALLELISM"] = "false"
from tokenizers import Tokenizer  # noqa: E402


def main():
    tokenizer = Tokenizer.from_file(sys.argv[1])
    out = sys.stdout.buffer
    for line in sys.stdin.buffer:
        e = tokenizer.encode(json.loads(line))
        numbers = [len(e.ids)]
        for id, (start, end), word, kind, special in zip(e.ids, e.offsets, e.word_ids, e.type_ids, e.special_tokens_mask):
            numbers += [id, start, end, -1 if word is None else word, kind * 2 + special]
        text = tokenizer.decode(e.ids).encode()
        out.write(struct.pack(f"<{len(numbers) + 1}i", *numbers, len(text)))
        out.write(text)


main()
