package dialogue_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/sortofclevr"
	"multitorch/multimodal/dialogue"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/twin"
)

// python is the relation network over slots of a picture, asked in a dialogue, and three steps of its training. The
// parameters are drawn in the same order.
const python = `
	import torch.nn as nn
	import torch.nn.functional as F
	from torch.nn.utils.rnn import pack_padded_sequence

	class Slots(nn.Module):
		def __init__(self, channels, slots):
			super().__init__()
			self.query = nn.Linear(channels, slots)
			self.value = nn.Linear(channels + 2, 32)

		def forward(self, x):
			weights = self.query(x.flatten(2, -1).transpose(1, 2)).softmax(1)
			return weights.transpose(1, 2).matmul(self.value(objects(x)).relu())

	def objects(seen):
		n, c, h, w = seen.shape
		x = torch.linspace(-1, 1, w).view(1, 1, 1, w).expand(n, 1, h, w)
		y = torch.linspace(-1, 1, h).view(1, 1, h, 1).expand(n, 1, h, w)
		return torch.cat((seen, x, y), 1).flatten(2, -1).transpose(1, 2)

	class Picture(nn.Module):
		def __init__(self, slots):
			super().__init__()
			layers, size = [], 3
			for _ in range(3):
				layers += [nn.Conv2d(size, 24, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(24), nn.ReLU()]
				size = 24
			self.convs = nn.Sequential(*layers)
			self.slots = Slots(24, slots)

		def forward(self, x):
			return self.slots(self.convs(1 - x))

	class Question(nn.Module):
		def __init__(self, words):
			super().__init__()
			self.embedding = nn.Embedding(words, 32, padding_idx=0)
			self.words = nn.GRU(32, 64, batch_first=True)
			self.turns = nn.GRU(64, 64, batch_first=True)

		def forward(self, tokens, lengths):
			n, q = tokens.shape[:2]
			words = self.embedding(tokens.flatten(0, 1))
			packed = pack_padded_sequence(words, lengths.flatten(0, 1), batch_first=True, enforce_sorted=False)
			_, hidden = self.words(packed)
			question = hidden[0].view(n, q, 64)
			turns, _ = self.turns(question)
			return torch.cat((question, turns), 2)

	class RelationNetwork(nn.Module):
		def __init__(self, features, question, h=128, answers=10):
			super().__init__()
			self.g = nn.ModuleList([nn.Linear(2 * features + question, h), nn.Linear(h, h), nn.Linear(h, h)])
			self.f = nn.ModuleList([nn.Linear(h, h), nn.Linear(h, h), nn.Linear(h, answers)])

		def forward(self, o, question):
			d, w = o.shape[2], self.g[0].weight
			a, b, c = F.linear(o, w[:, :d]), F.linear(o, w[:, d:2*d]), F.linear(question, w[:, 2*d:], self.g[0].bias)
			i, j = zip(*[(a, b) for b in range(o.shape[1]) for a in range(b)])
			x = a.index_select(1, torch.tensor(i)) + b.index_select(1, torch.tensor(j))
			x = (x.unsqueeze(1) + c.unsqueeze(2)).relu_()
			for layer in self.g[1:]:
				x = layer(x).relu_()
			x = x.sum(2)
			for k, layer in enumerate(self.f):
				if k > 0: x = x.relu_()
				x = layer(x)
			return x

	class Model(nn.Module):
		def __init__(self, words):
			super().__init__()
			self.picture = Picture(8)
			self.question = Question(words)
			self.reasoner = RelationNetwork(32, 128)

		def forward(self, image, tokens, lengths):
			return self.reasoner(self.picture(image), self.question(tokens, lengths)).flatten(0, 1)

	torch.manual_seed(5)
	model = Model(int(args[0]))
	optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
	for step in range(3):
		loss = F.cross_entropy(model(inputs["image"], inputs["tokens"], inputs["lengths"]), inputs["target"].flatten())
		optimizer.zero_grad()
		loss.backward()
		optimizer.step()
		out["loss %d" % step] = loss.detach()
		for name, p in model.named_parameters():
			out["grad %d %s" % (step, name)] = p.grad.clone()
	for name, value in model.state_dict().items():
		out[name] = value
	model.eval()
	out["logits"] = model(inputs["image"], inputs["tokens"], inputs["lengths"]).detach()
`

// TestParity trains a relation network on a few pictures, in Go and in Python: losses, gradients, weights and answers have
// the same bits.
func TestParity(t *testing.T) {
	twin.OneThread(t)
	data := sortofclevr.Generate(sortofclevr.Options{Train: 6, Test: 1})
	b, err := data.Train.As(sortofclevr.Pixels, sortofclevr.Dialogue).GetBatch(t.Context(), []int{0, 1, 2, 3, 4, 5})
	require.NoError(t, err)
	want := twin.Run(t, python, map[string]*torch.Tensor{
		"image": b.Image, "tokens": b.Tokens, "lengths": b.Lengths, "target": b.Target,
	}, strconv.Itoa(len(sortofclevr.Vocabulary())))

	torch.ManualSeed(5)
	model, err := dialogue.New(dialogue.Config{Kind: dialogue.KindRN, Input: sortofclevr.Pixels, Asked: sortofclevr.Dialogue, Slots: 8})
	require.NoError(t, err)
	criterion := nn.NewCrossEntropyLoss()
	optimizer := optim.NewAdam(nn.Parameters(model), optim.LR(1e-3))
	for step := range 3 {
		loss := criterion.Forward(model.Logits(b), b.Target.Flatten(0, -1))
		optimizer.ZeroGrad()
		loss.Backward()
		optimizer.Step()
		at := string(rune('0' + step))
		twin.RequireEqual(t, want["loss "+at], loss.Detach(), "loss ", at)
		for _, p := range nn.NamedParameters(model) {
			twin.RequireEqual(t, want["grad "+at+" "+p.Name], p.Tensor.Grad(), "gradient ", p.Name)
		}
	}
	for _, s := range nn.StateDict(model) {
		twin.RequireEqual(t, want[s.Name], s.Tensor, s.Name)
	}
	nn.Eval(model)
	twin.RequireEqual(t, want["logits"], model.Logits(b).Detach(), "logits")
}
