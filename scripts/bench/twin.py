"""The Python side of the benchmark: the same work as worker.go, one mode a run."""
import json
import resource
import sys
import time
import timeit

import torch
import torch.nn as nn

import checkpoint
import language


class ImageFeatureExtractor(nn.Module):
    def __init__(self):
        super().__init__()
        self.cnn = nn.Conv2d(3, 64, kernel_size=3, stride=1, padding=1)

    def forward(self, x):
        return self.cnn(x).mean((2, 3))


class TextFeatureExtractor(nn.Module):
    def __init__(self, words):
        super().__init__()
        self.embedding = nn.Embedding(words, 100)
        self.rnn = nn.GRU(100, 64, batch_first=True)

    def forward(self, x):
        _, hidden = self.rnn(self.embedding(x))
        return hidden[-1]


class MultiModalModel(nn.Module):
    def __init__(self, image, text):
        super().__init__()
        self.fusion_layer = nn.Linear(64 + 64, 128)
        self.output_layer = nn.Linear(128, 10)
        self.image_feature_extractor = image
        self.text_feature_extractor = text

    def forward(self, image, text):
        image = self.image_feature_extractor(image)
        text = self.text_feature_extractor(text)
        return self.output_layer(self.fusion_layer(torch.cat((image, text), dim=1)))


WORDS = 1000


def make():
    torch.manual_seed(0)
    image = ImageFeatureExtractor()
    text = TextFeatureExtractor(WORDS)
    model = MultiModalModel(image, text)
    return model, nn.CrossEntropyLoss(), torch.optim.Adam(model.parameters(), lr=0.001)


def data(n, side, length):
    image = torch.randn(n, 3, side, side)
    text = torch.randint(0, WORDS, (n, length))
    target = torch.randint(0, 10, (n,))
    return image, text, target


def step(model, criterion, optimizer, image, text, target):
    loss = criterion(model(image, text), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


def median(xs):
    xs = sorted(xs)
    return xs[len(xs) // 2]


def each(statement, n=1000, **names):
    # timeit puts the statement into the loop itself: no call is timed along
    return median(timeit.repeat(statement, number=n, repeat=200, globals={"torch": torch, **names})) / n


CHAIN = """
y = x
for _ in range(10):
    y = y * x
y.sum().backward()
"""


def train_step(side, length, n):
    model, criterion, optimizer = make()
    batch = data(32, side, length)
    times = []
    for i in range(n):
        start = time.perf_counter()
        step(model, criterion, optimizer, *batch)
        times.append(time.perf_counter() - start)
    return median(times[n // 10:])


def start():
    model, criterion, optimizer = make()
    step(model, criterion, optimizer, *data(32, 32, 16))
    return 0.0


def epoch():
    model, criterion, optimizer = make()
    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(*data(6400, 32, 16)), batch_size=32, shuffle=True)
    begin = time.perf_counter()
    for batch in loader:
        step(model, criterion, optimizer, *batch)
    return time.perf_counter() - begin


def log_mel(n):
    """torchaudio's MelSpectrogram and AmplitudeToDB, or their operators where it is not installed."""
    x = torch.randn(1, 160000)
    try:
        from torchaudio.transforms import AmplitudeToDB, MelSpectrogram
        mel, db = MelSpectrogram(16000, n_fft=400, hop_length=160, n_mels=80), AmplitudeToDB()
    except (ImportError, OSError):
        window, bank = torch.hann_window(400), torch.rand(201, 80)

        def mel(x):
            spectrum = torch.stft(x, 400, 160, 400, window, True, "reflect", False, True, return_complex=True)
            return (spectrum.abs().pow(2.0).transpose(-1, -2) @ bank).transpose(-1, -2)

        def db(x):
            return 10.0 * torch.log10(torch.clamp(x, min=1e-10)) - 0.0
    times = []
    for _ in range(n):
        start = time.perf_counter()
        db(mel(x))
        times.append(time.perf_counter() - start)
    return median(times[n // 10:])


modes = {
    "add": lambda: each("x + x", x=torch.ones(4)),
    "mul": lambda: each("x * x", x=torch.ones(4)),
    "matmul": lambda: each("x @ x", x=torch.ones(4, 4)),
    "index": lambda: each("x[1]", x=torch.ones(4, 4)),
    "cat": lambda: each("torch.cat((x, x))", x=torch.ones(4)),
    "backward": lambda: each(CHAIN, 100, x=torch.ones(4, requires_grad=True)),
    "step32": lambda: train_step(32, 16, 200),
    "step8": lambda: train_step(8, 4, 600),
    "start": start,
    "epoch": epoch,
    "gpt": lambda: language.step(language.GPT(), 20),
    "lstm": lambda: language.step(language.LSTM(), 40),
    "gpt-compiled": lambda: language.compiled_step(language.GPT(), 20),
    "lstm-compiled": lambda: language.compiled_step(language.LSTM(), 40),
    "infer": lambda: language.infer(200),
    "serve": lambda: language.serve(8, 2.0),
    "logmel": lambda: log_mel(400),
    "png64": lambda: __import__("images").samples(32),
    "jpeg640": lambda: __import__("images").samples(224),
}
mode = sys.argv[1]
print(json.dumps({
    "seconds": modes[mode]() if mode in modes else 0.0,
    "each": language.optimizer_steps(100) if mode == "optimizers" else checkpoint.figures() if mode == "checkpoint" else {},
    "peak_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    "settings": f"Python torch {torch.__version__}, {torch.get_num_threads()} thread(s)",
}))
