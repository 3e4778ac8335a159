// Command encoder finds which digit stands behind the one mark in a sequence, by a Transformer encoder (Vaswani et
// al., 2017). Sequences have several lengths: what fills them up is masked.
package main

import (
	"flag"
	"log"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	_ "multitorch/torch/tcmalloc"
)

const mark, fill = 10, 11 // tokens: the digits 0 to 9, the mark, and what fills up

type Classifier struct {
	nn.Base
	Embedding, Position *nn.Embedding
	Encoder             *nn.TransformerEncoder
	Out                 *nn.Linear
}

func NewClassifier(width, length int) *Classifier {
	m := &Classifier{Embedding: nn.NewEmbedding(12, width, nn.PaddingIdx(fill)), Position: nn.NewEmbedding(length, width)}
	layer := nn.NewTransformerEncoderLayer(width, 4, nn.DimFeedforward(2*width), nn.BatchFirst(true))
	m.Encoder = nn.NewTransformerEncoder(layer, 2, nn.EnableNestedTensor(false))
	m.Out = nn.NewLinear(width, 10)
	return m
}

// Forward is scores [N, 10] for sequences [N, L].
func (m *Classifier) Forward(ids *torch.Tensor) *torch.Tensor {
	filled := ids.Eq(fill)
	x := m.Embedding.Forward(ids).Add(m.Position.Forward(torch.Arange(0, ids.Size(1), 1)))
	x = m.Encoder.ForwardMasked(x, nn.TransformerMasks{SrcKeyPaddingMask: filled})
	x = x.MaskedFill(filled.Unsqueeze(2), 0.0).Sum(1).Div(filled.Not().Sum(1, torch.KeepDim))
	return m.Out.Forward(x)
}

// makeBatch is n sequences [n, length] of 4 to length tokens, and the digits behind their marks [n].
func makeBatch(n, length int) (ids, target *torch.Tensor) {
	ids = torch.Randint(0, 10, torch.Shape{n, length})
	lengths := torch.Randint(4, length+1, torch.Shape{n, 1})
	at := torch.Rand(torch.Shape{n, 1}).Mul(lengths.Sub(1)).Long()
	target = ids.Gather(1, at.Add(1)).Squeeze(1)
	ids.ScatterInplace(1, at, mark)
	ids.IndexPut(fill, torch.Arange(0, length, 1).Ge(lengths))
	return ids, target
}

func main() {
	steps := flag.Int("steps", 2000, "training steps")
	length := flag.Int("length", 20, "length of the longest sequence")
	flag.Parse()
	torch.ManualSeed(0)

	model := NewClassifier(64, *length)
	criterion := nn.NewCrossEntropyLoss()
	optimizer := optim.NewAdam(nn.Parameters(model), optim.LR(0.001))

	for step := range *steps {
		torch.Step(func() { // what is made in it ends with it
			ids, target := makeBatch(64, *length)
			loss := criterion.Forward(model.Forward(ids), target)
			optimizer.ZeroGrad()
			loss.Backward()
			optimizer.Step()
			if step%(*steps/20+1) == 0 {
				log.Printf("step %d: loss %.9g", step, loss.Item())
			}
		})
	}

	nn.Eval(model)
	torch.NoGrad(func() {
		ids, target := makeBatch(1000, *length)
		right := model.Forward(ids).Argmax(1).Eq(target).Float().Mean()
		log.Printf("right: %.3f", right.Item())
	})
}
