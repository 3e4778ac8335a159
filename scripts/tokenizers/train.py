"""Trains tokenizers of every kind on the lines that come as a JSON list, and writes them into a folder.

usage: python train.py FOLDER VOCABULARY < lines.json
"""

import json
import os
import sys

sys.dont_write_bytecode = True
import kinds  # noqa: E402

lines, size = json.load(sys.stdin), int(sys.argv[2])
data = kinds.charsmap([line for line in lines if 20 < len(line) < 200 and line.isascii()])
for name, tokenizer in kinds.kinds(lines, size, data):
    tokenizer.save(os.path.join(sys.argv[1], name + ".json"))
