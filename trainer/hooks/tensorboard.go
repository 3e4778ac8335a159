package hooks

import (
	"errors"

	"multitorch/trainer"
	"multitorch/trainer/tensorboard"
)

// TensorBoard writes the loss of each step that was read, and the figures of each epoch, to event files:
// "loss/step", and "loss/train", "loss/test", "accuracy/train" and so on.
type TensorBoard struct {
	Writer *tensorboard.Writer // who made it closes it
}

// Name is "tensorboard".
func (t *TensorBoard) Name() string { return "tensorboard" }

// OnStep writes the loss.
func (t *TensorBoard) OnStep(s trainer.Step) error {
	if !s.Read {
		return nil
	}
	return t.Writer.Scalar("loss/step", s.Step, s.Loss)
}

// OnEpoch writes the figures.
func (t *TensorBoard) OnEpoch(e trainer.Epoch) error {
	var errs []error
	for _, side := range []struct {
		name string
		trainer.Evaluation
	}{{"train", e.Train}, {"test", e.Validate}} {
		if side.Samples == 0 {
			continue
		}
		errs = append(errs, t.Writer.Scalar("loss/"+side.name, e.Epoch, side.Loss))
		for _, v := range side.Metrics {
			errs = append(errs, t.Writer.Scalar(v.Name+"/"+side.name, e.Epoch, v.Value))
		}
	}
	return errors.Join(append(errs, t.Writer.Flush())...)
}
