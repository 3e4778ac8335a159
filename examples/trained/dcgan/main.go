// Command dcgan is ../../dcgan with the trainer: two optimizers, one of which is stepped by hand in the step of the other.
// Its losses are those of the bare program, to the last bit.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"

	"multitorch/datasets/fashionmnist"
	"multitorch/nn"
	nninit "multitorch/nn/init"
	"multitorch/optim"
	"multitorch/torch"
	_ "multitorch/torch/tcmalloc"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
)

// GAN is both networks, so that the trainer knows of all that is trained and saved.
type GAN struct {
	nn.Base
	Generator, Discriminator *nn.Sequential
}

// newGenerator draws pictures [N, 1, 28, 28] from -1 to 1 out of noise [N, noise, 1, 1].
func newGenerator(noise, width int) *nn.Sequential {
	return nn.NewSequential(
		nn.NewConvTranspose2d(noise, 2*width, 7, nn.Bias(false)),
		nn.NewBatchNorm2d(2*width),
		nn.NewReLU(),
		nn.NewConvTranspose2d(2*width, width, 4, nn.Stride(2), nn.Padding(1), nn.Bias(false)),
		nn.NewBatchNorm2d(width),
		nn.NewReLU(),
		nn.NewConvTranspose2d(width, 1, 4, nn.Stride(2), nn.Padding(1)),
		nn.NewTanh(),
	)
}

// newDiscriminator scores [N]: above 0 for pictures [N, 1, 28, 28] that it takes for real.
func newDiscriminator(width int) *nn.Sequential {
	return nn.NewSequential(
		nn.NewConv2d(1, width, 4, nn.Stride(2), nn.Padding(1)),
		nn.NewLeakyReLU(nn.NegativeSlope(0.2)),
		nn.NewConv2d(width, 2*width, 4, nn.Stride(2), nn.Padding(1), nn.Bias(false)),
		nn.NewBatchNorm2d(2*width),
		nn.NewLeakyReLU(nn.NegativeSlope(0.2)),
		nn.NewConv2d(2*width, 1, 7),
		nn.NewFlatten(nn.StartDim(0)),
	)
}

func initWeights(module nn.Module) {
	switch m := module.(type) {
	case *nn.Conv2d:
		nninit.Normal(m.Weight.Tensor, 0, 0.02)
	case *nn.ConvTranspose2d:
		nninit.Normal(m.Weight.Tensor, 0, 0.02)
	case *nn.BatchNorm2d:
		nninit.Normal(m.Weight.Tensor, 1, 0.02)
		nninit.Zeros(m.Bias.Tensor)
	}
}

// load is the pictures, uint8 [N, 1, 28, 28].
func load(synthetic bool) *torch.Tensor {
	if synthetic {
		return torch.Randint(0, 256, torch.Shape{1000, 1, 28, 28}).To(torch.Uint8)
	}
	data, err := fashionmnist.Open(context.Background(), "", func(line string) { log.Print(line) })
	if err != nil {
		log.Fatal(err)
	}
	return data.Train.Pixels()
}

func main() {
	steps := flag.Int("steps", 2000, "training steps")
	width := flag.Int("width", 32, "channels of the widest pictures")
	batch := flag.Int("batch", 64, "pictures of each sort in a step")
	synthetic := flag.Bool("synthetic", false, "made-up pictures")
	flag.Parse()
	torch.ManualSeed(0)

	pictures := load(*synthetic)
	generator := newGenerator(64, *width)
	discriminator := newDiscriminator(*width)
	nn.Apply(generator, initWeights)
	nn.Apply(discriminator, initWeights)
	criterion := nn.NewBCEWithLogitsLoss()
	optimizerG := optim.NewAdam(nn.Parameters(generator), optim.LR(0.0002), optim.Betas(0.5, 0.999))
	optimizerD := optim.NewAdam(nn.Parameters(discriminator), optim.LR(0.0002), optim.Betas(0.5, 0.999))
	ones, zeros := torch.Ones(torch.Shape{*batch}), torch.Zeros(torch.Shape{*batch})

	gan := &GAN{Generator: generator, Discriminator: discriminator}
	var lossD float64
	fit := &trainer.Trainer[int, struct{}]{
		Model: gan, Optimizer: optimizerG, Epochs: 1, Train: trainer.Count(*steps),
		Saved: map[string]trainer.Stateful{"discriminator": trainer.OfOptimizer(optimizerD)}, // in the state of a run that is resumed
		Step: func(int) (*torch.Tensor, struct{}) {
			real := pictures.Index(torch.Randint(0, pictures.Size(0), torch.Shape{*batch})).Float().Div(127.5).Sub(1)
			fake := generator.Forward(torch.Randn(torch.Shape{*batch, 64, 1, 1}))

			// the discriminator learns to tell them apart; Detach keeps the generator out of it
			loss := criterion.Forward(discriminator.Forward(real), ones)
			loss = loss.Add(criterion.Forward(discriminator.Forward(fake.Detach()), zeros))
			optimizerD.ZeroGrad()
			loss.Backward()
			optimizerD.Step()
			lossD = loss.Item()

			// the generator learns to be taken for real: the trainer's part
			return criterion.Forward(discriminator.Forward(fake), ones), struct{}{}
		},
		Hooks: []trainer.Hook{hooks.AfterStep(func(s trainer.Step) {
			if (s.Step-1)%(*steps/20+1) == 0 {
				log.Printf("step %d: discriminator %.9g, generator %.9g", s.Step-1, lossD, s.Loss)
			}
		})},
	}
	if err := fit.Fit(context.Background()); err != nil {
		log.Fatal(err)
	}

	nn.Eval(generator)
	torch.NoGrad(func() {
		drawn := generator.Forward(torch.Randn(torch.Shape{1, 64, 1, 1})).View(28, 28)
		for _, row := range torch.ToNested[[][]int32](drawn.Index(torch.R(nil, nil, 2)).Add(1).Mul(4.99).Int()) {
			for _, shade := range row {
				fmt.Print(" .:-=+*#%@"[shade : shade+1])
			}
			fmt.Println()
		}
	})
}
