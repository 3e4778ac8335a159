package dialogue_test

import (
	"fmt"
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

// python is both relation networks over pictures, asked in a dialogue, and three steps of their training. The parameters are
// drawn in the same order.
const python = `
	import torch.nn as nn
	import torch.nn.functional as F
	from torch.nn.utils.rnn import pack_padded_sequence

	def objects(seen):
		n, c, h, w = seen.shape
		x = torch.linspace(-1, 1, w).view(1, 1, 1, w).expand(n, 1, h, w)
		y = torch.linspace(-1, 1, h).view(1, 1, h, 1).expand(n, 1, h, w)
		return torch.cat((seen, x, y), 1).flatten(2, -1).transpose(1, 2)

	class Picture(nn.Module):
		def __init__(self):
			super().__init__()
			layers, size = [], 3
			for _ in range(4):
				layers += [nn.Conv2d(size, 24, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(24), nn.ReLU()]
				size = 24
			self.convs = nn.Sequential(*layers)

		def forward(self, x):
			return self.convs(1 - x)

	class Question(nn.Module):
		def __init__(self, words):
			super().__init__()
			self.embedding = nn.Embedding(words, 32, padding_idx=0)
			self.words = nn.GRU(32, 64, batch_first=True)
			self.turns = nn.GRU(96, 64, batch_first=True)

		def forward(self, tokens, lengths):
			n, q = tokens.shape[:2]
			words = self.embedding(tokens.flatten(0, 1))
			packed = pack_padded_sequence(words, lengths.flatten(0, 1), batch_first=True, enforce_sorted=False)
			_, hidden = self.words(packed)
			question = torch.cat((hidden[0], words.mean(1)), 1).view(n, q, 96)
			turns, _ = self.turns(question * 8)
			return torch.cat((question, turns), 2)

	def perceptron(layers, x):
		for k, layer in enumerate(layers):
			if k > 0: x = x.relu_()
			x = layer(x)
		return x

	def linears(*sizes):
		return nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])])

	def apart(layer, *parts):
		results, at = [], 0
		for k, x in enumerate(parts):
			w = layer.weight[:, at:at + x.shape[-1]]
			results.append(F.linear(x, w, layer.bias if k == len(parts) - 1 else None))
			at += x.shape[-1]
		return results

	class RelationNetwork(nn.Module):
		def __init__(self, features, question, h=128, answers=10):
			super().__init__()
			self.g = linears(2 * features + question, h, h, h)
			self.f = linears(h, h, h, answers)

		def forward(self, seen, question):
			o = objects(seen)
			a, b, c = apart(self.g[0], o, o, question)
			i, j = zip(*[(i, j) for j in range(o.shape[1]) for i in range(j)])
			x = a.index_select(1, torch.tensor(i)) + b.index_select(1, torch.tensor(j))
			x = (x.unsqueeze(1) + c.unsqueeze(2)).relu_()
			for layer in self.g[1:]:
				x = layer(x).relu_()
			return perceptron(self.f, x.sum(2))

	class Focus(nn.Module):
		def __init__(self, features, question, h=128, key=64, answers=10):
			super().__init__()
			self.key, self.value = nn.Linear(features, key), nn.Linear(features, key)
			self.query = nn.Linear(question, key)
			self.g = linears(key + features + question, h, h, h)
			self.f = linears(h, h, h, answers)

		def forward(self, seen, question):
			o = objects(seen)
			key, query = self.key(o), self.query(question)
			weights = query.matmul(key.transpose(1, 2)).softmax(2)
			found = weights.matmul(self.value(o).relu())
			a, b, c = apart(self.g[0], found, o, question)
			x = ((a + c).unsqueeze(2) + b.unsqueeze(1)).relu_()
			for layer in self.g[1:]:
				x = layer(x).relu_()
			return perceptron(self.f, x.sum(2))

	class Model(nn.Module):
		def __init__(self, words, reasoner):
			super().__init__()
			self.picture = Picture()
			self.question = Question(words)
			self.reasoner = reasoner(26, 160)

		def forward(self, image, tokens, lengths):
			return self.reasoner(self.picture(image), self.question(tokens, lengths)).flatten(0, 1)

	for kind, reasoner in (("rn", RelationNetwork), ("focus", Focus)):
		torch.manual_seed(5)
		model = Model(int(args[0]), reasoner)
		optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
		for step in range(3):
			loss = F.cross_entropy(model(inputs["image"], inputs["tokens"], inputs["lengths"]), inputs["target"].flatten())
			optimizer.zero_grad()
			loss.backward()
			optimizer.step()
			out["%s loss %d" % (kind, step)] = loss.detach()
			for name, p in model.named_parameters():
				out["%s grad %d %s" % (kind, step, name)] = p.grad.clone()
		for name, value in model.state_dict().items():
			out[kind + " " + name] = value
		model.eval()
		out[kind + " logits"] = model(inputs["image"], inputs["tokens"], inputs["lengths"]).detach()
`

// TestParity trains both relation networks on a few pictures, in Go and in Python: losses, gradients, weights and answers
// have the same bits.
func TestParity(t *testing.T) {
	twin.OneThread(t)
	data := sortofclevr.Generate(sortofclevr.Options{Train: 6, Test: 1})
	b, err := data.Train.As(sortofclevr.Pixels, sortofclevr.Dialogue).GetBatch(t.Context(), []int{0, 1, 2, 3, 4, 5})
	require.NoError(t, err)
	want := twin.Run(t, python, map[string]*torch.Tensor{
		"image": b.Image, "tokens": b.Tokens, "lengths": b.Lengths, "target": b.Target,
	}, strconv.Itoa(len(sortofclevr.Vocabulary())))

	for _, kind := range []dialogue.Kind{dialogue.KindRN, dialogue.KindFocus} {
		torch.ManualSeed(5)
		model, err := dialogue.New(dialogue.Config{Kind: kind, Input: sortofclevr.Pixels, Asked: sortofclevr.Dialogue})
		require.NoError(t, err)
		criterion := nn.NewCrossEntropyLoss()
		optimizer := optim.NewAdam(nn.Parameters(model), optim.LR(1e-3))
		for step := range 3 {
			loss := criterion.Forward(model.Logits(b), b.Target.Flatten(0, -1))
			optimizer.ZeroGrad()
			loss.Backward()
			optimizer.Step()
			twin.RequireEqual(t, want[fmt.Sprintf("%s loss %d", kind, step)], loss.Detach(), kind, " loss ", step)
			for _, p := range nn.NamedParameters(model) {
				twin.RequireEqual(t, want[fmt.Sprintf("%s grad %d %s", kind, step, p.Name)], p.Tensor.Grad(), kind, " gradient ", p.Name)
			}
		}
		for _, s := range nn.StateDict(model) {
			twin.RequireEqual(t, want[fmt.Sprint(kind, " ", s.Name)], s.Tensor, kind, " ", s.Name)
		}
		nn.Eval(model)
		twin.RequireEqual(t, want[string(kind)+" logits"], model.Logits(b).Detach(), kind, " logits")
	}
}
