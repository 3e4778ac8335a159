# Calls every operator that PyTorch itself tests, with PyTorch's own sample inputs, and writes down what was
# given and what came back: for Go to do the same and compare. See TestParityOperators in torch/aten.
#
# Each sample is run in two ways. Once the operator is called itself (torch.ops.aten), with its gradients
# where it has any; and once PyTorch's function is called, forward and backward, and all operators that
# it comes down to are noted, which are others and more.
#
# Usage: opinfo.py CALLS DATA [small]   (two files to write)
#   CALLS  a JSON object a line: {op, seed, args, kwargs, out, after, grads, ...}; for the values see encode
#   DATA   the bytes of all tensors
#   small  one call of each overload, with little data: for the files in torch/aten/testdata
import hashlib, itertools, json, sys, types, unittest, warnings

import torch
from torch.utils._python_dispatch import TorchDispatchMode

try:
    import expecttest
except ImportError:  # only PyTorch's own test suite needs it
    sys.modules["expecttest"] = types.ModuleType("expecttest")
    sys.modules["expecttest"].TestCase, sys.modules["expecttest"].ACCEPT = unittest.TestCase, False
from torch.testing._internal.common_methods_invocations import op_db

SAMPLES = 12  # of an operator and dtype
small = (globals().get("args") or sys.argv[1:])[2:] == ["small"]
CALLS = 1 if small else 4  # of an overload and dtypes that are kept
LARGEST = 1000 if small else 1 << 30  # bytes of a tensor
DTYPES = [torch.float32, torch.int64] if small else [
    torch.float32, torch.float64, torch.int64, torch.bool, torch.complex64, torch.bfloat16]
NUMBERS = {torch.uint8: 0, torch.int8: 1, torch.int16: 2, torch.int32: 3, torch.int64: 4, torch.float16: 5, torch.float32: 6,
           torch.float64: 7, torch.complex64: 9, torch.complex128: 10, torch.bool: 11, torch.bfloat16: 15}
LAYOUTS = {torch.strided: 0, torch.sparse_coo: 1, torch.sparse_csr: 2, torch.sparse_csc: 4, torch.sparse_bsr: 5, torch.sparse_bsc: 6}
FORMATS = {torch.contiguous_format: 0, torch.preserve_format: 1, torch.channels_last: 2, torch.channels_last_3d: 3}

warnings.simplefilter("ignore")
torch.set_num_threads(1)


class Left(Exception):
    """A call that can't be written down, with the reason."""


class Data:
    """The bytes of tensors, each written once."""

    def __init__(self, path):
        self.file, self.at, self.places = open(path, "wb"), 0, {}

    def place(self, b):
        key = hashlib.sha1(b).digest()
        if key not in self.places:
            self.places[key] = self.at
            self.file.write(b)
            self.at += len(b)
        return [self.places[key], len(b)]


def storage_bytes(t):
    s = t.untyped_storage() if hasattr(t, "untyped_storage") else t.storage().untyped()
    return s.data_ptr(), raw(s.data_ptr(), s.nbytes())


def raw(pointer, size):
    import ctypes
    return ctypes.string_at(pointer, size) if size else b""


def plain(t):
    """Whether it is an ordinary tensor on the CPU."""
    return (type(t) in (torch.Tensor, torch.nn.Parameter) and t.layout == torch.strided and t.device.type == "cpu"
            and not t.is_quantized and t.dtype in NUMBERS)


def is_python_number(t):
    """Whether a tensor is a Python number in disguise, which counts less when dtypes are promoted."""
    if t.dim() > 0 or t.dtype not in (torch.float64, torch.int64, torch.complex128):
        return False
    other = torch.zeros((), dtype=torch.uint8) if t.dtype == torch.int64 else torch.zeros(1, dtype=torch.int64)
    return torch.result_type(other, t) != t.dtype


