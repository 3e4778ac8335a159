# Decodes greedily with Transformers and prints what it took, as JSON. Usage: generation.py FOLDER THREADS PROMPT TOKENS
import json, resource, sys, time

import torch, transformers

folder, threads, prompt, tokens = sys.argv[1], *map(int, sys.argv[2:])
torch.set_num_threads(threads)
transformers.logging.set_verbosity_error()
model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
model.generation_config = transformers.GenerationConfig()
vocab = model.config.vocab_size
ids = torch.tensor([[(7 * i * i + 3 * i) % vocab for i in range(prompt)]])


def generate(n):
    config = transformers.GenerationConfig(max_new_tokens=n, pad_token_id=0)
    begin, cpu = time.perf_counter(), time.process_time()
    out = model.generate(ids, attention_mask=torch.ones_like(ids), generation_config=config)
    return time.perf_counter() - begin, time.process_time() - cpu, out[0, prompt:].tolist()


generate(2)
seconds, cpu, new = generate(tokens)
print(json.dumps(dict(seconds=seconds, cpu=cpu, peak_kib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, ids=new)))
