"""The usual Python server of a model: Flask under waitress, with the network that "multitorch train fashion-mnist" trains.

server.py CHECKPOINT PORT
"""

import io
import json
import struct
import sys

import torch
import waitress
from flask import Flask, jsonify, request
from PIL import Image
from torch import nn


def load(path):
    """The tensors of a safetensors file."""
    with open(path, "rb") as f:
        data = f.read()
    (n,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + n])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        part = torch.frombuffer(bytearray(data[8 + n + begin : 8 + n + end]), dtype=torch.float32)
        tensors[name] = part.reshape(entry["shape"])
    return tensors


CLASSES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]

torch.set_num_threads(1)
model = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(32 * 7 * 7, 10),
)
model.load_state_dict(load(sys.argv[1]))
model.eval()
app = Flask(__name__)


@app.post("/v1/classify")
def classify():
    picture = Image.open(io.BytesIO(request.files["image"].read())).convert("RGB").resize((28, 28), Image.BILINEAR)
    with torch.no_grad():
        rgb = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8).reshape(28, 28, 3).permute(2, 0, 1)
        image = (rgb.unsqueeze(0).to(torch.float32) / 255).mean(1, keepdim=True)
        if image.select(2, 0).mean() > 0.5:
            image = 1 - image
        values, order = torch.softmax(model(image), 1)[0].topk(10)
    answers = [{"answer": CLASSES[k], "probability": p} for k, p in zip(order.tolist(), values.tolist())]
    return jsonify(answers=answers[:5])


waitress.serve(app, host="127.0.0.1", port=int(sys.argv[2]), threads=8, backlog=1024, connection_limit=1000)
