// Command lstm is ../../lstm with the trainer, which clips the gradients. Its losses are those of the bare program, to the last bit.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	_ "multitorch/torch/tcmalloc"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
)

type LanguageModel struct {
	nn.Base
	Embedding *nn.Embedding
	RNN       *nn.LSTM
	Out       *nn.Linear
}

func NewLanguageModel(vocab, width int) *LanguageModel {
	return &LanguageModel{
		Embedding: nn.NewEmbedding(vocab, width),
		RNN:       nn.NewLSTM(width, width, nn.NumLayers(2), nn.NewDropout(0.2), nn.BatchFirst(true)),
		Out:       nn.NewLinear(width, vocab),
	}
}

// Forward is scores [N, T, vocab] of what follows each of the ids [N, T], and the state.
func (m *LanguageModel) Forward(ids, h, c *torch.Tensor) (scores, hn, cn *torch.Tensor) {
	output, hn, cn := m.RNN.Forward(m.Embedding.Forward(ids), h, c)
	return m.Out.Forward(output), hn, cn
}

func zeros(batch, width int) (h, c *torch.Tensor) {
	return torch.Zeros(torch.Shape{2, batch, width}), torch.Zeros(torch.Shape{2, batch, width})
}

func main() {
	steps := flag.Int("steps", 2000, "training steps")
	batch := flag.Int("batch", 16, "places of the text that are read at once")
	length := flag.Int("length", 64, "characters between two steps")
	width := flag.Int("width", 128, "numbers of the state")
	flag.Parse()
	torch.ManualSeed(0)

	text, err := os.ReadFile("/usr/share/common-licenses/LGPL-2.1")
	if err != nil {
		log.Fatal(err)
	}
	chars, data, _ := torch.FromSlice(text).UniqueCounts()
	columns := len(text) / *batch
	data = data.Index(torch.R(nil, columns**batch)).View(*batch, columns) // each row is a part of the text
	model := NewLanguageModel(chars.Size(0), *width)
	criterion := nn.NewCrossEntropyLoss()
	optimizer := optim.NewAdam(nn.Parameters(model), optim.LR(0.002))

	h, c := zeros(*batch, *width)
	fit := &trainer.Trainer[int, struct{}]{
		Model: model, Optimizer: optimizer, Epochs: 1, Train: trainer.Count(*steps), Clip: trainer.Clip{Norm: 0.5},
		Step: func(step int) (*torch.Tensor, struct{}) {
			at := step * *length % (columns - *length)
			ids, target := data.Slice(1, at, at+*length, 1), data.Slice(1, at+1, at+*length+1, 1)
			scores, hn, cn := model.Forward(ids, h, c)
			h, c = hn.Detach().Keep(), cn.Detach().Keep() // the state goes on, the gradient doesn't
			return criterion.Forward(scores.Flatten(0, 1), target.Flatten(0, -1)), struct{}{}
		},
		Hooks: []trainer.Hook{hooks.AfterStep(func(s trainer.Step) {
			if (s.Step-1)%(*steps/20+1) == 0 {
				log.Printf("step %d: loss %.9g", s.Step-1, s.Loss)
			}
		})},
	}
	if err := fit.Fit(context.Background()); err != nil {
		log.Fatal(err)
	}

	nn.Eval(model)
	torch.NoGrad(func() {
		h, c := zeros(1, *width)
		ids := data.Index(torch.R(nil, 1), torch.R(nil, 1))
		written := []*torch.Tensor{ids}
		for range 300 {
			var scores *torch.Tensor
			scores, h, c = model.Forward(ids, h, c)
			ids = scores.Index(torch.Colon, -1).Softmax(1).Multinomial(1, false)
			written = append(written, ids)
		}
		fmt.Println(string(torch.ToSlice[uint8](chars.Index(torch.Cat(written, 1).Index(0)))))
	})
}
