package main

import (
	"multitorch/nn"
	"multitorch/torch"
)

// network is what the training steps are timed with: the tutorial's model over word numbers, as twin.py has it.
type network struct {
	nn.Base
	Fusion    *nn.Linear
	Output    *nn.Linear
	CNN       *nn.Conv2d
	Embedding *nn.Embedding
	RNN       *nn.GRU
}

func newNetwork(words int) *network {
	return &network{
		CNN:       nn.NewConv2d(3, 64, 3, nn.Stride(1), nn.Padding(1)),
		Embedding: nn.NewEmbedding(words, 100),
		RNN:       nn.NewGRU(100, 64, nn.BatchFirst(true)),
		Fusion:    nn.NewLinear(64+64, 128),
		Output:    nn.NewLinear(128, 10),
	}
}

// Forward maps images [N, 3, H, W] and texts [N, T] to class scores [N, 10]. What no gradient needs is freed at once.
func (m *network) Forward(image, text *torch.Tensor) *torch.Tensor {
	features := m.CNN.Forward(image)
	pooled := features.Mean(2, 3)
	features.Free()
	vectors := m.Embedding.Forward(text)
	output, hidden := m.RNN.Forward(vectors, nil)
	output.Free()
	last := hidden.Select(0, -1)
	hidden.Free()
	vectors.Free()
	return m.Output.Forward(m.Fusion.Forward(torch.Cat([]*torch.Tensor{pooled, last}, 1)))
}
