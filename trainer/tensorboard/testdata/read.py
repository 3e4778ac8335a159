"""Reads a run with TensorBoard's own loader and prints what it finds, as JSON. python read.py FOLDER"""

import io
import json
import os
import sys
import wave

from google.protobuf import text_format
from tensorboard.backend.event_processing import event_accumulator
from tensorboard.plugins.hparams import api_pb2, metadata
from tensorboard.plugins.projector import projector_config_pb2
from tensorboard.util import tensor_util

folder = sys.argv[1]
events = event_accumulator.EventAccumulator(folder, size_guidance={k: 0 for k in event_accumulator.DEFAULT_SIZE_GUIDANCE})
events.Reload()
tags = events.Tags()


def tensor(tag):
    return tensor_util.make_ndarray(events.Tensors(tag)[0].tensor_proto)


out = {}
scalars = events.Scalars("loss/train")
out["scalars"] = [len(scalars), "loss/train", scalars[0].value]
histograms = events.Histograms("weights/fc")
out["histograms"] = [len(histograms), histograms[0].histogram_value.num]
image = events.Images("pictures/ramp")[0]
out["images"] = [image.width, image.height]
sound = events.Audio("tone")[0]
with wave.open(io.BytesIO(sound.encoded_audio_string)) as w:
    out["audio"] = [w.getframerate(), w.getnframes()]
    assert w.getnframes() == sound.length_frames and w.getsampwidth() == 2
out["text"] = tensor("notes/text_summary")[0].decode()
out["pr"] = list(tensor("cat").shape)
graph = events.Graph()
out["graph"] = [n.name for n in graph.node]
out["graph_inputs"] = list(graph.node[-1].input)


def content(tag):
    return events.SummaryMetadata(tag).plugin_data.content


session = metadata.parse_session_start_info_plugin_data(content(metadata.SESSION_START_INFO_TAG))
out["hparams"] = {k: getattr(v, v.WhichOneof("kind")) for k, v in session.hparams.items()}
experiment = metadata.parse_experiment_plugin_data(content(metadata.EXPERIMENT_TAG))
assert {h.name for h in experiment.hparam_infos} == set(out["hparams"])
out["metrics"] = [m.name.tag for m in experiment.metric_infos]
end = metadata.parse_session_end_info_plugin_data(content(metadata.SESSION_END_INFO_TAG))
out["status"] = api_pb2.Status.Name(end.status)
config = projector_config_pb2.ProjectorConfig()
with open(os.path.join(folder, "projector_config.pbtxt")) as f:
    text_format.Parse(f.read(), config)
(e,) = config.embeddings
lines = [len(open(os.path.join(folder, p)).readlines()) for p in (e.tensor_path, e.metadata_path)]
out["embedding"] = [e.tensor_name, *lines]
print(json.dumps(out))
