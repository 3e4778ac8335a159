"""Transcribes clips as Transformers does, or faster-whisper: one a line on standard input, 16 kHz float32 samples in a file.

usage: twin.py transformers FOLDER THREADS | twin.py faster-whisper FOLDER THREADS
"""
import json
import resource
import sys
import time

import numpy as np

kind, folder, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
if kind == "transformers":
	import torch
	import transformers

	transformers.logging.set_verbosity_error()
	torch.set_num_threads(threads)
	model = transformers.WhisperForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
	extractor = transformers.WhisperFeatureExtractor.from_pretrained(folder)
	end = model.generation_config.eos_token_id

	def transcribe(samples):
		features = extractor(samples, sampling_rate=16000, return_tensors="pt").input_features
		with torch.no_grad():
			ids = model.generate(features)[0].tolist()
		return [i for i in ids if i < end]
else:
	from faster_whisper import WhisperModel

	model = WhisperModel(folder, device="cpu", compute_type="float32", cpu_threads=threads)

	def transcribe(samples):
		segments, _ = model.transcribe(samples, beam_size=1, temperature=0, without_timestamps=True, condition_on_previous_text=False)
		return [i for s in segments for i in s.tokens if i < 50256]

print("ready", flush=True)
for path in sys.stdin:
	samples = np.fromfile(path.rstrip("\n"), dtype=np.float32)
	begin, worked = time.perf_counter(), time.process_time()
	ids = transcribe(samples)
	seconds, cpu = time.perf_counter() - begin, time.process_time() - worked
	peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
	print(json.dumps({"ids": ids, "seconds": seconds, "cpu": cpu, "peak": peak}), flush=True)
