import json
import resource
import sys
import time

import torch
import transformers

folder, what, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
torch.set_num_threads(threads)
transformers.logging.set_verbosity_error()
begin = time.perf_counter()
model = transformers.AutoModel.from_pretrained(folder, dtype=torch.float32)
loaded = time.perf_counter() - begin
times = []
if what != "load":
    batch, length = int(what), 24
    ids = torch.arange(batch * length).reshape(batch, length) * 7 % 20000 + 1000
    mask = torch.ones_like(ids)
    for row in range(batch):
        mask[row, length - row % 12 :] = 0
    with torch.inference_mode():
        for i in range(60 if batch == 1 else 12):
            begin = time.perf_counter()
            h = model(input_ids=ids, attention_mask=mask).last_hidden_state
            w = mask.unsqueeze(-1).float()
            v = torch.nn.functional.normalize((h * w).sum(1) / w.sum(1).clamp(min=1e-9))
            times.append(time.perf_counter() - begin)
else:
    with torch.inference_mode():
        model(input_ids=torch.tensor([[5, 6, 7]]))
with open("/proc/self/status") as f:
    own = next(int(line.split()[1]) for line in f if line.startswith("RssAnon"))
print(json.dumps({"load": loaded, "forward": sorted(times)[len(times) // 2] if times else 0, "best": min(times, default=0), "peak_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, "own_kib": own}))
