// Command lstm is a language model that writes what reads like the GNU Lesser General Public License, character by
// character. The text is Debian's /usr/share/common-licenses/LGPL-2.1.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	_ "multitorch/torch/tcmalloc"
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
	for step := range *steps {
		torch.Step(func() { // what is made in it ends with it, but for what is kept
			at := step * *length % (columns - *length)
			ids, target := data.Slice(1, at, at+*length, 1), data.Slice(1, at+1, at+*length+1, 1)
			scores, hn, cn := model.Forward(ids, h, c)
			loss := criterion.Forward(scores.Flatten(0, 1), target.Flatten(0, -1))
			optimizer.ZeroGrad()
			loss.Backward()
			nn.ClipGradNorm(nn.Parameters(model), 0.5)
			optimizer.Step()
			h, c = hn.Detach().Keep(), cn.Detach().Keep() // the state goes on, the gradient doesn't
			if step%(*steps/20+1) == 0 {
				log.Printf("step %d: loss %.9g", step, loss.Item())
			}
		})
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
