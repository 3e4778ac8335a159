"""Writes tokenizers/testdata: small tokenizers of every kind, and what PyPI's tokenizers makes of some texts.

usage: python scripts/golden/tokenizers_cases.py tokenizers/testdata
"""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tokenizers"))
import kinds  # noqa: E402

LINES = [
    "The quick brown fox jumps over the lazy dog, and the dog doesn't mind.",
    "A tokenizer makes ids of text; text comes back from the ids. They're 1,234 of them!",
    "func main() { fmt.Println(\"hello, world\") } // words and words and other words",
    "Größe und Übermaß: die Straße, café, naïve façade, crème brûlée",
    "Быстрая коричневая лиса прыгает через ленивую собаку",
    "敏捷的棕色狐狸 跳过了 懒狗 すばしっこい 茶色の狐",
    "the the the of of of and and to to in in that that is is was was for for with with",
    "training the trainer trains training trained retrained rest resting rested test testing tested",
]
TEXTS = [
    "", " ", "   ", "hello", "Hello, World!", " leading and trailing ", "two  spaces   three\tand\ttabs\r\nand lines\n\nempty",
    "The dog's tokenizer doesn't mind; they're I'M it'S we'll you'd I've 'tis", "1234567890 3.14 1,000 ½ ² ٣ Ⅻ", "x" * 25, "x" * 101,
    "Größe ÜBERMASS straße ẞ İstanbul ı ſ ﬁne Å A\u030a e\u0301\u0327 \u0344", "敏捷的棕色狐狸跳 한국어 각 すばしっこい カタカナー ﾊﾝｶｸ",
    "быстрая ЛИСА Ёлка", "שָׁלוֹם مرحبا नमस्ते สวัสดี ไทย", "👨‍👩‍👧‍👦 👍🏽 🏳️‍🌈 🇩🇪 ❤️ 1️⃣", "a\x00b\x01c\x7fd\u200be\ufefff\xadg\x85h\u2028i\ufffd",
    "\u00a0nbsp\u3000ideographic\u2009thin\u180e", "a b\u0301 \u0301c \u0345\u0301\u0316", "<s> <mask> [CLS]text[SEP] </s><pad> <|endoftext|> x<unk>y",
    "word swords word. <l>  x  <l> <r>  y <both> a<both>b  <both>  Ünorm ünorm RAW RAWER rawer RAWE", "▁meta Ġbyte ## ``quoted'' <0x41><0xE2>",
    "if (a[i] != b->c) { return x ? y : z; } // TODO: 50% #tag @name $5", "https://example.com/a_b?q=1&x=%20#frag", "ａｂｃ　ｆｕｌｌ ① ㎏ ™ … “quotes” — dash",
    "\U0001d400\U00020000\U000e0100\U0010ffff \U00065a4e", "\n\n\n  \n x \n", "e\u0301" * 4, "Ａ\u0301Ａ ｶﾞ ﾊﾟ",
]


def answer(tokenizer, *texts, **options):
    e = tokenizer.encode(*texts, **options)
    return {"texts": texts if isinstance(texts[0], str) else [], "word_lists": [] if isinstance(texts[0], str) else texts, "ids": e.ids, "offsets": [n for o in e.offsets for n in o],
            "words": [-1 if w is None else w for w in e.word_ids], "types": e.type_ids,
            "special": e.special_tokens_mask, "mask": e.attention_mask, "tokens": e.tokens,
            "sequences": [-1 if s is None else s for s in e.sequence_ids],
            "decoded": tokenizer.decode(e.ids), "with_special": tokenizer.decode(e.ids, skip_special_tokens=False),
            "overflowing": [o.ids for o in e.overflowing]}


def main(folder):
    os.makedirs(folder, exist_ok=True)
    data = kinds.charsmap(LINES[:3], rules=os.path.join(folder, "rules.tsv"))
    for name, tokenizer in kinds.kinds(LINES, 330, data):
        cases = [answer(tokenizer, text) for text in TEXTS]
        cases += [answer(tokenizer, a, b) for a, b in zip(TEXTS[4:8], TEXTS[10:14])]
        cases.append(answer(tokenizer, TEXTS[7].split(), is_pretokenized=True))
        cases.append(answer(tokenizer, TEXTS[12].split(), TEXTS[5].split(" "), is_pretokenized=True))
        for options in ({"max_length": 8}, {"max_length": 12, "stride": 2, "direction": "left"},
                        {"max_length": 13, "stride": 1, "strategy": "longest_first"}, {"max_length": 100, "strategy": "only_first"}):
            tokenizer.enable_truncation(**options)
            tokenizer.enable_padding(direction=options.get("direction", "right"), length=12, pad_id=1, pad_token="<pad>")
            pair = (TEXTS[7], TEXTS[8])
            cases.append({**answer(tokenizer, *pair), "truncation": options})
            if options.get("strategy") is None:
                cases.append({**answer(tokenizer, TEXTS[6]), "truncation": options})
            tokenizer.no_truncation()
            tokenizer.no_padding()
        with open(os.path.join(folder, name + ".json"), "w", encoding="utf-8") as file:
            json.dump({"tokenizer": json.loads(tokenizer.to_str()), "cases": cases}, file, ensure_ascii=True, separators=(",", ":"))
            file.write("\n")


main(sys.argv[1])
