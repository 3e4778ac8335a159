"""Encodes texts with PyPI's tokenizers on one thread, and says how long it took: a line of output for each of input.

usage: python bench.py tokenizer.json texts.json
"""

import json
import os
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"
from tokenizers import Tokenizer  # noqa: E402

tokenizer = Tokenizer.from_file(sys.argv[1])
tokenizer.no_truncation()
tokenizer.no_padding()
with open(sys.argv[2], encoding="utf-8") as file:
    texts = json.load(file)
for _ in sys.stdin:
    start = time.perf_counter()
    encodings = tokenizer.encode_batch(texts)
    print(time.perf_counter() - start, sum(len(e) for e in encodings), flush=True)
