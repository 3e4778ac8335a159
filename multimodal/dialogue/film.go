package dialogue

import (
	"multitorch/nn"
	"multitorch/torch"
)

// FiLM is the network of Perez et al. (2018, https://arxiv.org/abs/1709.07871): residual blocks in which the question
// scales and shifts each feature. The convolutions of the first block come before the question, so they are computed once
// for each picture.
//
// Where objects are described and there are no places, a block's convolution is a linear layer of the object and of the mean
// of all objects (Zaheer et al., "Deep Sets", 2017).
type FiLM struct {
	nn.Base
	Modulation *nn.Linear // γ-1 and β of all blocks
	Blocks     *nn.ModuleList[*filmBlock]
	Head       *nn.ModuleList[*nn.Linear]
	features   int
}

const filmBlocks = 3

// NewFiLM makes one with three blocks, of 32 features for each of a map's places, or of 128 for each described object.
func NewFiLM(seen Seen, question, answers int) *FiLM {
	features := 128
	if seen.Side > 0 {
		features = 32
	}
	_, in := seen.ofObjects()
	m := &FiLM{
		Modulation: nn.NewLinear(question, filmBlocks*2*features),
		Blocks:     nn.NewModuleList[*filmBlock](),
		Head:       layers(2*features, 128, answers),
		features:   features,
	}
	for range filmBlocks {
		m.Blocks.Append(newFiLMBlock(in, features, seen.Side > 0))
		in = features
	}
	return m
}

// Forward maps what is seen, [N, M, D] or [N, C, H, W], and questions [N, Q, E] to scores [N, Q, answers].
func (m *FiLM) Forward(seen, question *torch.Tensor) *torch.Tensor {
	n, q, side := question.Size(0), question.Size(1), 0
	if seen.Dim() == 4 {
		side = seen.Size(-1)
	}
	x := objects(seen).Transpose(1, 2) // [N, C, M]
	modulation := m.Modulation.Forward(question).View(n, q, filmBlocks, 2, m.features, 1)
	for i, block := range m.Blocks.All() {
		of := modulation.Select(2, i) // [N, Q, 2, C, 1]
		x = block.forward(x, of.Select(2, 0).Add(1), of.Select(2, 1), side)
	}
	x = torch.Cat([]*torch.Tensor{x.Amax(-1), x.Mean(-1)}, 1) // [N·Q, 2C]
	return perceptron(m.Head, x).View(n, q, -1)
}

// filmBlock is a residual block.
type filmBlock struct {
	nn.Base
	Own     *nn.Conv1d      // of each object
	Conv    *nn.Conv2d      // relates the places of a map; or
	Each    *nn.Conv1d      // relates objects that have none,
	Context *nn.Conv1d      // to the mean of all
	Norm    *nn.BatchNorm1d // without scale and shift, which the question has
}

func newFiLMBlock(in, features int, places bool) *filmBlock {
	b := &filmBlock{Own: nn.NewConv1d(in, features, 1)}
	if places {
		b.Conv = nn.NewConv2d(features, features, 3, nn.Padding(1), nn.Bias(false))
	} else {
		b.Each = nn.NewConv1d(features, features, 1, nn.Bias(false))
		b.Context = nn.NewConv1d(features, features, 1, nn.Bias(false))
	}
	b.Norm = nn.NewBatchNorm1d(features, nn.Affine(false))
	return b
}

// forward maps features [R, C, M] with scales and shifts [N, Q, C, 1] to [N·Q, C, M]. R is N, in the first block, or N·Q.
func (b *filmBlock) forward(x, scale, shift *torch.Tensor, side int) *torch.Tensor {
	x = b.Own.Forward(x).ReLUInplace()
	var y *torch.Tensor
	if b.Conv != nil {
		y = b.Conv.Forward(x.Unflatten(2, side, side)).Flatten(2, -1)
	} else {
		y = b.Each.Forward(x).Add(b.Context.Forward(x.Mean(2, torch.KeepDim)))
	}
	n := scale.Size(0)
	y = b.Norm.Forward(y).Unflatten(0, n, -1) // [N, 1 or Q, C, M]
	y = y.Mul(scale).Add(shift).ReLUInplace()
	return y.Add(x.Unflatten(0, n, -1)).Flatten(0, 1)
}
