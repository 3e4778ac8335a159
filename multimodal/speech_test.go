package multimodal_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/multimodal"
	"multitorch/multimodal/ctc"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/optim/lr_scheduler"
	"multitorch/torch"
	"multitorch/twin"
)

// babble is utterances of noise, each with a text that fits.
func babble(n int) (all []multimodal.Utterance) {
	source := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		u := multimodal.Utterance{Name: string(rune('a' + i)), Rate: multimodal.SpeechRate, Samples: make([]float32, 2000+source.IntN(6000))}
		for k := range u.Samples {
			u.Samples[k] = float32(0.3*math.Sin(float64(k)*float64(i+2)/20)) + 0.1*source.Float32()
		}
		for range 2 + source.IntN(4) {
			u.Text += string("abc "[source.IntN(4)])
		}
		all = append(all, u)
	}
	return all
}

const speechTwin = `
	import torch.nn as nn, torch.nn.functional as F

	class Speech(nn.Module):
		def __init__(self, symbols, dropout):
			super().__init__()
			self.conv = nn.Conv1d(129, 128, 11, stride=2, padding=5)
			self.norm = nn.BatchNorm1d(128)
			self.dropout = nn.Dropout(dropout)
			self.blocks = nn.ModuleList([nn.Sequential(
				nn.Conv1d(128, 128, 7, padding=3), nn.BatchNorm1d(128), nn.ReLU(), nn.Dropout(dropout)) for _ in range(2)])
			self.rnn = nn.GRU(128, 128, 2, batch_first=True, bidirectional=True, dropout=dropout)
			self.fc = nn.Linear(256, symbols)

		def forward(self, x, lengths):
			x = self.dropout(torch.relu(self.norm(self.conv(x.transpose(1, 2)))))
			lengths = (lengths + 1) // 2
			behind = (torch.arange(0, x.shape[2]) >= lengths.unsqueeze(1)).unsqueeze(1)
			for block in self.blocks:
				x = x.masked_fill(behind, 0)
				x = x + block(x)
			packed = nn.utils.rnn.pack_padded_sequence(x.transpose(1, 2), lengths, batch_first=True, enforce_sorted=False)
			x, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
			return self.fc(self.dropout(x)).log_softmax(2), lengths

	def features(samples):
		s = torch.stft(samples, 256, 128, window=torch.hann_window(256), return_complex=True).abs()
		s = (s + 1e-5).log()
		return ((s - s.mean()) / (s.std() + 1e-5)).t().contiguous()

	def span(width, end, places):
		start = (torch.rand_like(width) * (end - width + 1)).floor()
		place = torch.arange(0, places, 1, dtype=torch.float32)
		return (place >= start) & (place < start + width)

	def augment(x, lengths, least):
		factor = max(1 + 0.12 * (2 * torch.rand(()).item() - 1), least)
		frames = x.shape[1]
		wanted = int(frames * factor)
		x = F.interpolate(x.transpose(1, 2), size=wanted, mode="linear", align_corners=False).transpose(1, 2)
		lengths = (lengths * wanted // frames).clamp(min=1)
		x = x.masked_fill((torch.arange(wanted) >= lengths.unsqueeze(1)).unsqueeze(2), 0)
		n = x.shape[0]
		width = (torch.rand(n, 1) * 17).floor()
		x = x.masked_fill(span(width, torch.full((n, 1), 129.), 129).unsqueeze(1), 0)
		own = lengths.unsqueeze(1).float()
		width = (torch.rand(n, 1) * ((own / 8).clamp(max=16) + 1)).floor()
		return x.masked_fill(span(width, own, wanted).unsqueeze(2), 0), lengths

	torch.manual_seed(5)
	model = Speech(5, 0.2)
	optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=1e-2)
	scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=6, pct_start=0.2)
	criterion = nn.CTCLoss()
	n = 12
	x = [features(inputs["samples%d" % i]) for i in range(n)]
	y = [inputs["labels%d" % i] for i in range(n)]
	out["features"] = x[3]
	losses = []
	model.train()
	for epoch in range(2):
		torch.empty((), dtype=torch.int64).random_()  # the loader's seed
		draws = torch.rand(n, dtype=torch.float64)
		noisy = [len(x[i]) * (1 + 0.15 * (2 * draws[i].item() - 1)) for i in range(n)]
		order = sorted(range(n), key=lambda i: noisy[i])
		for k in torch.randperm(3).tolist():
			batch = order[4 * k:4 * k + 4]
			lengths = torch.tensor([len(x[i]) for i in batch])
			need = [len(y[i]) + int((y[i][1:] == y[i][:-1]).sum()) for i in batch]
			least = min(1, max((2 * need[j] + 1) / len(x[i]) for j, i in enumerate(batch)))
			features, lengths = augment(nn.utils.rnn.pad_sequence([x[i] for i in batch], batch_first=True), lengths, least)
			scores, steps = model(features, lengths)
			loss = criterion(scores.transpose(0, 1), torch.cat([y[i] for i in batch]), steps, torch.tensor([len(y[i]) for i in batch]))
			optimizer.zero_grad()
			loss.backward()
			nn.utils.clip_grad_norm_(model.parameters(), 5)
			optimizer.step()
			scheduler.step()
			losses.append(loss.detach())
	out["losses"] = torch.stack(losses)
	for name, value in model.state_dict().items():
		out["model:" + name] = value
	out["random"] = torch.get_rng_state()
`

