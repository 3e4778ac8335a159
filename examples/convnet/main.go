// Command convnet tells the clothes of Fashion-MNIST apart: 88 % of the test pictures after one epoch.
package main

import (
	"context"
	"flag"
	"log"

	"multitorch/datasets"
	"multitorch/datasets/fashionmnist"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	_ "multitorch/torch/tcmalloc"
)

type Net struct {
	nn.Base
	Conv1, Conv2 *nn.Conv2d
	Pool         *nn.MaxPool2d
	Dropout      *nn.Dropout
	FC1, FC2     *nn.Linear
}

func NewNet() *Net {
	return &Net{
		Conv1:   nn.NewConv2d(1, 32, 3, nn.Padding(1)),
		Conv2:   nn.NewConv2d(32, 64, 3, nn.Padding(1)),
		Pool:    nn.NewMaxPool2d(2),
		Dropout: nn.NewDropout(0.25),
		FC1:     nn.NewLinear(64*7*7, 128),
		FC2:     nn.NewLinear(128, 10),
	}
}

func (m *Net) Forward(x *torch.Tensor) *torch.Tensor {
	x = m.Pool.Forward(m.Conv1.Forward(x).ReLU())
	x = m.Pool.Forward(m.Conv2.Forward(x).ReLU())
	x = m.Dropout.Forward(x.Flatten(1, -1))
	x = m.FC1.Forward(x).ReLU()
	return m.FC2.Forward(x)
}

// load is the first pictures of a side, uint8 [N, 1, 28, 28], and their classes [N].
func load(side *fashionmnist.Side, limit int) *datasets.TensorDataset {
	if side == nil { // made up
		y := torch.Randint(0, 10, torch.Shape{limit})
		x := torch.Randint(0, 100, torch.Shape{limit, 1, 28, 28}).Add(y.View(-1, 1, 1, 1).Mul(15))
		return must(datasets.NewTensorDataset(x.To(torch.Uint8), y))
	}
	first := torch.R(nil, limit)
	return must(datasets.NewTensorDataset(side.Pixels().Index(first), side.Targets().Index(first)))
}

func main() {
	epochs := flag.Int("epochs", 1, "times through the data")
	limit := flag.Int("limit", 60000, "pictures of each side")
	synthetic := flag.Bool("synthetic", false, "made-up pictures")
	flag.Parse()
	torch.ManualSeed(0)

	ctx, data := context.Background(), &fashionmnist.Data{}
	if !*synthetic {
		data = must(fashionmnist.Open(ctx, "", func(line string) { log.Print(line) }))
	}
	trainLoader := must(datasets.NewLoader(load(data.Train, *limit), datasets.BatchSize(64), datasets.Shuffle(true)))
	testLoader := must(datasets.NewLoader(load(data.Test, *limit), datasets.BatchSize(256)))
	model := NewNet()
	criterion := nn.NewCrossEntropyLoss()
	optimizer := optim.NewAdam(nn.Parameters(model), optim.LR(0.001))

	for epoch := range *epochs {
		nn.Train(model)
		step := 0
		for batch, err := range trainLoader.All(ctx) { // what is made of a batch ends with it
			image, target := must(batch, err)[0], batch[1]
			output := model.Forward(image.Float().Div(255))
			loss := criterion.Forward(output, target)
			optimizer.ZeroGrad()
			loss.Backward()
			optimizer.Step()
			if step%(trainLoader.Len()/20+1) == 0 {
				log.Printf("epoch %d, step %d: loss %.9g", epoch, step, loss.Item())
			}
			step++
		}

		nn.Eval(model)
		right, total := 0.0, 0
		torch.NoGrad(func() {
			for batch, err := range testLoader.All(ctx) {
				image, target := must(batch, err)[0], batch[1]
				output := model.Forward(image.Float().Div(255))
				right += output.Argmax(1).Eq(target).Sum().Item()
				total += target.Size(0)
			}
		})
		log.Printf("epoch %d: %.2f %% right", epoch, 100*right/float64(total))
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
