"""Writes official.safetensors with the official package, for safetensors_test.go.

    python -m venv venv && venv/bin/pip install safetensors==0.8.0 numpy
    venv/bin/python make_safetensors.py

Every dtype gets the values 0 to 5 as [2, 3], bool their odd bits; the names are such
that their order differs from the order of storage, and one needs escapes.
"""
import os

import numpy as np
from safetensors import TensorSpec, serialize_file

NUMPY = {"bool": bool, "uint8": "u1", "int8": "i1", "int16": "<i2", "int32": "<i4", "int64": "<i8", "float16": "<f2",
         "float32": "<f4", "float64": "<f8", "complex64": "<c8"}

values = np.arange(6).reshape(2, 3)
arrays = {}  # name -> (dtype, array): also keeps the memory alive
for dtype, code in NUMPY.items():
    arrays["z." + dtype] = dtype, (values % 2 if dtype == "bool" else values).astype(code)
# bfloat16 is the upper half of a float32.
arrays["z.bfloat16"] = "bfloat16", (values.astype("<f4").view("<u4") >> 16).astype("<u2")
arrays["a"] = "float32", np.array(2.5, "<f4")
arrays["empty"] = "float32", np.zeros((3, 0), "<f4")
arrays['na\u00efve "\\\n\x01\x7f\u2028</'] = "int64", np.array([-1], "<i8")

specs = {name: TensorSpec(dtype=dtype, shape=a.shape, data_ptr=a.ctypes.data, data_len=a.nbytes)
         for name, (dtype, a) in arrays.items()}
folder = os.path.dirname(os.path.abspath(__file__))
serialize_file(specs, os.path.join(folder, "official.safetensors"), metadata={"format": "pt"})
