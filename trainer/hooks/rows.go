package hooks

import (
	"errors"
	"time"

	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/runlog"
)

// JSONL writes a row of JSON for each step whose loss was read, each validation and each epoch: see [runlog.JSONL]. A run that
// is resumed goes on with the file: rows of what is done again are cut off before.
//
// It stands before the hooks that save the run's state, so that what a state has done is in the file. Where the disk is full
// training goes on, with a warning; rows wait for room up to 1 MiB of them, and the run's end is an error if that never came.
type JSONL struct {
	Path  string
	Every int // so many steps; 1 where it is 0

	rows rows
}

// Name is "jsonl".
func (j *JSONL) Name() string { return "jsonl" }

// OnStart opens the file.
func (j *JSONL) OnStart(s trainer.Start) error {
	return j.rows.open(func() (*runlog.Writer, error) { return runlog.JSONL(j.Path, runlog.Place(s.From)) })
}

// OnStep writes a row.
func (j *JSONL) OnStep(s trainer.Step) error {
	if !due(s.Step, j.Every) || !s.Read {
		return nil
	}
	return j.rows.step(s)
}

// OnValidate writes a row.
func (j *JSONL) OnValidate(v trainer.Validation) error { return j.rows.validation(v) }

// OnEpoch writes a row.
func (j *JSONL) OnEpoch(e trainer.Epoch) error { return j.rows.epoch(e) }

// OnEnd closes the file.
func (j *JSONL) OnEnd(trainer.End) error { return j.rows.close() }

// StateDict is empty. It is asked for when the run's state is saved: what was written until then is brought to the disk.
func (j *JSONL) StateDict() *torch.Dict { return j.rows.sync() }

// LoadStateDict does nothing: the run's place says what stays in the file.
func (j *JSONL) LoadStateDict(*torch.Dict) error { return nil }

// CSV writes a table with a row for each epoch, or, with Steps, for each step whose loss was read: see [runlog.CSV]. For resumed
// runs and full disks it is as [JSONL].
type CSV struct {
	Path  string
	Steps bool // rows are steps, and not epochs

	rows rows
}

// Name is "csv", or "csv of steps".
func (c *CSV) Name() string {
	if c.Steps {
		return "csv of steps"
	}
	return "csv"
}

// OnStart opens the file.
func (c *CSV) OnStart(s trainer.Start) error {
	kind := runlog.Epoch
	if c.Steps {
		kind = runlog.Step
	}
	return c.rows.open(func() (*runlog.Writer, error) { return runlog.CSV(c.Path, kind, runlog.Place(s.From)) })
}

// OnStep writes a row, where rows are steps.
func (c *CSV) OnStep(s trainer.Step) error {
	if !c.Steps || !s.Read {
		return nil
	}
	return c.rows.step(s)
}

// OnEpoch writes a row, where rows are epochs.
func (c *CSV) OnEpoch(e trainer.Epoch) error { return c.rows.epoch(e) }

// OnEnd closes the file.
func (c *CSV) OnEnd(trainer.End) error { return c.rows.close() }

// StateDict is empty: see [JSONL.StateDict].
func (c *CSV) StateDict() *torch.Dict { return c.rows.sync() }

// LoadStateDict does nothing: see [JSONL.LoadStateDict].
func (c *CSV) LoadStateDict(*torch.Dict) error { return nil }

// rows is what JSONL and CSV have in common.
type rows struct {
	w   *runlog.Writer
	err error // of a sync
}

func (r *rows) open(open func() (*runlog.Writer, error)) (err error) {
	r.err = nil
	r.w, err = open()
	return err
}

func (r *rows) write(row runlog.Row) error {
	row.Time = time.Now()
	return errors.Join(r.err, r.w.Write(row))
}

func (r *rows) step(s trainer.Step) error {
	return r.write(runlog.Row{Kind: runlog.Step, Epoch: s.Epoch, Step: s.Step, Values: []runlog.Value{
		{Name: "loss", Value: s.Loss}, {Name: "samples", Value: float64(s.Samples)},
	}})
}

func (r *rows) validation(v trainer.Validation) error {
	return r.write(runlog.Row{Kind: runlog.Validation, Epoch: v.Epoch, Step: v.Step, Values: figuresOf("test/", v.Validate)})
}

func (r *rows) epoch(e trainer.Epoch) error {
	return r.write(runlog.Row{
		Kind: runlog.Epoch, Epoch: e.Epoch, Step: e.Step, Values: append(figuresOf("train/", e.Train), figuresOf("test/", e.Validate)...),
	})
}

func figuresOf(prefix string, e trainer.Evaluation) (values []runlog.Value) {
	if e.Samples == 0 {
		return nil
	}
	values = append(values, runlog.Value{Name: prefix + "loss", Value: e.Loss})
	for _, m := range e.Metrics {
		values = append(values, runlog.Value{Name: prefix + m.Name, Value: m.Value})
	}
	return values
}

func (r *rows) sync() *torch.Dict {
	if r.w != nil {
		r.err = r.w.Sync()
	}
	return &torch.Dict{}
}

func (r *rows) close() error {
	if r.w == nil {
		return nil
	}
	err := r.w.Close()
	r.w = nil
	return err
}
