package main

import (
	"fmt"
	"slices"
	"strings"

	"multitorch/trainer/plot"
	"multitorch/trainer/runlog"
)

type runsPlotCmd struct {
	Runs   []string `arg:"" type:"path" help:"Folders of runs, or one with several in it."`
	Figure string   `placeholder:"NAME" help:"Figure to draw, as accuracy, test/accuracy, train/loss, or loss for that of the steps (default: the first run's main one)."`
	X      string   `enum:"epoch,step,time" default:"epoch" help:"Against what: epoch, step, or time in seconds."`
	Out    string   `type:"path" default:"runs.png" placeholder:"FILE" help:"Picture: .png or .svg."`
}

// Validate is called when the command line is read.
func (c *runsPlotCmd) Validate() error { return outputFile{"out", c.Out, plotFile, nil}.check() }

// Run draws a line for each run that has the figure.
func (c *runsPlotCmd) Run() error {
	runs, names, err := namedRuns(c.Runs)
	if err != nil {
		return err
	}
	figure := c.Figure
	if figure == "" {
		figure = runs[0].figure()
	}
	of := func(r *foundRun) bool { return slices.Contains(runlog.Names(r.log.Steps), figure) }
	if c.X == "epoch" && slices.ContainsFunc(runs, of) { // where in its epoch a step is, no row says
		c.X = "step"
	}
	var lines []plot.Line
	var known []string
	for i, r := range runs {
		known = append(known, append(runlog.Names(r.log.Epochs), runlog.Names(r.log.Steps)...)...)
		line := c.line(names[i], figure, r)
		if len(line.X) == 0 {
			logLine(fmt.Sprintf("skipped: %s has no figure %s", r.dir, figure))
			continue
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		slices.Sort(known)
		return fmt.Errorf("--figure: no run has %q: expected one of %q", figure, slices.Compact(known))
	}
	label := map[string]string{"epoch": "Epoch", "step": "Step", "time": "Seconds since the first row"}[c.X]
	if err := plot.Lines(c.Out, plot.Axes{X: label, Y: figure}, lines...); err != nil {
		return err
	}
	printf("%d runs in %s\n", len(lines), c.Out)
	return nil
}

// line is a run's figure: of its epochs, or of its steps where only those have it.
func (c *runsPlotCmd) line(name, figure string, r *foundRun) plot.Line {
	rows := r.log.Epochs
	have := runlog.Names(rows)
	if !slices.Contains(have, figure) {
		switch {
		case slices.Contains(runlog.Names(r.log.Steps), figure):
			rows = r.log.Steps
		case !strings.Contains(figure, "/") && slices.Contains(have, "test/"+figure):
			figure = "test/" + figure
		default:
			return plot.Line{}
		}
	}
	line := plot.Line{Name: name}
	for _, row := range rows {
		x := map[string]float64{
			"epoch": float64(row.Epoch), "step": float64(row.Step), "time": row.Time.Sub(rows[0].Time).Seconds(),
		}[c.X]
		if n := len(line.X); n > 0 && x <= line.X[n-1] { // two rows in one millisecond, or a clock that was set back
			continue
		}
		line.X, line.Y = append(line.X, x), append(line.Y, row.Value(figure))
	}
	return line
}
