package hooks

import (
	"fmt"
	"io"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/profiler"
)

// Profile looks for some steps where time goes, by phases and modules, and writes it as a trace and as a table: see [profiler]. No
// number of the run changes.
type Profile struct {
	Path  string    // of the trace, which chrome://tracing and ui.perfetto.dev show; "" for none
	Table io.Writer // nil for none
	Wait  int       // steps before it begins: the first ones take longer than others; 3 where it is 0, and none where it is negative
	Steps int       // 5 where it is 0
	Rows  int       // modules in the table; 20 where it is 0

	profiler *profiler.Profiler // nil while it does not look
	start    trainer.Start
	stop     func()
	steps    int // of this run up to now
	done     bool
}

// Name is "profile".
func (p *Profile) Name() string { return "profile" }

// OnStart begins, where there is nothing to wait for.
func (p *Profile) OnStart(s trainer.Start) error {
	p.start, p.steps, p.done, p.profiler = s, 0, false, nil
	if p.Wait < 0 {
		p.begin()
	}
	return nil
}

// OnPhase notes a phase.
func (p *Profile) OnPhase(phase trainer.Phase) {
	switch {
	case p.profiler == nil:
	case phase == trainer.PhaseNone:
		p.profiler.Phase("")
	default:
		p.profiler.Phase(phase.String())
	}
}

// OnStep begins and ends.
func (p *Profile) OnStep(trainer.Step) error {
	p.steps++
	wait, steps := max(p.Wait, 0), p.Steps
	if p.Wait == 0 {
		wait = 3
	}
	if steps == 0 {
		steps = 5
	}
	switch {
	case p.profiler == nil && !p.done && p.steps == wait:
		p.begin()
	case p.profiler != nil && p.steps >= wait+steps:
		return p.end()
	}
	return nil
}

func (p *Profile) begin() {
	p.profiler = profiler.New()
	if all := nn.Parameters(p.start.Model); len(all) > 0 && all[0].Device() != torch.CPU {
		device := all[0].Device()
		p.profiler.Sync = func() { _ = torch.Synchronize(device) }
	}
	p.stop = p.profiler.Watch(p.start.Model)
}

// end writes what was noted.
func (p *Profile) end() error {
	seen := p.profiler
	seen.Phase("")
	p.stop()
	p.profiler, p.done = nil, true
	rows := p.Rows
	if rows == 0 {
		rows = 20
	}
	if p.Table != nil {
		if _, err := fmt.Fprint(p.Table, seen.Table(rows)); err != nil {
			return err
		}
	}
	if p.Path == "" {
		return nil
	}
	return seen.SaveTrace(p.Path)
}

// OnEnd writes what a run that ended before had.
func (p *Profile) OnEnd(trainer.End) error {
	if p.profiler == nil {
		return nil
	}
	return p.end()
}
