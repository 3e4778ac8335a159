// Command sine teaches a network the sine with L-BFGS, which calls its closure as often as the line search asks.
package main

import (
	"flag"
	"log"
	"math"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	_ "multitorch/torch/tcmalloc"
)

func main() {
	steps := flag.Int("steps", 20, "steps of L-BFGS")
	flag.Parse()
	torch.ManualSeed(0)

	x := torch.Linspace(-math.Pi, math.Pi, 200).Unsqueeze(1)
	y := x.Sin()
	model := nn.NewSequential(
		nn.NewLinear(1, 32), nn.NewTanh(),
		nn.NewLinear(32, 32), nn.NewTanh(),
		nn.NewLinear(32, 1),
	)
	criterion := nn.NewMSELoss()
	optimizer := optim.NewLBFGS(nn.Parameters(model), optim.LR(0.5), optim.MaxIter(10), optim.LineSearchFn("strong_wolfe"))

	closure := func() *torch.Tensor {
		optimizer.ZeroGrad()
		loss := criterion.Forward(model.Forward(x), y)
		loss.Backward()
		return loss
	}

	for step := range *steps {
		torch.Step(func() { // what is made in it ends with it
			loss := optimizer.Step(closure)
			log.Printf("step %d: loss %.9g", step, loss.Item())
		})
	}

	torch.NoGrad(func() {
		worst := model.Forward(x).Sub(y).Abs().Max()
		log.Printf("farthest from the sine: %.9g", worst.Item())
	})
}
