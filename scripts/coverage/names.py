# Prints the public functions and methods of the installed PyTorch that package
# torch is held against, one a line: "torch.add", "torch.Tensor.add",
# "torch.linalg.svd", "torch.fft.fft".
#
#   /usr/bin/python3 scripts/coverage/names.py > scripts/coverage/testdata/1.13_names.txt
import inspect

import torch
import torch.fft
import torch.linalg


def functions(place):
    for name in sorted(dir(place)):
        value = getattr(place, name, None)
        if name.startswith("_") or not callable(value) or inspect.isclass(value) or inspect.ismodule(value):
            continue
        # What a module merely imported (typing's helpers, say) isn't its own.
        if (getattr(value, "__module__", None) or "torch").split(".")[0] != "torch":
            continue
        yield name


if __name__ == "__main__":
    for prefix, place in (("torch", torch), ("torch.Tensor", torch.Tensor), ("torch.linalg", torch.linalg), ("torch.fft", torch.fft)):
        for name in functions(place):
            print(prefix + "." + name)
