"""Writes golden.tfevents with torch.utils.tensorboard.SummaryWriter, and golden.json with what is in it.

Needs torch (1.13 or later) and tensorboard. Run it in this folder. The clock stands still at a time that a float64
holds exactly, and all numbers are small dyadic fractions, so sums come out the same in any order.
"""

import json
import os
import shutil
import tempfile
import time

WALL_TIME = 1700000000.25
time.time = lambda: WALL_TIME  # before the writers look at the clock

import numpy as np
import torch
from torch.utils.tensorboard import SummaryWriter

# PyTorch 1.13 asks np.greater for a dtype that numpy 1.24 no longer gives; the result is only counted.
greater = np.greater
np.greater = lambda a, b, dtype=None: greater(a, b)

values = np.concatenate(
    [np.arange(-64, 65) / 16, [1e-12, -1e-12, 0.0, 2.0**40, -(2.0**-45)]]
)
folder = tempfile.mkdtemp()
# Events that are older than a flush interval are flushed at once, so the still clock does no harm.
with SummaryWriter(folder, purge_step=3) as w:
    w.add_scalar("loss/train", 2.5, 0)
    w.add_scalar("loss/train", 0.0, 1)
    w.add_scalar("loss/train", float("nan"), 2)
    w.add_scalar("loss/train", float("inf"), 3)
    w.add_scalar("loss/train", float("-inf"), -4)
    w.add_scalar("loss/train", 0.1, 2**40)
    w.add_scalar("größe/ü", 1e-45, 5)
    w.add_histogram("weights", values, 6)
    w.add_histogram("one", np.array([0.5]), 7)
    w.add_histogram("zeros", np.zeros(3), 8)
    w.add_text("notes", "**bold**\n\ngrün", 9)
    w.add_text("notes", "", 10)
(name,) = os.listdir(folder)
shutil.move(os.path.join(folder, name), "golden.tfevents")
shutil.rmtree(folder)
with open("golden.json", "w") as f:
    json.dump({"torch": torch.__version__, "values": values.tolist()}, f)

# What came later, in a file of its own: more.tfevents. The recording, the curve and the settings are made anew by the test.
folder = tempfile.mkdtemp()
with SummaryWriter(folder, purge_step=0) as w:
    samples = torch.tensor([0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -0.001], dtype=torch.float32)
    w.add_audio("tone", samples, 1, sample_rate=8000)
    truth = np.array([1, 0, 1, 1, 0, 0, 1, 0])
    said = np.array([0.9, 0.8, 0.75, 0.5, 0.25, 0.0, 1.0, 0.5])
    w.add_pr_curve("cat", truth, said, 2)
    from torch.utils.tensorboard.summary import hparams

    for summary in hparams({"lr": 0.25}, {"accuracy/test": 0.0}):
        w._get_file_writer().add_summary(summary, 0)
    from tensorboard.compat.proto.attr_value_pb2 import AttrValue
    from tensorboard.compat.proto.graph_pb2 import GraphDef
    from tensorboard.compat.proto.node_def_pb2 import NodeDef
    from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
    from tensorboard.compat.proto.versions_pb2 import VersionDef

    dims = [TensorShapeProto.Dim(size=n) for n in (3, -1)]
    shape = AttrValue(list=AttrValue.ListValue(shape=[TensorShapeProto(dim=dims)]))
    nodes = [
        NodeDef(name="net/fc/weight", op="Parameter", attr={"_output_shapes": shape}),
        NodeDef(name="net/fc/Linear", op="Linear", input=["net/fc/weight"], attr={"attr": AttrValue(s=b"Linear(2, 3)")}),
    ]
    from tensorboard.compat.proto.event_pb2 import Event

    graph = GraphDef(node=nodes, versions=VersionDef(producer=22)).SerializeToString()
    w._get_file_writer().add_event(Event(graph_def=graph))
(name,) = os.listdir(folder)
shutil.move(os.path.join(folder, name), "more.tfevents")
shutil.rmtree(folder)
