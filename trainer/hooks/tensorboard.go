package hooks

import (
	"errors"

	"multitorch/trainer"
	"multitorch/trainer/tensorboard"
)

// TensorBoard writes the loss of each step that was read, and the figures of each epoch and validation, to event files:
// "loss/step", and "loss/train", "loss/test", "accuracy/train" and so on, all at the step of the optimizer, and "epoch", by which
// the two are translated.
type TensorBoard struct {
	Writer *tensorboard.Writer // who made it closes it
	// Forward runs the model once, for the lines of its graph: see [ModuleGraph]. Without it no graph is written.
	Forward func()
	// HParams are the settings by which runs are compared, and Metrics the tags of the scalars that compare them, "accuracy/test" say:
	// see [tensorboard.Writer.HParams].
	HParams map[string]any
	Metrics []string
}

// Name is "tensorboard".
func (t *TensorBoard) Name() string { return "tensorboard" }

// OnStart writes the graph and the settings, at the beginning of a run.
func (t *TensorBoard) OnStart(s trainer.Start) error {
	if s.From.Step > 0 {
		return nil
	}
	if t.Forward != nil {
		if err := t.Writer.Graph(ModuleGraph(s.Model, t.Forward)); err != nil {
			return err
		}
	}
	if len(t.HParams) > 0 {
		return t.Writer.HParams(t.HParams, t.Metrics...)
	}
	return nil
}

// OnValidate writes the figures of a validation in the middle of an epoch.
func (t *TensorBoard) OnValidate(v trainer.Validation) error {
	return t.figures("test", v.Step, v.Validate)
}

// OnStep writes the loss.
func (t *TensorBoard) OnStep(s trainer.Step) error {
	if !s.Read {
		return nil
	}
	return t.Writer.Scalar("loss/step", s.Step, s.Loss)
}

// OnEpoch writes the figures.
func (t *TensorBoard) OnEpoch(e trainer.Epoch) error {
	return errors.Join(t.figures("train", e.Step, e.Train), t.figures("test", e.Step, e.Validate),
		t.Writer.Scalar("epoch", e.Step, float64(e.Epoch)), t.Writer.Flush())
}

func (t *TensorBoard) figures(side string, step int, e trainer.Evaluation) error {
	if e.Samples == 0 {
		return nil
	}
	errs := []error{t.Writer.Scalar("loss/"+side, step, e.Loss)}
	for _, v := range e.Metrics {
		errs = append(errs, t.Writer.Scalar(v.Name+"/"+side, step, v.Value))
	}
	return errors.Join(errs...)
}
