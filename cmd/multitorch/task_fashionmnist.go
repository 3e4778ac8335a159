package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"multitorch/datasets/fashionmnist"
	"multitorch/nn"
	"multitorch/torch"
)

func init() { addTask(func() task { return &fashionTask{Model: "cnn"} }) }

// fashionTask tells ten sorts of clothes apart by small grey pictures.
type fashionTask struct {
	Model   string   `enum:"cnn" default:"cnn" help:"cnn (two convolutions and a linear layer)." json:"model"`
	Classes []string `kong:"-" json:"classes"`

	classification[fashionmnist.Example] `kong:"-"`
	loaded                               *fashionmnist.Data
}

var fashionInfo = &taskInfo{
	name:   "fashion-mnist",
	title:  "Fashion-MNIST",
	help:   "70,000 grey pictures of clothes in ten classes.",
	recipe: recipe{Epochs: 3, BatchSize: 64, LR: 1e-3},
	models: []string{"cnn"},
	reference: map[string]map[string]figure{"": { // the same network in Python
		"cnn": {Mean: 89.0},
	}},
}

func (t *fashionTask) info() *taskInfo { return fashionInfo }

func (t *fashionTask) modelName() string { return t.Model }

func (t *fashionTask) setModel(name string) { t.Model = name }

func (t *fashionTask) variant() string { return "" }

func (t *fashionTask) check() error {
	switch {
	case t.Model != "cnn":
		return fmt.Errorf("the model %.40q: expected %q", t.Model, "cnn")
	case !slices.Equal(t.Classes, fashionmnist.Classes()):
		return fmt.Errorf("%d classes %.80q: expected the %d of Fashion-MNIST, %q",
			len(t.Classes), t.Classes[:min(3, len(t.Classes))], len(fashionmnist.Classes()), fashionmnist.Classes())
	}
	return nil
}

func (t *fashionTask) load(ctx context.Context, dir string, fetch bool) (err error) {
	if fetch {
		t.loaded, err = fashionmnist.Open(ctx, dir, logLine)
	} else {
		t.loaded, err = fashionmnist.Load(dir)
	}
	if err != nil {
		return err
	}
	t.Classes = fashionmnist.Classes()
	t.classification = classification[fashionmnist.Example]{
		classes: t.Classes, of: fashionBatches{}, train: t.loaded.Train, test: t.loaded.Test,
	}
	return nil
}

func (t *fashionTask) data() (line, more string) {
	counts := make([]int, len(t.Classes))
	for _, side := range []*fashionmnist.Side{t.loaded.Train, t.loaded.Test} {
		for class, n := range torch.ToSlice[int64](side.Targets().Bincount(len(t.Classes))) {
			counts[class] += int(n)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d pictures in %s\n", t.loaded.Train.Len()+t.loaded.Test.Len(), t.loaded.Dir)
	for i, name := range t.Classes {
		fmt.Fprintf(&b, "  %-20s %5d\n", name, counts[i])
	}
	return fmt.Sprintf("%d training and %d test samples", t.loaded.Train.Len(), t.loaded.Test.Len()), b.String()
}

func (t *fashionTask) newModel() (nn.Module, error) {
	return nn.NewSequential(
		nn.NewConv2d(1, 16, 3, nn.Padding(1)), nn.NewReLU(), nn.NewMaxPool2d(2), // [N, 16, 14, 14]
		nn.NewConv2d(16, 32, 3, nn.Padding(1)), nn.NewReLU(), nn.NewMaxPool2d(2), // [N, 32, 7, 7]
		nn.NewFlatten(), nn.NewLinear(32*7*7, 10),
	), nil
}

func (t *fashionTask) sameTest(other task) bool {
	_, ok := other.(*fashionTask)
	return ok
}

// predict takes a picture of clothes.
func (t *fashionTask) predict(model nn.Module, in inputs, device torch.Device) ([]guess, error) {
	return predictOne[[]uint8](t, model, in, device)
}

func (t *fashionTask) read(_ context.Context, in inputs) ([]uint8, error) {
	if in.text != "" {
		return nil, badInput("text", "the model in %s looks at images only", in.checkpoint)
	}
	return in.pixels(fashionmnist.Size)
}

func (t *fashionTask) look(model nn.Module, samples [][]uint8, device torch.Device) ([][]guess, error) {
	return guesses(fashionBatches{}, t.Classes, model, func() (fashionmnist.Example, error) {
		images := make([]*torch.Tensor, len(samples))
		for i, rgb := range samples {
			images[i] = clothesPicture(rgb)
		}
		return fashionmnist.Example{Image: torch.Cat(images, 0), Target: torch.Zeros(torch.Shape{len(images)}, torch.Int64)}, nil
	}, device)
}

// clothesPicture is a picture as the model takes it, [1, 1, 28, 28]. The data set's are light on black; one on a light ground is
// inverted, as its authors did with the shop's photographs.
func clothesPicture(rgb []uint8) *torch.Tensor {
	const size = fashionmnist.Size
	image := torch.FromSlice(rgb, 1, 3, size, size).To(torch.Float32).Div(255).Mean(1, torch.KeepDim)
	if rim := image.Select(2, 0).Mean().Item(); rim > 0.5 {
		image = image.RSub(1)
	}
	return image
}

type fashionBatches struct{}

func (fashionBatches) to(b fashionmnist.Example, d torch.Device) fashionmnist.Example {
	return fashionmnist.Example{Image: b.Image.To(d), Target: b.Target.To(d)}
}

func (fashionBatches) target(b fashionmnist.Example) *torch.Tensor { return b.Target }

func (fashionBatches) logits(m nn.Module, b fashionmnist.Example) *torch.Tensor {
	return m.(*nn.Sequential).Forward(b.Image)
}

func (f fashionBatches) loss(m nn.Module, b fashionmnist.Example) (loss, logits *torch.Tensor) {
	logits = f.logits(m, b)
	return crossEntropy.Forward(logits, b.Target), logits
}
