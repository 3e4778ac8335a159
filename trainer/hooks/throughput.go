package hooks

import (
	"time"

	"multitorch/trainer"
)

// Throughput writes how fast the training goes: "throughput/samples_per_second", "throughput/steps_per_second" and
// "throughput/data_wait_percent", the share of the time in which the loop waited for its batches. Each is of the steps since the
// last time; validations do not count.
type Throughput struct {
	To    Logger
	Every int // steps; 50 where it is 0

	times         func() trainer.Times
	since         time.Time
	waited        time.Duration // of the run, at since
	apart         time.Duration // validations after since
	samples, last int
	rate          Rate
}

// Rate is how fast a run goes.
type Rate struct {
	Samples, Steps float64 // a second
	DataWait       float64 // the share of the time, from 0 to 1
}

// Name is "throughput".
func (t *Throughput) Name() string { return "throughput" }

// Last is what was written last.
func (t *Throughput) Last() Rate { return t.rate }

// OnStart begins to count.
func (t *Throughput) OnStart(s trainer.Start) error {
	t.times, t.rate = s.Times, Rate{}
	t.begin(s.From.Step)
	return nil
}

func (t *Throughput) begin(step int) {
	t.since, t.waited, t.apart, t.samples, t.last = time.Now(), t.times().Waited, 0, 0, step
}

// AroundValidate takes a validation's time out.
func (t *Throughput) AroundValidate(trainer.Place) (func(), error) {
	begin := time.Now()
	return func() { t.apart += time.Since(begin) }, nil
}

// OnStep counts, and writes.
func (t *Throughput) OnStep(s trainer.Step) error {
	t.samples += s.Samples
	every := t.Every
	if every == 0 {
		every = 50
	}
	if !due(s.Step, every) {
		return nil
	}
	took := max(time.Since(t.since)-t.apart, time.Nanosecond).Seconds()
	t.rate = Rate{float64(t.samples) / took, float64(s.Step-t.last) / took, min(1, (t.times().Waited-t.waited).Seconds()/took)}
	t.begin(s.Step)
	for _, v := range []struct {
		tag   string
		value float64
	}{{"samples_per_second", t.rate.Samples}, {"steps_per_second", t.rate.Steps}, {"data_wait_percent", 100 * t.rate.DataWait}} {
		if err := t.To.Scalar("throughput/"+v.tag, s.Step, v.value); err != nil {
			return err
		}
	}
	return nil
}
