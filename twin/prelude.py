# Runs a test's Python code; see twin.go. It gets:
#
#   inputs  a dict of the tensors that Go sent
#   args    a list of strings
#   out     a dict for what goes back: out["name"] = a tensor or a number
#   save    the same with keywords: save(loss=loss, grad=w.grad)
#
# Usage: prelude.py SCRIPT INPUTS OUTPUTS VERSION ARGS...
import ctypes, json, re, struct, sys, textwrap

UNUSABLE = 3  # the exit status that tells Go that this Python won't do

script, inputs_file, outputs_file, version, *args = sys.argv[1:]
try:
    import torch
except ImportError as e:
    sys.exit(print(e, file=sys.stderr) or UNUSABLE)
number = re.compile(r"[\d.]*\d")
if number.match(torch.__version__).group() != number.match(version).group():
    sys.exit(print("its torch is", torch.__version__, file=sys.stderr) or UNUSABLE)
torch.set_num_threads(1)

DTYPES = {"BOOL": torch.bool, "U8": torch.uint8, "I8": torch.int8, "I16": torch.int16, "I32": torch.int32,
          "I64": torch.int64, "F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32,
          "F64": torch.float64, "C64": torch.complex64}


def read(path):
    with open(path, "rb") as f:
        header = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
        buffer = bytearray(f.read())
    tensors = {}
    for name, t in header.items():
        if name == "__metadata__":
            continue
        (begin, end), dtype = t["data_offsets"], DTYPES[t["dtype"]]
        flat = torch.frombuffer(buffer[begin:end], dtype=dtype) if end > begin else torch.empty(0, dtype=dtype)
        tensors[name] = flat.reshape(t["shape"])
    for name, of in header.get("__metadata__", {}).items():
        tensors[name[len("alias."):]] = tensors[of]
    return tensors


def write(path, tensors):
    names = {dtype: name for name, dtype in DTYPES.items()}
    header, data = {}, []
    at = 0
    for name, t in tensors.items():
        t = t.detach().cpu().contiguous().resolve_conj().resolve_neg()
        if t.dtype not in names:
            sys.exit("out[%r] is %s, which can't be passed to Go; convert it" % (name, t.dtype))
        data.append(ctypes.string_at(t.data_ptr(), t.nelement() * t.element_size()) if t.nelement() else b"")
        header[name] = {"dtype": names[t.dtype], "shape": list(t.shape), "data_offsets": [at, at + len(data[-1])]}
        at += len(data[-1])
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + b"".join(data))


def tensor(value):
    if isinstance(value, torch.Tensor):
        return value
    return torch.tensor(value, dtype=torch.float64 if isinstance(value, float) else None)


out = {}
with open(script) as f:
    code = compile(textwrap.dedent(f.read()), script, "exec")
exec(code, {"__name__": "__main__", "torch": torch, "inputs": read(inputs_file), "args": args, "out": out,
            "save": lambda **values: out.update(values)})
write(outputs_file, {name: tensor(value) for name, value in out.items()})
