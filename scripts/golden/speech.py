"""Writes transformers/speech/testdata/long.json: how OpenAI's whisper transcribes a recording of several windows, Asterisk's
prompts one after the other, with the weights of a folder that multitorch models get whisper-tiny.en made. It needs
openai-whisper, safetensors, soundfile and soxr.

usage: speech.py FOLDER SOUNDS    where SOUNDS is the folder en_US_f_Allison of asterisk-core-sounds-en-wav
"""
import json
import os
import re
import sys

import numpy as np
import soundfile
import soxr
import torch
import whisper
from safetensors.torch import load_file
from whisper.model import ModelDimensions, Whisper

NAMES = ["demo-congrats", "demo-instruct", "conf-usermenu", "vm-options", "demo-moreinfo"]
RENAMED = [
	(r"^model\.", ""), (r"\.layers\.", ".blocks."), (r"self_attn_layer_norm", "attn_ln"), (r"encoder_attn_layer_norm", "cross_attn_ln"),
	(r"self_attn", "attn"), (r"encoder_attn", "cross_attn"), (r"q_proj", "query"), (r"k_proj", "key"), (r"v_proj", "value"),
	(r"out_proj", "out"), (r"fc1", "mlp.0"), (r"fc2", "mlp.2"), (r"final_layer_norm", "mlp_ln"), (r"encoder\.layer_norm", "encoder.ln_post"),
	(r"decoder\.layer_norm", "decoder.ln"), (r"embed_positions\.weight", "positional_embedding"), (r"embed_tokens", "token_embedding"),
]


def name(key):
	for pattern, new in RENAMED:
		key = re.sub(pattern, new, key)
	return key


folder, sounds = sys.argv[1:]
torch.set_num_threads(1)
model = Whisper(ModelDimensions(80, 1500, 384, 6, 4, 51864, 448, 384, 6, 4))
state = {name(k): t.float() for k, t in load_file(os.path.join(folder, "model.safetensors")).items()}
print(model.load_state_dict(state, strict=False))
model.eval()
samples = []
for n in NAMES:
	x, rate = soundfile.read(os.path.join(sounds, n + ".wav"), dtype="float32")
	samples.append(soxr.resample(x, rate, 16000, quality="HQ").astype(np.float32))
samples = np.concatenate(samples)
result = whisper.transcribe(model, samples, temperature=0.0, condition_on_previous_text=False, fp16=False, language="en")
golden = {
	"what": "openai-whisper transcribe, temperature 0, without the text before; the clips one after the other, soxr HQ to 16 kHz",
	"clips": NAMES, "samples": len(samples),
	"segments": [
		{k: s[k] for k in ("seek", "start", "end", "text", "tokens", "avg_logprob", "compression_ratio", "no_speech_prob")}
		for s in result["segments"]
	],
}
path = os.path.join(os.path.dirname(__file__), "../../transformers/speech/testdata/long.json")
with open(path, "w") as f:
	json.dump(golden, f, separators=(",", ":"))
	f.write("\n")
