# Makes the files that the tests and examples of torch.Load, LoadNpy and LoadNpz read:
#
#   python3 make_pt.py zip.pt legacy.pt checkpoint.pt     with PyTorch 1.13
#   python3 make_pt.py new.pt quantized.pt rare.pt        with the newest PyTorch
#   python3 make_pt.py array.npy arrays.npz
import collections, os, sys
import torch

os.chdir(os.path.dirname(os.path.abspath(__file__)))


def everything():
    torch.manual_seed(0)
    x = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.25, betas=(0.5, 0.75))
    model(torch.ones(4, 3)).square().sum().backward()
    optimizer.step()
    values = collections.OrderedDict()
    for dtype in (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.float32,
                  torch.float64, torch.complex64, torch.complex128, torch.bool, torch.bfloat16):
        values[str(dtype)] = torch.tensor([[0, 1, 2], [3, 4, 5]]).to(dtype)
    values.update(
        model=model.state_dict(), optimizer=optimizer.state_dict(),
        views=dict(whole=x, turned=x.t(), part=x[1:3, ::2], row=x[2], spread=x[0, 0].expand(2, 3)),
        leaf=torch.ones(2, requires_grad=True), parameter=torch.nn.Parameter(torch.zeros(1, 2)),
        frozen=torch.nn.Parameter(torch.zeros(2), requires_grad=False),
        empty=torch.empty(0, 3), scalar=torch.tensor(7),
        plain=dict(none=None, yes=True, no=False, int=-5, long=2**40, big=2**70, negative=-2**70, float=0.1,
                   text="h\u00e9llo", data=b"\x00\xff", list=[1, [2.5, "x"]], tuple=(1, "a"), imaginary=1 - 2j,
                   size=x.shape, dtype=torch.bfloat16, device=torch.device("cuda:1")))
    return values


def checkpoint():
    torch.manual_seed(0)
    model = torch.nn.Linear(3, 2)
    torch.nn.init.constant_(model.bias, 0.5)
    torch.nn.init.eye_(model.weight)
    return {"epoch": 3, "model": model.state_dict()}


def quantized():
    x = torch.arange(-6, 6).reshape(3, 4) * 0.25
    per_channel = torch.quantize_per_channel(x, torch.tensor([0.1, 0.2, 0.3, 0.4]).double(), torch.tensor([1, 2, 3, 4]), 1, torch.quint8)
    values = {str(d): torch.quantize_per_tensor(x, 0.1, 2, d) for d in (torch.qint8, torch.quint8, torch.qint32)}
    values.update(
        turned=values["torch.qint8"].t(), row=values["torch.qint8"][1], empty=torch.quantize_per_tensor(x[:0], 1, 0, torch.qint8),
        per_channel=per_channel, floats=torch.quantize_per_channel(x, torch.ones(3) / 3, torch.ones(3) / 7, 0, torch.quint8),
        last=torch.quantize_per_channel(x.reshape(1, 3, 2, 2).contiguous(memory_format=torch.channels_last), torch.ones(3).double(),
                                        torch.zeros(3).long(), 1, torch.qint8),
        complex32=torch.tensor([1 - 2j, 0.5j]).to(torch.complex32), scheme=torch.per_channel_affine,
        counter=collections.Counter({30: 1, 60: 2}))
    values["parameter"] = torch.nn.Parameter(torch.ones(2))
    values["parameter"].note = "a parameter with an attribute"
    return values


# Before the dtypes of PyTorch 2.1 nothing here could be read.
RARE = ("float8_e5m2", "float8_e4m3fn", "float8_e5m2fnuz", "float8_e4m3fnuz", "float8_e8m0fnu", "uint16", "uint32", "uint64")


def rare():
    values = {d: torch.tensor([1, 2, 4], dtype=torch.float32).to(getattr(torch, d)) for d in RARE}
    return dict(values, view=torch.arange(6).to(torch.uint16).reshape(2, 3).t()[1:])


for name in sys.argv[1:]:
    if name in ("quantized.pt", "rare.pt"):
        torch.save({"quantized.pt": quantized, "rare.pt": rare}[name](), name)
    elif name == "checkpoint.pt":
        torch.save(checkpoint(), name)
    elif name.endswith(".pt"):
        torch.save(everything(), name, _use_new_zipfile_serialization=name != "legacy.pt")
    elif name.endswith(".npy"):
        import numpy
        numpy.save(name, numpy.asfortranarray(numpy.arange(6, dtype=">f4").reshape(2, 3)))
    else:
        import numpy
        numpy.savez_compressed(name, a=numpy.arange(4), b=numpy.array(True), c=numpy.ones((2, 0), "c8"))
