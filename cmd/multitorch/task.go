package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
)

// task is a data set with the models that are trained on it. It is a pointer to a struct whose exported fields are its own
// flags: they are read from the command line, and saved with a model, as JSON, by which eval and predict know it again.
//
// A task is one file, which adds it to the table with addTask.
type task interface {
	// info is the same for every value of a task.
	info() *taskInfo
	// modelName is which of info().models the fields mean.
	modelName() string
	setModel(name string)
	// variant says which data the fields mean, as the table of results names it.
	variant() string
	// check refuses fields that no run writes: a file may hold anything.
	check() error
	// load reads the data from dir, or from the task's own folder where dir is empty. It may get them first if fetch is set.
	load(ctx context.Context, dir string, fetch bool) error
	// data says what was loaded, in one line, and what is in it, in several.
	data() (line, more string)
	// newModel makes the model of the fields.
	newModel() (nn.Module, error)
	// training is the loop for a model over the data that was loaded.
	training(model nn.Module, r recipe, device torch.Device, hooks ...trainer.Hook) (training, error)
	// report says more about the test data's last evaluation.
	report() string
	// predict says what a model sees in the inputs, the likeliest first.
	predict(model nn.Module, in inputs, device torch.Device) ([]guess, error)
}

// averager is a task whose models can be measured together: the mean of their class probabilities.
type averager interface {
	// average measures them together: combine makes class probabilities of their logits.
	average(models []nn.Module, combine func(logits ...*torch.Tensor) *torch.Tensor, device torch.Device) (training, error)
	// sameTest reports whether the models of another value of the task can be measured on this one's test data.
	sameTest(other task) bool
}

// training is a trainer, whatever its batches.
type training interface {
	Fit(ctx context.Context) error
	Resume(ctx context.Context, state *torch.Dict) error
	Times() trainer.Times
	Forward(ctx context.Context) error
	Evaluate(ctx context.Context) (trainer.Evaluation, error)
}

// taskInfo is what is known of a task before anything is read.
type taskInfo struct {
	name   string // on the command line and in checkpoints
	title  string
	help   string
	recipe recipe
	models []string
	// together names models that are also measured together, in the table of results.
	together []combination
	// columns are the metrics in the table of results: accuracy and macro-F1 where there are none.
	columns []string
	// reference is what others' models of the same sort reached in the first column, by the data's variant and the row.
	reference map[string]map[string]figure
	variant   string // of the flags' defaults
	yours     bool   // the data are the user's, so there are no figures to expect
	scheduled bool   // the learning rate is planned for the run's length
	long      bool   // its rows take long, so the table may lack some: "make results LONG=1" measures them
}

type combination struct {
	name    string
	models  []string
	stacked bool // by a meta-learner, and not averaged
}

// guess is a class and how likely it is, from 0 to 1.
type guess struct {
	class       string
	probability float64
}

// tasks make a task each, with no field set. The first one is what is meant where none is named.
var tasks []func() task

// firstTask is the task that is meant where none is named; the others follow by name.
const firstTask = "emoji10"

func addTask(makeOne func() task) {
	tasks = append(tasks, makeOne)
	slices.SortStableFunc(tasks, func(a, b func() task) int { // whatever order the files are in
		one, other := a().info().name, b().info().name
		return map[bool]int{true: -1, false: 1}[one == firstTask || other != firstTask && one < other]
	})
}

func taskNamed(name string) (task, error) {
	var names []string
	for _, makeOne := range tasks {
		if t := makeOne(); t.info().name == name {
			return t, nil
		} else {
			names = append(names, t.info().name)
		}
	}
	return nil, fmt.Errorf("the task %.40q: expected one of %q", name, names)
}

// taskCommands are the sub-commands of a command, one for each task.
type taskCommands struct{ kong.Plugins }

// forEachTask makes the sub-commands: command is a struct with a task in it.
func forEachTask(command func(task) any) (c taskCommands) {
	for i, makeOne := range tasks {
		t := makeOne()
		value := reflect.ValueOf(command(t))
		r := t.info().recipe
		tag := fmt.Sprintf(`cmd:"" name:%q help:%q set:"epochs=%d" set:"batch_size=%d" set:"lr=%s" set:"weight_decay=%s"`,
			t.info().name, t.info().help, r.Epochs, r.BatchSize, decimal(r.LR), decimal(r.WeightDecay))
		if i == 0 {
			tag = strings.Replace(tag, t.info().help, t.info().help+" Meant where no task is named.", 1) + ` default:"withargs"`
		}
		holder := reflect.New(reflect.StructOf([]reflect.StructField{
			{Name: "Command", Type: value.Type(), Tag: reflect.StructTag(tag)},
		}))
		holder.Elem().Field(0).Set(value)
		c.Plugins = append(c.Plugins, holder.Interface())
	}
	return c
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// openData loads a task's data, and gets them first where they are not there: into the task's own folder, or into one that
// is there, so that a mistyped name makes no folder and starts no download.
func openData(ctx context.Context, t task, dir string) error {
	if dir != "" {
		info, err := os.Stat(dir)
		if errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("--data-dir: there is no folder %s; multitorch data %s --data-dir %s makes it and gets the data",
				dir, t.info().name, dir)
		}
		if err == nil && !info.IsDir() {
			err = fmt.Errorf("%s is no folder", dir)
		}
		if err != nil {
			return fmt.Errorf("--data-dir: %w", err)
		}
	}
	return t.load(ctx, dir, true)
}

func logLine(line string) { fmt.Fprintln(notes, plain(line)) }

// notes are where logLine writes: in a run of several ranks rank 0 says it for all.
var notes io.Writer = os.Stderr
