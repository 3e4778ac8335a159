// Command vae is ../../vae with the trainer. Its losses are those of the bare program, to the last bit.
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
	"multitorch/trainer"
	"multitorch/trainer/hooks"
)

type VAE struct {
	nn.Base
	FC1, Mean, LogVar, FC2, FC3 *nn.Linear
}

func NewVAE() *VAE {
	return &VAE{
		FC1:    nn.NewLinear(784, 400),
		Mean:   nn.NewLinear(400, 20),
		LogVar: nn.NewLinear(400, 20),
		FC2:    nn.NewLinear(20, 400),
		FC3:    nn.NewLinear(400, 784),
	}
}

func (m *VAE) Encode(x *torch.Tensor) (mean, logVar *torch.Tensor) {
	h := m.FC1.Forward(x).ReLU()
	return m.Mean.Forward(h), m.LogVar.Forward(h)
}

func (m *VAE) Decode(z *torch.Tensor) *torch.Tensor {
	return m.FC3.Forward(m.FC2.Forward(z).ReLU())
}

func (m *VAE) Forward(x *torch.Tensor) (logits, mean, logVar *torch.Tensor) {
	mean, logVar = m.Encode(x)
	std := logVar.Mul(0.5).Exp()
	z := mean.Add(torch.RandnLike(std).Mul(std)) // the gradient passes through mean and std
	return m.Decode(z), mean, logVar
}

var reconstruction = nn.NewBCEWithLogitsLoss(nn.Reduction("sum"))

// criterion is what the pictures lost, and how far N(mean, var) is from N(0, 1).
func criterion(logits, x, mean, logVar *torch.Tensor) *torch.Tensor {
	kld := logVar.Add(1).Sub(mean.Pow(2)).Sub(logVar.Exp()).Sum().Mul(-0.5)
	return reconstruction.Forward(logits, x).Add(kld)
}

// load is the pictures, uint8 [N, 784].
func load(synthetic bool) *torch.Tensor {
	if synthetic {
		return torch.Randint(0, 256, torch.Shape{1000, 784}).To(torch.Uint8)
	}
	data, err := fashionmnist.Open(context.Background(), "", func(line string) { log.Print(line) })
	if err != nil {
		log.Fatal(err)
	}
	return data.Train.Pixels().Flatten(1, -1)
}

func main() {
	steps := flag.Int("steps", 3000, "training steps")
	synthetic := flag.Bool("synthetic", false, "made-up pictures")
	flag.Parse()
	torch.ManualSeed(0)

	pictures := load(*synthetic)
	model := NewVAE()
	optimizer := optim.NewAdam(nn.Parameters(model), optim.LR(0.001))

	fit := &trainer.Trainer[int, struct{}]{
		Model: model, Optimizer: optimizer, Epochs: 1, Train: trainer.Count(*steps),
		Step: func(int) (*torch.Tensor, struct{}) {
			x := pictures.Index(torch.Randint(0, pictures.Size(0), torch.Shape{128})).Float().Div(255)
			logits, mean, logVar := model.Forward(x)
			return criterion(logits, x, mean, logVar).Div(x.Size(0)), struct{}{}
		},
		Hooks: []trainer.Hook{hooks.AfterStep(func(s trainer.Step) {
			if (s.Step-1)%(*steps/20+1) == 0 {
				log.Printf("step %d: loss %.9g", s.Step-1, s.Loss)
			}
		})},
	}
	if err := fit.Fit(context.Background()); err != nil {
		log.Fatal(err)
	}

	torch.NoGrad(func() {
		drawn := model.Decode(torch.Randn(torch.Shape{1, 20})).Sigmoid().View(28, 28)
		for _, row := range torch.ToNested[[][]int32](drawn.Index(torch.R(nil, nil, 2)).Mul(9.99).Int()) {
			for _, shade := range row {
				fmt.Print(" .:-=+*#%@"[shade : shade+1])
			}
			fmt.Println()
		}
	})
}
