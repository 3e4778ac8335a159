package trainer

import (
	"context"
	"fmt"
	"io"
	"iter"

	"multitorch/multimodal"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

// Batches is what a loader offers: its batches, each of which lives until the
// loop asks for the next one.
type Batches[B any] interface {
	All(ctx context.Context) iter.Seq2[B, error]
	Len() int
}

// Model is the tutorial's kind of model: an image and a text in, class scores out.
type Model interface {
	nn.Module
	Forward(image, text *torch.Tensor) *torch.Tensor
}

// TrainLoop is the tutorial's train_loop: one epoch. An error is the loader's;
// arithmetic panics with a [*torch.Error], as everywhere outside [Trainer].
func TrainLoop(model Model, dataloader Batches[multimodal.Example], criterion *nn.CrossEntropyLoss,
	optimizer optim.Optimizer, device torch.Device,
) error {
	nn.Train(model)
	for data, err := range dataloader.All(context.Background()) {
		if err != nil {
			return err
		}
		image := data.Image.To(device)
		text := data.Text.To(device)
		target := data.Target.To(device)
		output := model.Forward(image, text)
		loss := criterion.Forward(output, target)
		optimizer.ZeroGrad()
		loss.Backward()
		optimizer.Step()
	}
	return nil
}

// TestLoop is the tutorial's test_loop: it prints the loss of every batch to w.
// As in Python the model stays in evaluation mode, until TrainLoop's next call.
func TestLoop(model Model, dataloader Batches[multimodal.Example], criterion *nn.CrossEntropyLoss,
	device torch.Device, w io.Writer,
) (err error) {
	nn.Eval(model)
	torch.NoGrad(func() {
		for data, e := range dataloader.All(context.Background()) {
			if err = e; err != nil {
				return
			}
			image := data.Image.To(device)
			text := data.Text.To(device)
			target := data.Target.To(device)
			output := model.Forward(image, text)
			loss := criterion.Forward(output, target)
			fmt.Fprintln(w, loss)
		}
	})
	return err
}
