# Prints the public functions, methods and classes of the installed PyTorch that
# the toolkit is held against, one a line: "torch.add", "torch.Tensor.add",
# "torch.linalg.svd", "torch.nn.Conv2d", "torch.nn.utils.clip_grad_norm_".
#
#   /usr/bin/python3 scripts/coverage/names.py > scripts/coverage/testdata/1.13_names.txt
#
# With the word "learning" they are those of torch.nn, torch.optim and
# torch.distributions alone, of a newer PyTorch:
#
#   python3 scripts/coverage/names.py learning > scripts/coverage/testdata/2.15_names.txt
import importlib
import inspect
import sys

import torch

OPERATORS = ["torch", "torch.Tensor", "torch.linalg", "torch.fft"]
LEARNING = [
    "torch.nn", "torch.nn.Module", "torch.nn.functional", "torch.nn.init", "torch.nn.utils", "torch.nn.utils.rnn",
    "torch.nn.utils.parametrize", "torch.nn.utils.parametrizations", "torch.nn.utils.prune", "torch.nn.utils.fusion",
    "torch.nn.utils.stateless", "torch.nn.attention", "torch.optim", "torch.optim.lr_scheduler", "torch.optim.swa_utils", "torch.distributions",
    "torch.distributions.transforms", "torch.distributions.constraints", "torch.distributions.kl",
]


def names(path):
    """The functions of a module or class, and, of the modules above them, the classes."""
    try:
        place = importlib.import_module(path) if path.split(".")[-1] not in ("Tensor", "Module") else eval(path)
    except ImportError:  # of a newer PyTorch
        return
    for name in sorted(dir(place)):
        value = getattr(place, name, None)
        if name.startswith("_") or not callable(value) or inspect.ismodule(value):
            continue
        if inspect.isclass(value) and (path not in LEARNING or not value.__module__.startswith("torch.")):
            continue
        # What a module merely imported (typing's helpers, say) isn't its own.
        origin = getattr(value, "__module__", None) or "torch"
        if origin.split(".")[0] != "torch":
            continue
        # In the modules above a function or class has its home in the module itself or in one that it is made of.
        if path in LEARNING and not path.endswith("functional") and not (origin + ".").startswith(home(path)):
            continue
        yield name


def home(path):
    return {"torch.nn.Module": "torch.", "torch.nn": "torch.nn."}.get(path, path + ".")


if __name__ == "__main__":
    for path in LEARNING if "learning" in sys.argv else OPERATORS + LEARNING:
        for name in names(path):
            print(path + "." + name)
