// Command autoencoder squeezes the pictures of Fashion-MNIST through 16 numbers and draws them again.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"

	"multitorch/datasets/fashionmnist"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	_ "multitorch/torch/tcmalloc"
)

type Autoencoder struct {
	nn.Base
	Encoder, Decoder *nn.Sequential
}

func NewAutoencoder() *Autoencoder {
	return &Autoencoder{
		Encoder: nn.NewSequential(nn.NewFlatten(), nn.NewLinear(784, 128), nn.NewReLU(), nn.NewLinear(128, 16)),
		Decoder: nn.NewSequential(nn.NewLinear(16, 128), nn.NewReLU(), nn.NewLinear(128, 784), nn.NewSigmoid()),
	}
}

func (m *Autoencoder) Forward(x *torch.Tensor) *torch.Tensor {
	return m.Decoder.Forward(m.Encoder.Forward(x)).ViewAs(x)
}

// load is the pictures to train on and those to test on, uint8 [N, 1, 28, 28].
func load(synthetic bool) (train, test *torch.Tensor) {
	if synthetic {
		made := func() *torch.Tensor { return torch.Randint(0, 256, torch.Shape{1000, 1, 28, 28}).To(torch.Uint8) }
		return made(), made()
	}
	data, err := fashionmnist.Open(context.Background(), "", func(line string) { log.Print(line) })
	if err != nil {
		log.Fatal(err)
	}
	return data.Train.Pixels(), data.Test.Pixels()
}

// show prints a picture [1, 28, 28] in characters, every second row.
func show(picture *torch.Tensor) {
	for _, row := range torch.ToNested[[][]int32](picture.Index(0, torch.R(nil, nil, 2)).Mul(9.99).Int()) {
		for _, shade := range row {
			fmt.Print(" .:-=+*#%@"[shade : shade+1])
		}
		fmt.Println()
	}
}

func main() {
	steps := flag.Int("steps", 3000, "training steps")
	synthetic := flag.Bool("synthetic", false, "made-up pictures")
	flag.Parse()
	torch.ManualSeed(0)

	train, test := load(*synthetic)
	model := NewAutoencoder()
	criterion := nn.NewMSELoss()
	optimizer := optim.NewAdam(nn.Parameters(model), optim.LR(0.001))

	for step := range *steps {
		torch.Step(func() { // what is made in it ends with it
			x := train.Index(torch.Randint(0, train.Size(0), torch.Shape{64})).Float().Div(255)
			loss := criterion.Forward(model.Forward(x), x)
			optimizer.ZeroGrad()
			loss.Backward()
			optimizer.Step()
			if step%(*steps/20+1) == 0 {
				log.Printf("step %d: loss %.9g", step, loss.Item())
			}
		})
	}

	torch.NoGrad(func() {
		x := test.Index(torch.R(nil, 1000)).Float().Div(255)
		y := model.Forward(x)
		log.Printf("test: loss %.9g", criterion.Forward(y, x).Item())
		show(x.Index(0))
		show(y.Index(0))
	})
}
