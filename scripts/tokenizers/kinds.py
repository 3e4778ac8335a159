"""Tokenizers of every kind, trained by PyPI's tokenizers on some lines."""

import collections
import io
import json

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
O200K = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
CLIP = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


def special(*names):
    return [AddedToken(name, special=True, normalized=False) for name in names]


def byte_trainer(size, *names):
    return trainers.BpeTrainer(vocab_size=size, special_tokens=special(*names), show_progress=False,
                               initial_alphabet=pre_tokenizers.ByteLevel.alphabet())


def train(tokenizer, trainer, lines):
    tokenizer.train_from_iterator(lines, trainer)
    return tokenizer


def template(tokenizer, cls, sep):
    ids = [(name, tokenizer.token_to_id(name)) for name in {cls, sep} if name]
    head = f"{cls} " if cls else ""
    return processors.TemplateProcessing(single=f"{head}$A {sep}", pair=f"{head}$A {sep} $B:1 {sep}:1", special_tokens=ids)


def bert(lines, size, lower):
    t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=lower)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    train(t, trainers.WordPieceTrainer(vocab_size=size, show_progress=False, special_tokens=special(
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")), lines)
    cls, sep = (("[CLS]", 2), ("[SEP]", 3))
    t.post_processor = template(t, "[CLS]", "[SEP]") if lower else processors.BertProcessing(sep, cls)
    t.decoder = decoders.WordPiece(cleanup=lower)
    return t


def byte_level(lines, size, names=("<|endoftext|>",), prefix=False, split=None, **model):
    t = Tokenizer(models.BPE(**model))
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix)
    if split:
        t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(split), "isolated"),
                                                   pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    train(t, byte_trainer(size, *names), lines)
    t.decoder = decoders.ByteLevel()
    t.post_processor = processors.ByteLevel(trim_offsets=bool(prefix))
    return t


def roberta(lines, size):
    t = byte_level(lines, size, ("<s>", "<pad>", "</s>", "<unk>"))
    t.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
    t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return t


def whisper(lines, size):
    t = byte_level(lines, size, ("<|endoftext|>", "<|startoftranscript|>", "<|notimestamps|>"))
    t.post_processor = template(t, "<|startoftranscript|>", "<|endoftext|>")
    return t


def llama(lines, size):
    t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    names = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)]
    train(t, trainers.BpeTrainer(vocab_size=size, special_tokens=names, limit_alphabet=60, show_progress=False),
          [word for line in lines for word in line.split()])
    data = json.loads(t.to_str())
    data["added_tokens"] = data["added_tokens"][:3]
    t = Tokenizer.from_str(json.dumps(data))
    t.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 1)])
    t.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
                                   decoders.Strip(" ", 1, 0)])
    return t


def charsmap(lines, rules=None):
    """A table of replacements by sentencepiece: its own, or one of rules in a file."""
    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2 as pb
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(lines), model_writer=out, vocab_size=200,
                                             hard_vocab_limit=False, minloglevel=2, normalization_rule_tsv=rules or "")
    model = pb.ModelProto()
    model.ParseFromString(out.getvalue())
    return model.normalizer_spec.precompiled_charsmap


def unigram_trainer(size, *names, unk):
    return trainers.UnigramTrainer(vocab_size=size, special_tokens=list(names), unk_token=unk, show_progress=False)


def common(lines, most):
    """Lines without their rare characters: a Unigram vocabulary holds all that it is trained on."""
    counts = collections.Counter("".join(lines))
    kept = {c for c, _ in counts.most_common(most)}
    return ["".join(c for c in line if c in kept) for line in lines]


