#!/usr/bin/env python3
"""Makes transformers/testdata/golden/NAME.json of GPT-2, Llama and T5, as transformers.py beside it does of encoders of texts.

Needs torch and transformers (PyPI). Usage: decoders.py [NAME...]   (all of CASES below without names)
"""

import importlib.util
import json
import pathlib
import sys

spec = importlib.util.spec_from_file_location("golden", pathlib.Path(__file__).parent / "transformers.py")
golden = importlib.util.module_from_spec(spec)
spec.loader.exec_module(golden)

import torch  # noqa: E402

THREE = dict(id2label={0: "a", 1: "b", 2: "c"}, label2id={"a": 0, "b": 1, "c": 2})
TEXT, CLASSES, TOKENS, WORDS, ANSWER = golden.TEXT, golden.CLASSES, golden.TOKENS, golden.WORDS, golden.ANSWER
GPT2 = dict(vocab_size=50, n_positions=20, n_embd=16, n_layer=2, n_head=2, bos_token_id=48, eos_token_id=49)
LLAMA = dict(vocab_size=50, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
             max_position_embeddings=32)
BIASED = dict(LLAMA, attention_bias=True, mlp_bias=True, head_dim=6, hidden_act="gelu", tie_word_embeddings=True)
T5 = dict(vocab_size=50, d_model=16, d_kv=6, d_ff=32, num_layers=2, num_heads=3, decoder_start_token_id=0)
V11 = dict(T5, feed_forward_proj="gated-gelu", num_decoder_layers=3, tie_word_embeddings=False, relative_attention_num_buckets=8,
           relative_attention_max_distance=6)
PADDED = dict(input_ids=[[9, 13, 23, 39, 15, 43, 31], [16, 20, 30, 46, 3, 3, 3]], attention_mask=TEXT["attention_mask"])
LEFT = dict(input_ids=[[9, 13, 23, 39, 15, 43, 31], [3, 3, 3, 16, 20, 30, 46]], attention_mask=[[1] * 7, [0, 0, 0, 1, 1, 1, 1]],
            position_ids=[[0, 1, 2, 3, 4, 5, 6], [0, 0, 0, 0, 1, 2, 3]])
LONG = dict(input_ids=[[(7 * i * i + 3 * i) % 50 for i in range(14)]])
DECODED = dict(decoder_input_ids=[[0, 17, 27, 43, 19], [0, 30, 31, 2, 3]])
ENDED = dict(input_ids=[[9, 13, 23, 39, 15, 43, 1], [16, 20, 30, 1, 0, 0, 0]], attention_mask=TEXT["attention_mask"])


def rope(kind, longest=32, **settings):
    return dict(LLAMA, max_position_embeddings=longest, rope_parameters=dict(rope_type=kind, rope_theta=1000.0, **settings))


def heads(family, base, lm, config, padded, part):
    three = dict(config, pad_token_id=3, **THREE)
    return {
        family + "_base": (base + "Model", config, TEXT, [part]),
        family + "_lm": (lm, config, dict(TEXT, **WORDS), [part]),
        family + "_left": (lm, config, LEFT, [part]),
        family + "_sequence": (base + "ForSequenceClassification", three, dict(padded, **CLASSES), [part]),
        family + "_token": (base + "ForTokenClassification", three, dict(TEXT, **TOKENS), [part]),
        family + "_question": (base + "ForQuestionAnswering", config, dict(TEXT, **ANSWER), [part]),
    }


Q = "layers.0.self_attn.q_proj"
BIAS = "block.0.layer.0.SelfAttention.relative_attention_bias"

# name: class, settings, inputs, and parts of the names of parameters whose gradients are kept
CASES = {
    **heads("gpt2", "GPT2", "GPT2LMHeadModel", GPT2, PADDED, "h.0.attn.c_attn"),
    "gpt2_scaled": ("GPT2LMHeadModel", dict(GPT2, scale_attn_by_inverse_layer_idx=True, n_inner=24, activation_function="relu",
                                            tie_word_embeddings=False), TEXT, ["wpe"]),
    **heads("llama", "Llama", "LlamaForCausalLM", LLAMA, PADDED, "layers.0.self_attn.k_proj"),
    "llama_biased": ("LlamaForCausalLM", BIASED, TEXT, ["layers.0.self_attn.k_proj"]),
    "llama_linear": ("LlamaForCausalLM", rope("linear", factor=2.5), TEXT, [Q]),
    "llama_dynamic": ("LlamaForCausalLM", rope("dynamic", factor=2.0), LONG, [Q]),
    "llama_dynamic_long": ("LlamaForCausalLM", rope("dynamic", 8, factor=2.0), LONG, [Q]),
    "llama_yarn": ("LlamaForCausalLM", rope("yarn", factor=4.0, original_max_position_embeddings=8), LONG, [Q]),
    "llama_yarn_settings": ("LlamaForCausalLM", rope("yarn", factor=3.0, original_max_position_embeddings=8, beta_fast=16.0, beta_slow=2.0,
                                                     mscale=0.7, mscale_all_dim=0.5, truncate=False), LONG, [Q]),
    "llama_longrope_short": ("LlamaForCausalLM", rope("longrope", short_factor=[1.0, 1.1], long_factor=[1.5, 3.0],
                                                      original_max_position_embeddings=16), LONG, [Q]),
    "llama_longrope_long": ("LlamaForCausalLM", rope("longrope", short_factor=[1.0, 1.1], long_factor=[1.5, 3.0],
                                                     original_max_position_embeddings=8), LONG, [Q]),
    "llama_llama3": ("LlamaForCausalLM", dict(rope("llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                                                   original_max_position_embeddings=64), head_dim=16), LONG, [Q]),
    "t5_base": ("T5Model", T5, dict(TEXT, **DECODED), [BIAS]),
    "t5_lm": ("T5ForConditionalGeneration", T5, dict(TEXT, **WORDS), [BIAS]),
    "t5_lm_gated": ("T5ForConditionalGeneration", V11, dict(TEXT, **WORDS), [BIAS]),
    "t5_encoder": ("T5EncoderModel", T5, TEXT, [BIAS]),
    "t5_sequence": ("T5ForSequenceClassification", dict(T5, **THREE), dict(ENDED, **CLASSES), [BIAS]),
    "t5_token": ("T5ForTokenClassification", dict(T5, **THREE), dict(TEXT, **TOKENS), [BIAS]),
    "t5_question": ("T5ForQuestionAnswering", T5, dict(TEXT, **ANSWER), [BIAS]),
}

if __name__ == "__main__":
    torch.set_num_threads(1)
    golden.CASES = CASES
    for name in sys.argv[1:] or CASES:
        (golden.OUT / (name + ".json")).write_text(json.dumps(golden.make(name), separators=(",", ":")) + "\n")
