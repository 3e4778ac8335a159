package main

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

// A small GPT and an LSTM over characters, as language.py has them.
const (
	characters, width, heads, layers = 65, 128, 4, 4
	sequences, length                = 16, 64
)

type block struct {
	nn.Base
	Norm1      *nn.LayerNorm
	Attn, Proj *nn.Linear
	Norm2      *nn.LayerNorm
	Up         *nn.Linear
	GELU       *nn.GELU
	Down       *nn.Linear
	Mask       *nn.Buffer
}

func newBlock() *block {
	return &block{
		Norm1: nn.NewLayerNorm(width), Attn: nn.NewLinear(width, 3*width), Proj: nn.NewLinear(width, width),
		Norm2: nn.NewLayerNorm(width), Up: nn.NewLinear(width, 4*width), GELU: nn.NewGELU(), Down: nn.NewLinear(4*width, width),
		Mask: nn.NewBuffer(torch.Ones(torch.Shape{length, length}).Tril(0).Eq(0)),
	}
}

func (m *block) Forward(x *torch.Tensor) *torch.Tensor {
	n := x.Size(0)
	split := func(t *torch.Tensor) *torch.Tensor { return t.View(n, length, heads, width/heads).Transpose(1, 2) }
	qkv := m.Attn.Forward(m.Norm1.Forward(x)).Split(width, 2)
	q, k, v := split(qkv[0]), split(qkv[1]), split(qkv[2])
	att := q.Matmul(k.Transpose(-2, -1)).Mul(1 / math.Sqrt(width/heads))
	att = att.MaskedFill(m.Mask.Tensor, math.Inf(-1)).Softmax(-1)
	x = x.Add(m.Proj.Forward(att.Matmul(v).Transpose(1, 2).Contiguous().View(n, length, width)))
	return x.Add(m.Down.Forward(m.GELU.Forward(m.Up.Forward(m.Norm2.Forward(x)))))
}

type gpt struct {
	nn.Base
	Embedding, Position *nn.Embedding
	Blocks              []*block
	Norm                *nn.LayerNorm
	Out                 *nn.Linear
}

func newGPT() *gpt {
	m := &gpt{Embedding: nn.NewEmbedding(characters, width), Position: nn.NewEmbedding(length, width)}
	for range layers {
		m.Blocks = append(m.Blocks, newBlock())
	}
	m.Norm, m.Out = nn.NewLayerNorm(width), nn.NewLinear(width, characters)
	return m
}

// Forward is scores [N, length, characters].
func (m *gpt) Forward(ids *torch.Tensor) *torch.Tensor {
	x := m.Embedding.Forward(ids).Add(m.Position.Forward(torch.Arange(0, length, 1)))
	for _, b := range m.Blocks {
		x = b.Forward(x)
	}
	return m.Out.Forward(m.Norm.Forward(x))
}

type lstm struct {
	nn.Base
	Embedding *nn.Embedding
	RNN       *nn.LSTM
	Out       *nn.Linear
}

func newLSTM() *lstm {
	return &lstm{
		Embedding: nn.NewEmbedding(characters, width),
		RNN:       nn.NewLSTM(width, width, nn.NumLayers(2), nn.BatchFirst(true)),
		Out:       nn.NewLinear(width, characters),
	}
}

// Forward is scores [N, length, characters].
func (m *lstm) Forward(ids *torch.Tensor) *torch.Tensor {
	output, _, _ := m.RNN.Forward(m.Embedding.Forward(ids), nil, nil)
	return m.Out.Forward(output)
}

// languageStep is the time of a training step, the median of n.
func languageStep(model nn.Layer, n int) (float64, error) {
	criterion := nn.NewCrossEntropyLoss()
	optimizer := optim.NewAdam(nn.Parameters(model), optim.LR(0.001))
	ids := torch.Randint(0, characters, torch.Shape{sequences, length})
	target := torch.Randint(0, characters, torch.Shape{sequences, length})
	var times []float64
	for range n {
		begin := time.Now()
		torch.Step(func() {
			loss := criterion.Forward(model.Forward(ids).Flatten(0, 1), target.Flatten(0, -1))
			optimizer.ZeroGrad()
			loss.Backward()
			optimizer.Step()
		})
		times = append(times, time.Since(begin).Seconds())
	}
	return median(times[n/5:]), nil
}

// ask answers one request of the served GPT: the likeliest character behind the ids [1, length].
func ask(model *gpt, ids *torch.Tensor) (character int64) {
	torch.InferenceMode(func() {
		torch.Step(func() { character = model.Forward(ids).Index(0, -1).Argmax().ItemInt() })
	})
	return character
}

// infer is the time of one request, the median of n.
func infer(n int) (float64, error) {
	model := newGPT()
	nn.Eval(model)
	ids := torch.Randint(0, characters, torch.Shape{1, length})
	var times []float64
	for range n {
		begin := time.Now()
		ask(model, ids)
		times = append(times, time.Since(begin).Seconds())
	}
	return median(times[n/5:]), nil
}

// serve is the time from one request's end to the next while so many goroutines make them.
func serve(goroutines int, during time.Duration) (float64, error) {
	model := newGPT()
	nn.Eval(model)
	var requests atomic.Int64
	var all sync.WaitGroup
	begin := time.Now()
	for range goroutines {
		all.Go(func() {
			ids := torch.Randint(0, characters, torch.Shape{1, length})
			for time.Since(begin) < during {
				ask(model, ids)
				requests.Add(1)
			}
		})
	}
	all.Wait()
	return time.Since(begin).Seconds() / float64(requests.Load()), nil
}
