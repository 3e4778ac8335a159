#!/usr/bin/env python3
"""Makes multimodal/ctc/testdata/edits.json: edits of random texts, counted by jiwer and by NIST's sclite.

Needs jiwer (PyPI) and Debian's package sctk. Usage: edits.py > multimodal/ctc/testdata/edits.json
"""

import json
import random
import re
import subprocess
import tempfile

import jiwer


def text(rng, words, low, high):
    return " ".join(rng.choice(words) for _ in range(rng.randint(low, high)))


def mutate(rng, words, reference):
    out = []
    for w in reference.split():
        r = rng.random()
        if r < 0.12:
            continue
        out.append(rng.choice(words) if r < 0.3 else w)
        if rng.random() < 0.12:
            out.append(rng.choice(words))
    return " ".join(out)


def sclite(pairs):
    with tempfile.TemporaryDirectory() as d:
        for name, column in ("ref", 0), ("hyp", 1):
            with open(f"{d}/{name}", "w") as f:
                f.writelines(f"{p[column]} (a_{i:05d})\n" for i, p in enumerate(pairs))
        said = subprocess.run(["sctk", "sclite", "-r", f"{d}/ref", "trn", "-h", f"{d}/hyp", "trn", "-i", "spu_id", "-o", "pra", "stdout"],
                              capture_output=True, text=True, check=True).stdout
    counts = {}
    at = None
    for line in said.splitlines():
        if m := re.match(r"id: \(a[_-](\d+)\)", line):
            at = int(m[1])
        elif m := re.match(r"Scores: \(#C #S #D #I\) (\d+) (\d+) (\d+) (\d+)", line):
            counts[at] = [int(x) for x in m.groups()]
    assert len(counts) == len(pairs), (len(counts), said[:500])
    return [counts[i] for i in range(len(pairs))]


def main():
    rng = random.Random(5)
    cases = []
    for words in list("ab"), list("abcd"), ["press", "the", "pound", "key", "enter", "your", "password", "please", "agent", "number"]:
        for _ in range(130):
            reference = text(rng, words, 1, 14)
            understood = mutate(rng, words, reference) if rng.random() < 0.7 else text(rng, words, 0, 14)
            cases.append([reference, understood])
    cases += [[text(rng, list("abc"), 60, 90), text(rng, list("abc"), 60, 90)] for _ in range(10)]
    nist = sclite(cases)
    out = []
    for (reference, understood), n in zip(cases, nist):
        w, c = jiwer.process_words(reference, understood), jiwer.process_characters(reference, understood)
        out.append({"reference": reference, "understood": understood,
                    "words": [w.hits, w.substitutions, w.deletions, w.insertions],
                    "characters": [c.hits, c.substitutions, c.deletions, c.insertions], "sclite": n})
    print("[\n" + ",\n".join(json.dumps(o) for o in out) + "\n]")


main()
