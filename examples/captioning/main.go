// Command captioning has a CNN look at a picture, and an LSTM say what is on it: the form of "Show and Tell"
// (Vinyals et al., 2015). The pictures are drawn here, squares, lines and crosses of two sizes in the four corners,
// each with its caption.
package main

import (
	"flag"
	"log"
	"slices"
	"strings"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	_ "multitorch/torch/tcmalloc"
)

var (
	sizes, shapes = []string{"small", "large"}, []string{"square", "line", "cross"}
	rows, columns = []string{"top", "bottom"}, []string{"left", "right"}
	words         = slices.Concat([]string{"a", "at", "the", "."}, sizes, shapes, rows, columns)
)

// makeSample is a picture [1, 16, 16] and its caption, 8 words.
func makeSample() (picture *torch.Tensor, caption []string) {
	c := torch.ToSlice[int](torch.Rand(torch.Shape{6}).Mul(torch.New([]int{2, 3, 2, 2, 3, 3})).Long())
	large, shape, row, column, size := c[0], c[1], c[2], c[3], 3+3*c[0]
	top, left := 8*row+min(c[4], 8-size), 8*column+min(c[5], 8-size)
	picture = torch.Rand(torch.Shape{1, 16, 16}).Mul(0.2)
	switch shape {
	case 0:
		picture.Index(0, torch.R(top, top+size), torch.R(left, left+size)).FillInplace(1.0)
	case 1:
		picture.Index(0, top, torch.R(left, left+size)).FillInplace(1.0)
	case 2:
		picture.Index(0, top+size/2, torch.R(left, left+size)).FillInplace(1.0)
		picture.Index(0, torch.R(top, top+size), left+size/2).FillInplace(1.0)
	}
	return picture, []string{"a", sizes[large], shapes[shape], "at", "the", rows[row], columns[column], "."}
}

// makeBatch is n pictures [n, 1, 16, 16] and the numbers of their words [n, 8].
func makeBatch(n int) (pictures, captions *torch.Tensor) {
	samples, ids := make([]*torch.Tensor, n), make([][]int, n)
	for i := range n {
		picture, caption := makeSample()
		samples[i] = picture
		for _, word := range caption {
			ids[i] = append(ids[i], slices.Index(words, word))
		}
	}
	return torch.Stack(samples, 0), torch.New(ids)
}

type Captioner struct {
	nn.Base
	Conv1, Conv2 *nn.Conv2d
	Image, Out   *nn.Linear
	Embedding    *nn.Embedding
	RNN          *nn.LSTM
}

func NewCaptioner(width int) *Captioner {
	return &Captioner{
		Conv1:     nn.NewConv2d(1, 16, 3, nn.Padding(1), nn.Stride(2)),
		Conv2:     nn.NewConv2d(16, 32, 3, nn.Padding(1), nn.Stride(2)),
		Image:     nn.NewLinear(32*4*4, width),
		Out:       nn.NewLinear(width, len(words)),
		Embedding: nn.NewEmbedding(len(words), width),
		RNN:       nn.NewLSTM(width, width, nn.BatchFirst(true)),
	}
}

// Look is what the LSTM reads first [N, 1, width].
func (m *Captioner) Look(pictures *torch.Tensor) *torch.Tensor {
	x := m.Conv2.Forward(m.Conv1.Forward(pictures).ReLU()).ReLU()
	return m.Image.Forward(x.Flatten(1, -1)).Unsqueeze(1)
}

// Forward is scores [N, T, words] of each word of the captions [N, T], given the picture and the words before.
func (m *Captioner) Forward(pictures, captions *torch.Tensor) *torch.Tensor {
	before := m.Embedding.Forward(captions.Index(torch.Colon, torch.R(nil, -1)))
	output, _, _ := m.RNN.Forward(torch.Cat([]*torch.Tensor{m.Look(pictures), before}, 1), nil, nil)
	return m.Out.Forward(output)
}

// Describe says the likeliest word each time, up to the full stop.
func (m *Captioner) Describe(picture *torch.Tensor) (said string) {
	x := m.Look(picture)
	var output, h, c *torch.Tensor
	for !strings.HasSuffix(said, ".") && len(said) < 80 {
		output, h, c = m.RNN.Forward(x, h, c)
		word := m.Out.Forward(output).Argmax(2)
		said += " " + words[word.ItemInt()]
		x = m.Embedding.Forward(word)
	}
	return said
}

func main() {
	steps := flag.Int("steps", 1500, "training steps")
	batch := flag.Int("batch", 32, "pictures in a step")
	flag.Parse()
	torch.ManualSeed(0)

	model := NewCaptioner(64)
	criterion := nn.NewCrossEntropyLoss()
	optimizer := optim.NewAdam(nn.Parameters(model), optim.LR(0.003))

	for step := range *steps {
		torch.Step(func() { // what is made in it ends with it
			pictures, captions := makeBatch(*batch)
			scores := model.Forward(pictures, captions)
			loss := criterion.Forward(scores.Flatten(0, 1), captions.Flatten(0, -1))
			optimizer.ZeroGrad()
			loss.Backward()
			optimizer.Step()
			if step%(*steps/20+1) == 0 {
				log.Printf("step %d: loss %.9g", step, loss.Item())
			}
		})
	}

	torch.NoGrad(func() {
		for range 3 {
			picture, caption := makeSample()
			log.Println("is:  ", strings.Join(caption, " "))
			log.Println("said:" + model.Describe(picture.Unsqueeze(0)))
		}
	})
}
