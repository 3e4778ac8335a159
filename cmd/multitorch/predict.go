package main

import (
	"errors"
	"fmt"
	"os"

	"multitorch/datasets/emoji10"
	"multitorch/multimodal"
	"multitorch/torch"
)

type predictCmd struct {
	deviceFlag
	Checkpoint string `type:"path" default:"runs/concat-seed0/checkpoint.safetensors" help:"Checkpoint file."`
	Image      string `type:"path" placeholder:"FILE" help:"Image: PNG, JPEG, GIF, WebP or BMP."`
	Text       string `placeholder:"WORDS" help:"Text: a few words."`
	Top        int    `default:"3" help:"Classes to print."`
}

// Validate is called when the command line is read.
func (c *predictCmd) Validate() error {
	if c.Top < 1 {
		return fmt.Errorf("--top: expected at least 1, but got %d", c.Top)
	}
	return c.deviceFlag.Validate()
}

// Run prints the most likely classes of one image and text.
func (c *predictCmd) Run() error {
	device, err := c.device()
	if err != nil {
		return err
	}
	model, about, err := loadClassifier(c.Checkpoint, device)
	if err != nil {
		return err
	}
	batch, err := c.batch(about)
	if err != nil {
		return err
	}
	torch.NoGrad(func() {
		err = torch.Try(func() error {
			probabilities := model.Logits(batch.To(device)).Softmax(1).Select(0, 0)
			values, classes := probabilities.Topk(min(c.Top, len(about.Classes)), 0)
			names := torch.ToSlice[int64](classes)
			for i, p := range torch.ToSlice[float32](values) {
				fmt.Printf("%-20s %5.1f %%\n", about.Classes[names[i]], 100*p)
			}
			return nil
		})
	})
	return err
}

// batch is the one sample to be classified. What the model does not look at may
// be left out.
func (c *predictCmd) batch(about *description) (multimodal.Batch, error) {
	b := multimodal.Batch{Target: torch.Zeros(torch.Shape{1}, torch.Int64)}
	size := emoji10.ImageSize
	b.Image = torch.Zeros(torch.Shape{1, 3, size, size})
	b.Tokens = torch.Zeros(torch.Shape{1, emoji10.MaxTokens}, torch.Int64)
	b.Lengths = torch.Ones(torch.Shape{1}, torch.Int64)
	if about.Model.UsesImage() {
		pixels, err := c.pixels()
		if err != nil {
			return b, err
		}
		b.Image = multimodal.Pixels(torch.FromSlice(pixels, 1, 3, size, size))
	} else if c.Image != "" {
		return b, fmt.Errorf("--image: the model in %s reads texts only", c.Checkpoint)
	}
	if about.Model.UsesText() {
		if c.Text == "" {
			return b, fmt.Errorf("--text: the model in %s reads a text too: expected a few words", c.Checkpoint)
		}
		numbers, length, err := about.Vocabulary.Encode(emoji10.Tokenize(c.Text))
		if err != nil {
			return b, fmt.Errorf("--text %q: %w", c.Text, err)
		}
		b.Tokens = torch.FromSlice(numbers, 1, len(numbers))
		b.Lengths = torch.FromSlice([]int64{int64(length)})
	} else if c.Text != "" {
		return b, fmt.Errorf("--text: the model in %s looks at images only", c.Checkpoint)
	}
	return b, nil
}

func (c *predictCmd) pixels() ([]uint8, error) {
	if c.Image == "" {
		return nil, errors.New("--image: the model looks at an image too: expected a file")
	}
	f, err := os.Open(c.Image)
	if err != nil {
		return nil, fmt.Errorf("--image: %w", err)
	}
	defer f.Close()
	pixels, err := emoji10.DecodeImage(f, emoji10.ImageSize)
	if err != nil {
		return nil, fmt.Errorf("--image %s: %w", c.Image, err)
	}
	return pixels, nil
}