class Call:
    """The values of one call. Tensors that share memory do so in Go as well."""

    def __init__(self, data):
        self.data, self.storages = data, []

    def encode(self, v):
        if isinstance(v, torch.Tensor):
            if not plain(v):
                raise Left("a tensor that is sparse, quantised or not on the CPU")
            if is_python_number(v):
                raise Left("a Python number in place of a tensor")
            if v._is_zerotensor():
                raise Left("a tensor without memory")
            pointer, content = storage_bytes(v)
            if len(content) > LARGEST:
                raise Left("much data")
            if pointer not in self.storages:
                self.storages.append(pointer)
            return ["T", self.storages.index(pointer) if content else -1, *self.data.place(content), NUMBERS[v.dtype],
                    list(v.shape), list(v.stride()), v.storage_offset(), v.is_conj(), v.is_neg()]
        if v is None:
            return ["N"]
        if isinstance(v, bool):
            return ["b", v]
        if isinstance(v, int):
            return ["i", str(v)]
        if isinstance(v, float):
            return ["f", v.hex()]
        if isinstance(v, complex):
            return ["c", v.real.hex(), v.imag.hex()]
        if isinstance(v, str):
            return ["s", v]
        if isinstance(v, torch.dtype):
            return ["i", str(NUMBERS[v])]
        if isinstance(v, torch.layout):
            return ["i", str(LAYOUTS[v])]
        if isinstance(v, torch.memory_format):
            return ["i", str(FORMATS[v])]
        if isinstance(v, torch.device):
            return ["s", str(v)]
        if isinstance(v, (list, tuple)):
            return ["L", [self.encode(x) for x in v]]
        raise Left("a " + type(v).__name__)

    def result(self, v):
        """A result: of a tensor, what it says of itself and its elements row by row."""
        if isinstance(v, torch.Tensor):
            if not plain(v):
                raise Left("a result that is sparse, quantised or not on the CPU")
            if v.nelement() * v.element_size() > LARGEST:
                raise Left("much data")
            c = v.detach().resolve_conj().resolve_neg().contiguous()
            if c._is_zerotensor():  # has no memory
                c = torch.zeros(c.shape, dtype=c.dtype)
            return ["R", *self.data.place(raw(c.data_ptr(), c.nelement() * c.element_size())), NUMBERS[v.dtype],
                    list(v.shape), list(v.stride())]
        if isinstance(v, (list, tuple)):
            return ["L", [self.result(x) for x in v]]
        return self.encode(v)


def tensors_in(*values):
    for v in values:
        if isinstance(v, torch.Tensor):
            yield v
        elif isinstance(v, (list, tuple)):
            yield from tensors_in(*v)
        elif isinstance(v, dict):
            yield from tensors_in(*v.values())


def copied(v):
    """A value with its tensors copied: same elements, same strides, nothing shared."""
    if isinstance(v, torch.Tensor):
        t = v.detach()
        if t.layout == torch.strided and not t.is_quantized:
            return t.clone().requires_grad_(v.requires_grad)
        return t.clone()
    if isinstance(v, (list, tuple)):
        return type(v)(copied(x) for x in v) if type(v) in (list, tuple) else v
    if isinstance(v, dict):
        return {k: copied(x) for k, x in v.items()}
    return v


class Recorder:
    def __init__(self, calls, data):
        self.calls, self.data = open(calls, "w"), Data(data)
        self.seen, self.kept, self.left, self.written = set(), {}, {}, 0
        self.covered = set()

    def begin(self, op, args, kwargs, gradients=False):
        """Notes what goes in, before it is changed; None for what need not be kept."""
        schema = op._schema
        name = schema.name.split("::")
        if name[0] != "aten":
            return None
        full = name[1] + ("." + schema.overload_name if schema.overload_name else "")
        try:
            given = [*zip(schema.arguments, args), *((a, kwargs[a.name]) for a in schema.arguments if a.name in kwargs)]
            for a, v in given:
                if "Tensor" in str(a.type) and isinstance(v, (int, float, complex)):
                    raise Left("a Python number in place of a tensor")
                if "Tensor" not in str(a.type) and isinstance(v, torch.Tensor):
                    raise Left("a tensor in place of a Python number")
            c = Call(self.data)
            dtypes = tuple(t.dtype for t in tensors_in(args, kwargs))
            if self.kept.get((full, dtypes, gradients), 0) >= CALLS:
                return None
            entry = {"op": full, "seed": self.written, "args": [c.encode(a) for a in args],
                     "kwargs": {k: c.encode(v) for k, v in kwargs.items()}}
        except Left as e:
            self.left.setdefault(str(e), set()).add(full)
            return None
        key = json.dumps([full, gradients, entry["args"], entry["kwargs"]])
        if key in self.seen:
            return None
        self.seen.add(key)
        torch.manual_seed(entry["seed"])
        return c, entry, (full, dtypes, gradients)

    def end(self, begun, op, args, kwargs, out, **more):
        """Notes what came out, and what changed."""
        if begun is None:
            return
        c, entry, key = begun
        results = len(op._schema.returns)
        try:
            entry["out"] = [c.result(o) for o in (out if results > 1 else [out] if results else [])]
            given = dict(zip((a.name for a in op._schema.arguments), args), **kwargs)
            entry["after"] = {a.name: c.result(given[a.name]) for a in op._schema.arguments
                              if a.alias_info is not None and a.alias_info.is_write and a.name in given}
            for k, v in more.items():
                entry[k] = [c.result(x) for x in v]
        except Left as e:
            self.left.setdefault(str(e), set()).add(entry["op"])
            return
        self.kept[key] = self.kept.get(key, 0) + 1
        self.written += 1
        self.covered.add(entry["op"])
        self.calls.write(json.dumps(entry) + "\n")


