// Command tutorial is the multimodal tutorial's program in Go. It reads line by
// line like tutorial.py beside it, and prints the same numbers, bit for bit.
package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log"
	"os"
	"slices"

	"multitorch/datasets"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	_ "multitorch/torch/tcmalloc" // a quicker malloc
)

type ImageFeatureExtractor struct {
	nn.Base
	CNN *nn.Conv2d
}

func NewImageFeatureExtractor() *ImageFeatureExtractor {
	return &ImageFeatureExtractor{CNN: nn.NewConv2d(3, 64, 3, nn.Stride(1), nn.Padding(1))}
}

func (m *ImageFeatureExtractor) Forward(x *torch.Tensor) *torch.Tensor {
	x = m.CNN.Forward(x)
	return x.Mean(2, 3) // repair: [N, 64, H, W] -> [N, 64]
}

type TextFeatureExtractor struct {
	nn.Base
	Embedding *nn.Embedding
	RNN       *nn.GRU
}

func NewTextFeatureExtractor(words int) *TextFeatureExtractor {
	return &TextFeatureExtractor{
		Embedding: nn.NewEmbedding(words, 100), // repair: words -> vectors
		RNN:       nn.NewGRU(100, 64, nn.BatchFirst(true)),
	}
}

func (m *TextFeatureExtractor) Forward(x *torch.Tensor) *torch.Tensor {
	x = m.Embedding.Forward(x)
	_, hidden := m.RNN.Forward(x, nil)
	return hidden.Select(0, -1) // repair: the last hidden state, [N, 64]
}

type MultiModalModel struct {
	nn.Base
	FusionLayer           *nn.Linear
	OutputLayer           *nn.Linear
	ImageFeatureExtractor *ImageFeatureExtractor
	TextFeatureExtractor  *TextFeatureExtractor
}

// Python makes the fusion and output layers after the extractors that it is
// given, so the same random numbers are drawn here.
func NewMultiModalModel(image *ImageFeatureExtractor, text *TextFeatureExtractor) *MultiModalModel {
	return &MultiModalModel{
		FusionLayer:           nn.NewLinear(64+64, 128),
		OutputLayer:           nn.NewLinear(128, 10),
		ImageFeatureExtractor: image,
		TextFeatureExtractor:  text,
	}
}

func (m *MultiModalModel) Forward(image, text *torch.Tensor) *torch.Tensor {
	imageFeature := m.ImageFeatureExtractor.Forward(image)
	textFeature := m.TextFeatureExtractor.Forward(text)
	fusionFeature := m.FusionLayer.Forward(torch.Cat([]*torch.Tensor{imageFeature, textFeature}, 1))
	output := m.OutputLayer.Forward(fusionFeature)
	return output
}

// Sample is what the data set gives, and a batch of it.
type Sample struct{ Image, Text, Target *torch.Tensor }

type Dataset struct {
	image, text, target *torch.Tensor // repair: the class of each sample
}

func NewDataset(image, text, target *torch.Tensor) *Dataset { return &Dataset{image, text, target} }

func (d *Dataset) Len() int { return d.image.Size(0) }

func (d *Dataset) Get(index int) (Sample, error) {
	return Sample{d.image.Select(0, index), d.text.Select(0, index), d.target.Select(0, index)}, nil
}

type DataLoader = *datasets.Loader[Sample]

func trainLoop(model *MultiModalModel, dataloader DataLoader, criterion *nn.CrossEntropyLoss, optimizer optim.Optimizer, device torch.Device) error {
	nn.Train(model)
	for data, err := range dataloader.All(context.Background()) {
		if err != nil {
			return err
		}
		image, text, target := data.Image, data.Text, data.Target
		image = image.To(device)
		text = text.To(device)
		target = target.To(device)
		output := model.Forward(image, text)
		loss := criterion.Forward(output, target)
		optimizer.ZeroGrad()
		loss.Backward()
		optimizer.Step()
		if verify {
			fmt.Println("train loss", loss.Item())
		}
	}
	return nil
}

func testLoop(model *MultiModalModel, dataloader DataLoader, criterion *nn.CrossEntropyLoss, device torch.Device) (err error) {
	nn.Eval(model)
	torch.NoGrad(func() {
		for data, e := range dataloader.All(context.Background()) {
			if err = e; err != nil {
				return
			}
			image, text, target := data.Image, data.Text, data.Target
			image = image.To(device)
			text = text.To(device)
			target = target.To(device)
			output := model.Forward(image, text)
			loss := criterion.Forward(output, target)
			fmt.Println(loss)
		}
	})
	return err
}

const words = 100

func makeData(n int) (image, text, target *torch.Tensor) {
	target = torch.Randint(0, 10, torch.Shape{n})
	image = torch.Randn(torch.Shape{n, 3, 32, 32}).Add(target.View(-1, 1, 1, 1).Mul(0.1))
	text = torch.Randint(0, 50, torch.Shape{n, 16}).Add(target.View(-1, 1).Mul(5))
	return image, text, target
}

var verify = slices.Contains(os.Args, "--verify") // print every loss, and a checksum of each weight

func main() {
	torch.ManualSeed(0)

	trainDataset := NewDataset(makeData(6400))
	testDataset := NewDataset(makeData(320))

	trainLoader, err := datasets.NewLoader(trainDataset, datasets.BatchSize(32), datasets.Shuffle(true))
	check(err)
	testLoader, err := datasets.NewLoader(testDataset, datasets.BatchSize(32), datasets.Shuffle(false))
	check(err)

	imageFeatureExtractor := NewImageFeatureExtractor()
	textFeatureExtractor := NewTextFeatureExtractor(words)
	model := NewMultiModalModel(imageFeatureExtractor, textFeatureExtractor)

	criterion := nn.NewCrossEntropyLoss()
	optimizer := optim.NewAdam(nn.Parameters(model), optim.LR(0.001))

	device := torch.CPU
	if torch.CUDAIsAvailable() {
		device = torch.CUDA
	}
	nn.To(model, device)
	check(trainLoop(model, trainLoader, criterion, optimizer, device))

	check(testLoop(model, testLoader, criterion, device))

	if verify {
		for _, s := range nn.StateDict(model) {
			fmt.Printf("%s %x\n", s.Name, sha256.Sum256(s.Tensor.Bytes()))
		}
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
