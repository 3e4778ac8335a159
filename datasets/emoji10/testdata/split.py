"""Prints the checksum of the test side of four splits, by the rule in the doc comment of Data.Split.

    python3 split.py FOLDER         (the folder of emoji10.json; needs no packages)

split_test.go holds what it prints.
"""
import hashlib
import json
import os
import sys

data = json.load(open(os.path.join(sys.argv[1], "emoji10.json")))


def test_side(seed, key):
    test = []
    for c in range(len(data["classes"])):
        groups = {}
        for e in data["emoji"]:
            if e["class"] == c:
                groups.setdefault(e[key], []).append(e["hexcode"])
        room = sum(map(len, groups.values())) // 5
        for g in sorted(groups, key=lambda g: hashlib.sha256(f"{seed}:{g}".encode()).hexdigest()):
            if len(groups[g]) <= room:
                test += groups[g]
                room -= len(groups[g])
    return sorted(test)


for seed in (0, 1):
    for key in ("hexcode", "stem"):
        side = test_side(seed, key)
        print(seed, key, len(side), hashlib.sha256(" ".join(side).encode()).hexdigest())