class Watch(TorchDispatchMode):
    """Notes every operator that runs below autograd."""

    def __init__(self, recorder):
        super().__init__()
        self.recorder = recorder

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        begun = self.recorder.begin(func, args, kwargs)
        out = func(*args, **kwargs)
        self.recorder.end(begun, func, args, kwargs, out)
        return out


def differentiable(t):
    return isinstance(t, torch.Tensor) and (t.is_floating_point() or t.is_complex())


def backward(outputs, seeds):
    """The gradients of the sum of all outputs, each weighed with a tensor."""
    if len(outputs) == 1:
        return outputs[0].backward(seeds[0])
    total = None
    for o, s in zip(outputs, seeds):
        part = (o * s).sum().to(torch.complex128)
        total = part if total is None else total + part
    total.backward(torch.ones_like(total))


def weights(outputs):
    """Something else than ones for each output."""
    return [torch.linspace(-1, 2, o.nelement()).to(o.dtype).reshape(o.shape) for o in outputs]


def direct(recorder, op, args, kwargs, gradients):
    """Calls an overload itself, and says whether it took the arguments."""
    args, kwargs = copied(args), dict(sorted(copied(kwargs).items()))  # the order in which Go asks for gradients
    leaves = [t.requires_grad_() for t in tensors_in(args, kwargs) if differentiable(t)] if gradients else []
    with torch.no_grad():  # what is noted has no gradients
        begun = recorder.begin(op, args, kwargs, gradients)
    more = {}
    try:
        out = op(*args, **kwargs)
        if gradients:
            outputs = [t for t in tensors_in(out) if t.requires_grad]
            more["seeds"] = weights(outputs)
            backward(outputs, more["seeds"])
            more["grads"] = [t.grad for t in leaves]
    except Exception:
        return False
    recorder.end(begun, op, args, kwargs, out, **more)
    return True


def overloads(name):
    """The overloads of an operator, without those that write to a tensor given by keyword."""
    packet = getattr(torch.ops.aten, name, None)
    if packet is None or not hasattr(packet, "overloads"):
        return []
    all = [getattr(packet, o) for o in packet.overloads()]
    return [o for o in all if not any(a.kwarg_only and a.alias_info is not None and a.alias_info.is_write for a in o._schema.arguments)]


def names(info):
    """What an operator of PyTorch's table may be called in the registry."""
    short = info.name.removeprefix("nn.functional.").removeprefix("_refs.").replace(".", "_")
    return dict.fromkeys(n for n in (info.aten_name, short, info.name.split(".")[-1]) if n)


def run(recorder, info, dtype):
    samples = list(itertools.islice(info.sample_inputs("cpu", dtype), SAMPLES))
    tracked = info.supports_autograd and (dtype.is_floating_point or dtype.is_complex) and dtype != torch.bfloat16
    for s in samples:
        args, kwargs = [s.input, *s.args], s.kwargs
        for name in names(info):
            for suffix in "", "_":
                for overload in overloads(name + suffix):
                    if direct(recorder, overload, args, kwargs, False):
                        if tracked and not suffix:
                            direct(recorder, overload, args, kwargs, True)
                        break
        args, kwargs = copied(args), copied(kwargs)
        if tracked:
            for t in tensors_in(args, kwargs):
                if differentiable(t):
                    t.requires_grad_()
        with Watch(recorder):
            try:
                outputs = [t for t in tensors_in(info.op(*args, **kwargs)) if t.requires_grad]
                if outputs:
                    backward(outputs, weights(outputs))
            except (RuntimeError, TypeError, ValueError, IndexError):
                pass  # a sample that is meant for other devices, or to fail


def main(calls, data):
    recorder = Recorder(calls, data)
    for info in op_db:
        for dtype in DTYPES:
            if dtype not in info.supported_dtypes("cpu"):
                continue
            try:
                run(recorder, info, dtype)
            except Exception as e:  # PyTorch's own samples, made with a newer Python than it knew
                print("no samples of", info.name, dtype, e, file=sys.stderr)
    only = {why: sorted(ops - recorder.covered) for why, ops in recorder.left.items()}
    recorder.calls.write(json.dumps({"left": only}) + "\n")
    recorder.calls.close()
    recorder.data.file.close()


main(*(globals().get("args") or sys.argv[1:])[:2])
