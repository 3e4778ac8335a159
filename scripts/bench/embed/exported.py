"""Makes vectors of texts as embed.py does, by onnxruntime. The model is exported to FILE where that isn't there yet.

usage: exported.py FOLDER BATCH THREADS FILE
"""
import json
import os
import resource
import sys
import time

import numpy as np
import onnxruntime

folder, batch, threads, file = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
length = 24
ids = (np.arange(batch * length).reshape(batch, length) * 7 % 20000 + 1000).astype(np.int64)
mask = np.ones_like(ids)
for row in range(batch):
    mask[row, length - row % 12 :] = 0

if not os.path.exists(file):
    import torch
    import transformers

    class Sentences(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = transformers.AutoModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")

        def forward(self, ids, mask):
            h = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
            w = mask.unsqueeze(-1).float()
            return torch.nn.functional.normalize((h * w).sum(1) / w.sum(1).clamp(min=1e-9))

    transformers.logging.set_verbosity_error()
    torch.onnx.export(Sentences().eval(), (torch.from_numpy(ids), torch.from_numpy(mask)), file, input_names=["ids", "mask"], dynamo=True)

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
options.inter_op_num_threads = 1
begin = time.perf_counter()
session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
loaded = time.perf_counter() - begin
times = []
for _ in range(60 if batch == 1 else 12):
    begin = time.perf_counter()
    session.run(None, {"ids": ids, "mask": mask})
    times.append(time.perf_counter() - begin)
print(json.dumps({"load": loaded, "forward": sorted(times)[len(times) // 2], "best": min(times), "peak_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, "own_kib": 0}))
