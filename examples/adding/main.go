// Command adding is the adding problem: a GRU reads pairs of a number and a mark, and says the sum of the two
// marked numbers. It is Hochreiter and Schmidhuber's test of whether a network remembers. Who always says 1 has
// a loss of 0.167.
package main

import (
	"flag"
	"log"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	_ "multitorch/torch/tcmalloc"
)

type Adder struct {
	nn.Base
	RNN *nn.GRU
	Out *nn.Linear
}

func NewAdder(hidden int) *Adder {
	return &Adder{RNN: nn.NewGRU(2, hidden, nn.BatchFirst(true)), Out: nn.NewLinear(hidden, 1)}
}

func (m *Adder) Forward(x *torch.Tensor) *torch.Tensor {
	output, _ := m.RNN.Forward(x, nil)
	return m.Out.Forward(output.Index(torch.Colon, -1)).Squeeze(1)
}

// makeBatch is n sequences [n, length, 2] with one mark in each half, and their sums [n].
func makeBatch(n, length int) (x, y *torch.Tensor) {
	values := torch.Rand(torch.Shape{n, length})
	first := torch.Randint(0, length/2, torch.Shape{n, 1})
	second := torch.Randint(length/2, length, torch.Shape{n, 1})
	marks := torch.Zeros(torch.Shape{n, length})
	marks.ScatterInplace(1, first, 1.0)
	marks.ScatterInplace(1, second, 1.0)
	return torch.Stack([]*torch.Tensor{values, marks}, 2), values.Mul(marks).Sum(1)
}

func main() {
	steps := flag.Int("steps", 2000, "training steps")
	length := flag.Int("length", 50, "length of a sequence")
	flag.Parse()
	torch.ManualSeed(0)

	model := NewAdder(64)
	criterion := nn.NewMSELoss()
	optimizer := optim.NewAdam(nn.Parameters(model), optim.LR(0.002))

	for step := range *steps {
		torch.Step(func() { // what is made in it ends with it
			x, y := makeBatch(64, *length)
			loss := criterion.Forward(model.Forward(x), y)
			optimizer.ZeroGrad()
			loss.Backward()
			nn.ClipGradNorm(nn.Parameters(model), 1.0)
			optimizer.Step()
			if step%(*steps/20+1) == 0 {
				log.Printf("step %d: loss %.9g", step, loss.Item())
			}
		})
	}

	torch.NoGrad(func() {
		x, y := makeBatch(1000, *length)
		right := model.Forward(x).Sub(y).Abs().Lt(0.04).Float().Mean()
		log.Printf("within 0.04: %.3f", right.Item())
	})
}
