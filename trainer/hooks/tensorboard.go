package hooks

import (
	"errors"

	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/tensorboard"
)

// TensorBoard writes the loss of each step that was read, and the figures of each epoch and validation, to event files:
// "loss/step", and "loss/train", "loss/test", "accuracy/train" and so on, all at the step of the optimizer, and "epoch", by which
// the two are translated.
//
// A run that is resumed, with a writer for the same directory, goes on where its state was saved: what was written after that, of
// any hook, is forgotten by TensorBoard, so that no point is drawn twice.
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
	if s.Resumed {
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

// StateDict is the place behind the last event.
func (t *TensorBoard) StateDict() *torch.Dict {
	m := t.Writer.Mark()
	d := &torch.Dict{}
	d.Set("file", m.File)
	d.Set("from", m.From)
	d.Set("to", m.To)
	d.Set("step", int64(m.Step))
	return d
}

// LoadStateDict goes on from there.
func (t *TensorBoard) LoadStateDict(d *torch.Dict) error {
	file, ok := d.Get("file").(string)
	from, ok2 := d.Get("from").(int64)
	to, ok3 := d.Get("to").(int64)
	step, ok4 := d.Get("step").(int64)
	if !ok || !ok2 || !ok3 || !ok4 || step < 0 {
		return errors.New("expected a file, and three numbers, from 0: it is the state of another hook")
	}
	return t.Writer.GoOn(tensorboard.Mark{File: file, From: from, To: to, Step: int(step)})
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
