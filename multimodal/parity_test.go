package multimodal_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/datasets/emoji10"
	"multitorch/multimodal"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/twin"
)

// epoch is the Python of the command's models, and one epoch of training.
const epoch = `
	import torch.nn as nn
	from torch.nn.utils.rnn import pack_padded_sequence

	class ImageEncoder(nn.Module):
		def __init__(self):
			super().__init__()
			self.conv1 = nn.Conv2d(3, 16, 3, padding=1)
			self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
			self.fc = nn.Linear(32 * 8 * 8, 64)
			self.pool = nn.MaxPool2d(2)
			self.dropout = nn.Dropout(0.5)

		def forward(self, x):
			x = self.pool(torch.relu(self.conv1(x)))
			x = self.pool(torch.relu(self.conv2(x)))
			return torch.relu(self.fc(self.dropout(x.flatten(1))))

	class TextEncoder(nn.Module):
		def __init__(self, words):
			super().__init__()
			self.embedding = nn.Embedding(words, 100, padding_idx=0)
			self.rnn = nn.GRU(100, 64, batch_first=True)

		def forward(self, tokens, lengths):
			if self.training:
				hide = (torch.rand(tokens.shape) < 0.1) & (tokens != 0)
				tokens = tokens.masked_fill(hide, 1)
			packed = pack_padded_sequence(self.embedding(tokens), lengths, batch_first=True, enforce_sorted=False)
			_, hidden = self.rnn(packed)
			return hidden[-1]

	class Joint(nn.Module):
		def __init__(self, words, heads):
			super().__init__()
			self.image = ImageEncoder()
			self.text = TextEncoder(words)
			self.head = nn.Sequential(nn.Linear(128, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10))
			if heads:
				self.image_head = nn.Linear(64, 10)
				self.text_head = nn.Linear(64, 10)

		def loss(self, image, tokens, lengths, target):
			image, text = self.image(image), self.text(tokens, lengths)
			loss = criterion(self.head(torch.cat((image, text), 1)), target)
			if hasattr(self, "image_head"):
				loss = loss + 0.5 * criterion(self.image_head(image), target) + 0.5 * criterion(self.text_head(text), target)
			return loss

	criterion = nn.CrossEntropyLoss()
	for kind in ("concat", "joint"):
		torch.manual_seed(3)
		model = Joint(int(args[0]), kind == "joint")
		optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-5)
		data = torch.utils.data.TensorDataset(*(inputs[k] for k in ("image", "tokens", "lengths", "target")))
		losses = []
		model.train()
		for image, tokens, lengths, target in torch.utils.data.DataLoader(data, batch_size=32, shuffle=True):
			loss = model.loss(image.float() / 255 * 2 - 1, tokens, lengths, target)
			optimizer.zero_grad()
			loss.backward()
			optimizer.step()
			losses.append(loss.detach())
		out[kind + ".losses"] = torch.stack(losses)
		for name, value in model.state_dict().items():
			out[kind + ":" + name] = value
		out[kind + ".random"] = torch.get_rng_state()
`

// TestParity trains the feature-level and the objective-level model on Emoji-10
// for one epoch, dropout and shuffling included, in Go and in Python: every loss
// and every final weight has the same bits, and both drew as often.
func TestParity(t *testing.T) {
	twin.OneThread(t)
	data, err := emoji10.Open(context.Background(), "", func(s string) { t.Log(s) })
	require.NoError(t, err)
	sides := data.Split(emoji10.Options{})
	words := sides.Vocabulary.Len()

	var image []uint8
	var tokens, lengths, target []int64
	n := sides.Train.Len()
	for i := range n {
		s := sides.Train.At(i)
		image, tokens = append(image, s.Image...), append(tokens, s.Tokens...)
		lengths, target = append(lengths, int64(s.Length)), append(target, int64(s.Label))
	}
	want := twin.Run(t, epoch, map[string]*torch.Tensor{
		"image":   torch.FromSlice(image, n, 3, 32, 32),
		"tokens":  torch.FromSlice(tokens, n, 16),
		"lengths": torch.FromSlice(lengths),
		"target":  torch.FromSlice(target),
	}, strconv.Itoa(words))

	for _, kind := range []multimodal.Kind{multimodal.KindConcat, multimodal.KindJoint} {
		torch.ManualSeed(3)
		model, err := multimodal.NewClassifier(kind, words, 10)
		require.NoError(t, err)
		criterion := nn.NewCrossEntropyLoss()
		optimizer := optim.NewAdam(nn.Parameters(model), optim.LR(1e-3), optim.WeightDecay(1e-5))
		loader, err := datasets.NewBatchLoader(multimodal.NewEmoji(sides.Train), datasets.BatchSize(32), datasets.Shuffle(true))
		require.NoError(t, err)
		var losses []float32
		for b, err := range loader.All(context.Background()) {
			require.NoError(t, err)
			loss, _ := model.Loss(b, criterion)
			optimizer.ZeroGrad()
			loss.Backward()
			optimizer.Step()
			losses = append(losses, float32(loss.Item()))
		}
		twin.RequireEqual(t, want[string(kind)+".losses"], torch.FromSlice(losses), kind)
		for _, s := range nn.StateDict(model) {
			twin.RequireEqual(t, want[string(kind)+":"+s.Name], s.Tensor, kind, s.Name)
		}
		twin.RequireEqual(t, want[string(kind)+".random"], torch.RNGState(), kind)
	}
}