// TestSpeechParity trains two epochs in Go and in Python, with the augmentation, the buckets and the schedule of the
// command's recipe: every loss and every weight has the same bits.
func TestSpeechParity(t *testing.T) {
	twin.OneThread(t)
	said := babble(12)
	alphabet := ctc.NewAlphabet("abc ")
	inputs := map[string]*torch.Tensor{}
	for i, u := range said {
		labels, err := alphabet.Encode(u.Text)
		require.NoError(t, err)
		n := string(rune('0' + i%10))
		if i >= 10 {
			n = "1" + n
		}
		inputs["samples"+n], inputs["labels"+n] = torch.FromSlice(u.Samples), torch.FromSlice(labels)
	}
	want := twin.Run(t, speechTwin, inputs)

	torch.ManualSeed(5)
	model := newSpeech(alphabet)
	set, err := multimodal.NewSpeechSet(said, alphabet)
	require.NoError(t, err)
	optimizer := optim.NewAdamW(nn.Parameters(model), optim.LR(4e-3), optim.WeightDecay(1e-2))
	schedule := lr_scheduler.NewOneCycleLR(optimizer, 4e-3, lr_scheduler.TotalSteps(6), lr_scheduler.PctStart(0.2))
	loader, err := datasets.NewBatchLoader(set, datasets.BatchSize(4),
		datasets.WithSampler(multimodal.NewBucketSampler(set.Frames(), 4, 0.15)))
	require.NoError(t, err)
	twin.RequireEqual(t, want["features"], multimodal.SpeechFeatures(torch.FromSlice(said[3].Samples)), "features")
	criterion := nn.NewCTCLoss()
	var losses []float32
	for range 2 {
		for b, err := range loader.All(context.Background()) {
			require.NoError(t, err)
			loss, _, _ := model.Loss(b, criterion)
			optimizer.ZeroGrad()
			loss.Backward()
			nn.ClipGradNorm(nn.Parameters(model), 5)
			optimizer.Step()
			schedule.Step()
			losses = append(losses, float32(loss.Item()))
		}
	}
	twin.RequireEqual(t, want["losses"], torch.FromSlice(losses), "losses")
	for _, s := range nn.StateDict(model) {
		twin.RequireEqual(t, want["model:"+s.Name], s.Tensor, s.Name)
	}
	twin.RequireEqual(t, want["random"], torch.RNGState(), "random numbers")
}

func newSpeech(alphabet *ctc.Alphabet) *multimodal.Speech {
	model := multimodal.NewSpeech(multimodal.SpeechConfig{Symbols: alphabet.Len(), Dropout: 0.2, Blocks: 2})
	model.Augment.Stretch, model.Augment.Bins, model.Augment.Frames = 0.12, 16, 16
	return model
}