def t5(lines, size, data):
    t = Tokenizer(models.Unigram())
    t.normalizer = normalizers.Precompiled(data) if data else normalizers.NFKC()
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    train(t, unigram_trainer(size, "<pad>", "</s>", "<unk>", unk="<unk>"), common(lines, size // 8))
    t.post_processor = template(t, "", "</s>")
    t.decoder = decoders.Metaspace()
    return t


def siglip(lines, size):
    t = Tokenizer(models.Unigram())
    t.normalizer = normalizers.Sequence([
        normalizers.Lowercase(), normalizers.Replace(Regex(r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"""), ""),
        normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()])
    t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    train(t, unigram_trainer(size, "<pad>", "</s>", "<unk>", unk="<unk>"), common(lines, size // 8))
    t.post_processor = template(t, "", "</s>")
    t.decoder = decoders.Metaspace(prepend_scheme="first")
    return t


def albert(lines, size):
    t = Tokenizer(models.Unigram())
    t.normalizer = normalizers.Sequence([
        normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(), normalizers.StripAccents(),
        normalizers.Lowercase(), normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=False)
    train(t, unigram_trainer(size, "<pad>", "<unk>", "[CLS]", "[SEP]", unk="<unk>"), [l[:100] for l in common(lines, size // 8)])
    data = json.loads(t.to_str())
    data["model"]["byte_fallback"] = True
    data["model"]["vocab"] += [[f"<0x{b:02X}>", -20.0] for b in range(256)]
    t = Tokenizer.from_str(json.dumps(data))
    t.post_processor = template(t, "[CLS]", "[SEP]")
    t.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace()])
    return t


def clip(lines, size):
    t = Tokenizer(models.BPE(unk_token="<|endoftext|>", end_of_word_suffix="</w>", continuing_subword_prefix=""))
    t.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(CLIP), "removed", invert=True),
                                               pre_tokenizers.ByteLevel(add_prefix_space=False)])
    train(t, trainers.BpeTrainer(vocab_size=size, special_tokens=special("<|startoftext|>", "<|endoftext|>"),
                                 initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), end_of_word_suffix="</w>",
                                 show_progress=False), lines)
    t.post_processor = processors.RobertaProcessing(("<|endoftext|>", 1), ("<|startoftext|>", 0), False, False)
    t.decoder = decoders.BPEDecoder(suffix="</w>")
    return t


def wav2vec2(lines):
    letters = ["<pad>", "<s>", "</s>", "<unk>", "|"] + list("ETAONIHSRDLUMWCFGYPBVK'XJQZ")
    t = Tokenizer(models.WordLevel({c: i for i, c in enumerate(letters)}, unk_token="<unk>"))
    t.normalizer = normalizers.Sequence([normalizers.Replace(Regex("[a-z]+"), "A"), normalizers.Replace(" ", "|")])
    t.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    t.decoder = decoders.CTC()
    t.add_special_tokens(special("<pad>", "<s>", "</s>"))
    return t


def mixed(lines, size):
    """Components that no well-known model combines, and added tokens with all flags."""
    t = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=20))
    t.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Strip(left=True, right=False), normalizers.Lowercase()])
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Whitespace(), pre_tokenizers.UnicodeScripts(), pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.Punctuation("merged_with_previous"), pre_tokenizers.CharDelimiterSplit("x"),
        pre_tokenizers.Split("e", "merged_with_next"), pre_tokenizers.Split(Regex("[aeiou]+"), "contiguous"),
        pre_tokenizers.FixedLength(7)])
    train(t, trainers.WordPieceTrainer(vocab_size=size, special_tokens=["[UNK]"], show_progress=False), lines)
    t.add_tokens([AddedToken("word", single_word=True), AddedToken("<l>", lstrip=True), AddedToken("<r>", rstrip=True),
                  AddedToken("Ünorm", normalized=True), AddedToken("RAW", normalized=False), AddedToken("RAWER", normalized=False)])
    t.add_special_tokens([AddedToken("<both>", lstrip=True, rstrip=True, single_word=True)])
    t.decoder = decoders.WordPiece(cleanup=False)
    return t


def mixed_bytes(lines, size):
    t = Tokenizer(models.BPE(unk_token="[UNK]"))
    t.normalizer = normalizers.Sequence([normalizers.NFKD(), normalizers.ByteLevel()])
    t.pre_tokenizer = pre_tokenizers.Metaspace(replacement="Ġ", prepend_scheme="never")
    train(t, byte_trainer(size, "[UNK]"), lines)
    t.decoder = decoders.ByteLevel()
    t.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=True, add_prefix_space=True),
                                            processors.TemplateProcessing(single="$A [UNK]", pair="$A $B [UNK]:1",
                                                                          special_tokens=[("[UNK]", 0)])])
    return t


def kinds(lines, size, data=b""):
    yield "bert", bert(lines, size, True)
    yield "bert-cased", bert(lines, size, False)
    yield "roberta", roberta(lines, size)
    yield "gpt2", byte_level(lines, size, prefix=True)
    yield "llama", llama(lines, size + 256)
    yield "llama3", byte_level(lines, size, split=LLAMA3, ignore_merges=True)
    yield "qwen2", byte_level(lines, size, split=QWEN2)
    yield "o200k", byte_level(lines, size, split=O200K)
    yield "t5", t5(lines, size, data)
    yield "siglip", siglip(lines, size)
    yield "albert", albert(lines, size)
    yield "clip", clip(lines, size)
    yield "whisper", whisper(lines, size)
    yield "wav2vec2", wav2vec2(lines)
    yield "mixed", mixed(lines, size)
    yield "mixed-bytes", mixed_bytes(lines, size)
