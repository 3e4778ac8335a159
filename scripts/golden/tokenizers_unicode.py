"""Writes tokenizers/unicode.txt: what PyPI's tokenizers takes each character for.

Its parts carry tables of several versions of Unicode (normal forms of 9.0, categories of 8, regular expressions of
later ones), and Go's are of yet another. So each set is measured, character by character, through the library itself.

usage: python scripts/golden/tokenizers_unicode.py tokenizers/unicode.txt   (three minutes)
"""

import sys
import unicodedata

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

CHARACTERS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def ranges(members):
    out, start, last = [], None, None
    for c in members:
        if start is None:
            start = c
        elif c != last + 1 and not (last == 0xD7FF and c == 0xE000):
            out.append((start, last))
            start = c
        last = c
    if start is not None:
        out.append((start, last))
    return " ".join(f"{a:X}" if a == b else f"{a:X}-{b:X}" for a, b in out)


def dropped(normalizer):
    return [c for c in CHARACTERS if normalizer.normalize_str(f"a{chr(c)}b") == "ab"]


def splits(pre_tokenizer, pieces):
    """The characters that make so many pieces of what stands between two letters a."""
    return [c for c in CHARACTERS if len(pre_tokenizer.pre_tokenize_str(f"a{chr(c)}a")) == pieces]


def matched(pattern):
    split = pre_tokenizers.Split(Regex(pattern), "removed")
    return [c for c in CHARACTERS if split.pre_tokenize_str(chr(c)) == []]


def changed(normalizer, skip=lambda c: False):
    for c in CHARACTERS:
        if not skip(c):
            out = normalizer.normalize_str(chr(c))
            if out != chr(c):
                yield c, out


def hangul(c):
    return 0xAC00 <= c < 0xAC00 + 11172


def write_map(name, pairs):
    print(name, " ".join(f"{c:X}={','.join(f'{ord(o):X}' for o in out)}" for c, out in pairs))


def scripts():
    """Characters by script: each merges with the first of its script, and those of no script with everything."""
    split = pre_tokenizers.UnicodeScripts()
    apart = lambda a, b: len(split.pre_tokenize_str(a + b)) > 1
    firsts, members, last = [], {}, None
    for c in CHARACTERS:
        s = chr(c)
        if not apart("a", s) and not apart("я", s):
            continue
        if last is None or apart(last, s):
            last = next((f for f in firsts if f != last and not apart(f, s)), s)
        if last not in members:
            firsts.append(last)
        members.setdefault(last, []).append(c)
    return [members[f] for f in firsts]


def main():
    bert = lambda **on: normalizers.BertNormalizer(
        **({"clean_text": False, "handle_chinese_chars": False, "strip_accents": False, "lowercase": False} | on))
    nfc, nfd, nfkd = normalizers.NFC(), normalizers.NFD(), normalizers.NFKD()
    print(f"# What PyPI's tokenizers {tokenizers.__version__} takes characters for: scripts/golden/tokenizers_unicode.py")
    decompositions = list(changed(nfd, hangul))
    write_map("nfd", decompositions)
    canonical = dict(decompositions)
    write_map("nfkd", ((c, out) for c, out in changed(nfkd, hangul) if canonical.get(c) != out))
    pairs = []
    for c, out in decompositions:
        if len(out) > 1 and nfc.normalize_str(chr(c)) == chr(c):
            head = nfc.normalize_str(out[:-1])
            assert len(head) == 1 and nfc.normalize_str(head + out[-1]) == chr(c), hex(c)
            pairs.append((c, head + out[-1]))
    write_map("compose", pairs)
    classes = {}
    for c in CHARACTERS:
        ccc = unicodedata.combining(chr(c))
        if ccc and (ccc == 240 or nfd.normalize_str(f"a\u0345{chr(c)}") != f"a\u0345{chr(c)}"):
            classes.setdefault(ccc, []).append(c)
    for ccc in sorted(classes):
        print(f"ccc{ccc}", ranges(classes[ccc]))
    write_map("lower", changed(normalizers.Lowercase()))
    print("control", ranges(dropped(bert(clean_text=True))))
    accents = bert(strip_accents=True)
    print("mn", ranges(c for c in dropped(accents) if c not in canonical))
    print("mark", ranges(dropped(normalizers.StripAccents())))
    space = splits(pre_tokenizers.WhitespaceSplit(), 2)
    assert space == matched(r"\s"), "two kinds of white space"
    print("space", ranges(space))
    print("numeric", ranges(splits(pre_tokenizers.Digits(), 3)))
    print("punctuation", ranges(splits(pre_tokenizers.Punctuation(), 3)))
    print("word", ranges(splits(pre_tokenizers.Whitespace(), 1)))
    print("regex.w", ranges(matched(r"\w")))
    for name in "alnum alpha lower punct upper".split():
        print(f"posix.{name}", ranges(matched(f"[[:{name}:]]")))
    for category in "Cc Cf Co Ll Lm Lo Lt Lu Mc Me Mn Nd Nl No Pc Pd Pe Pf Pi Po Ps Sc Sk Sm So Zl Zp Zs".split():
        print(f"gc.{category}", ranges(matched(rf"\p{{{category}}}")))
    for i, members in enumerate(scripts()):
        print(f"script{i}", ranges(members))


with open(sys.argv[1], "w", encoding="utf-8") as file:
    sys.stdout, console = file, sys.stdout
    main()
    sys.stdout = console
