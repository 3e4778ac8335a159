#!/usr/bin/env python3
"""Makes multimodal/testdata/pretrained: a tiny BERT without a pooler, with random weights, as a pretrained encoder of texts.

Needs torch and transformers (PyPI).
"""

import pathlib
import sys

sys.path.pop(0)  # this file's own folder, in which another has the library's name

import torch  # noqa: E402
import transformers  # noqa: E402

torch.manual_seed(0)
config = transformers.BertConfig(vocab_size=64, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=8,
                                 max_position_embeddings=64, initializer_range=0.5)
model = transformers.BertModel(config, add_pooling_layer=False)
model.save_pretrained(pathlib.Path(__file__).parents[2] / "multimodal/testdata/pretrained")
