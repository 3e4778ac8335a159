// Command multitorch trains and tries the toolkit's models on its tasks.
//
// Its exit status is
//
//	0    when all went well,
//	1    when something failed,
//	2    when the command line was wrong,
//	128 and the signal's number when a signal ended it, as shells have it:
//	129 for a terminal that went away, 130 for Ctrl-C, 143 for SIGTERM.
//
// Training that is interrupted by one of these finishes its step and saves the model first; a second one ends the program
// at once. eval and predict end at once. A reader of the output that goes away, as in "multitorch train | head", does not
// end training.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"multitorch/distributed/launch"
	"multitorch/internal/hangup"
	"multitorch/multimodal/fusion"
	"multitorch/torch"
	_ "multitorch/torch/tcmalloc"
	"multitorch/transformers/pipelines"
)

type cli struct {
	Train      taskCommands  `cmd:"" help:"Train a model of a task."`
	Eval       evalCmd       `cmd:"" help:"Measure checkpoints on the test data."`
	Predict    predictCmd    `cmd:"" help:"Classify an image, a text, or both."`
	Classify   classifyCmd   `cmd:"" help:"Say what is on pictures, by a pretrained model: its classes, or labels of your own."`
	Generate   generateCmd   `cmd:"" help:"Go on with a text, or answer it, by a pretrained language model."`
	Chat       chatCmd       `cmd:"" help:"Answer questions about a picture, and remember what was spoken of."`
	Search     searchCmd     `cmd:"" help:"Find pictures by words, and write them as a contact sheet."`
	Transcribe transcribeCmd `cmd:"" help:"Write what is said in sound files."`
	Embed      embedCmd      `cmd:"" help:"Make vectors of texts, by a pretrained encoder."`
	Similar    similarCmd    `cmd:"" help:"Find the lines of a file that mean most like a text."`
	Finetune   finetuneCmd   `cmd:"" help:"Train a pretrained encoder further, to tell classes of your texts apart."`
	Label      labelCmd      `cmd:"" help:"Say of which class each line of a file is, by a model that finetune wrote."`
	Checkpoint checkpointCmd `cmd:"" help:"Inspect, average and export checkpoints."`
	Serve      serveCmd      `cmd:"" help:"Answer requests over HTTP by a model, and on a page for people."`
	Index      indexCmd      `cmd:"" help:"Make vectors of texts or pictures, and write them for serve to search."`
	Results    taskCommands  `cmd:"" help:"Train every model of a task with several seeds, and print the table of results."`
	Runs       runsCmd       `cmd:"" help:"List, compare and draw the runs of train."`
	Launch     launchCmd     `cmd:"" help:"Start a program as several ranks, which train one model together."`
	Data       dataCmd       `cmd:"" help:"List, fetch, check and show data sets."`
	Models     modelsCmd     `cmd:"" help:"List, fetch and show pretrained models."`
	Doctor     doctorCmd     `cmd:"" help:"Say which libtorch was found, and whether all works."`
}

func newCLI() *cli {
	return &cli{
		Train:   forEachTask(func(t task) any { return trainCmd{Task: t} }),
		Results: forEachTask(func(t task) any { return resultsCmd{Task: t} }),
	}
}

const (
	failed  = 1
	misused = 2
)

func main() {
	hangup.Restore()
	signal.Ignore(syscall.SIGXFSZ) // a file that may not grow is an error of its write, not the end of the program
	os.Exit(run(untilSignal, os.Args[1:]))
}

// run is the program, less its end: it returns the exit status. Commands that should not end in the middle of something
// ask for a context.
func run(begin func() context.Context, args []string) int {
	ctx := context.Background()
	started := func() (context.Context, error) {
		ctx = begin()
		return ctx, nil
	}
	k, err := parse(args, stdout, started, func(code int) { os.Exit(checked(code)) })
	if stdout.err != nil { // of --help
		return checked(0)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "multitorch: %s\n", plain(err.Error()))
		return misused
	}
	if err := torch.Try(func() error { return k.Run() }); err != nil {
		err = interruption(k, err)
		fmt.Fprintf(os.Stderr, "multitorch: %s\n", plain(err.Error()))
		return status(ctx, err)
	}
	return checked(0)
}

// parse finds the command and its flags. Help, where it is asked for, goes to out, and exit is called after it.
func parse(args []string, out io.Writer, started func() (context.Context, error), exit func(code int)) (*kong.Context, error) {
	config, args, err := configOf(args)
	if err != nil {
		return nil, err
	}
	parser, err := kong.New(newCLI(),
		kong.Name("multitorch"),
		kong.Description("Multimodal deep learning in Go on libtorch."),
		kong.BindToProvider(started),
		kong.Vars{"fusions": strings.Join(fusion.Names(), ", "), "template": pipelines.Template},
		negativeNumbers(),
		kong.Bind(config),
		kong.WithBeforeResolve(func(k *kong.Context) error { return errors.Join(repeated(k, config), config.apply(k)) }),
		kong.Writers(out, os.Stderr),
		kong.Exit(exit),
	)
	if err != nil {
		panic(err) // the tags of the commands are wrong
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := parser.Parse(args)
	if err != nil {
		return nil, &misuse{config.located(err), helpFor(err)}
	}
	return k, nil
}

// misuse is what is wrong with a command line, and the one that helps.
type misuse struct {
	error
	help string
}

func (m *misuse) Error() string { return m.error.Error() + "\n" + m.help + " says what there is." }

// interruption is an error that says at least which command was interrupted.
func interruption(k *kong.Context, err error) error {
	if err.Error() != context.Canceled.Error() {
		return err
	}
	return fmt.Errorf("%s was interrupted: %w", k.Selected().FullPath(), err)
}

// status is the exit status for an error.
func status(ctx context.Context, err error) int {
	var s *signalError
	if errors.As(err, &s) {
		return 128 + int(s.signal)
	}
	var rank *launch.Error
	if errors.As(err, &rank) {
		return rank.Code
	}
	if !errors.Is(err, context.Canceled) {
		return failed
	}
	if errors.As(context.Cause(ctx), &s) {
		return 128 + int(s.signal)
	}
	return 128 + int(syscall.SIGINT)
}

// helpFor is the command line that helps after a wrong one.
func helpFor(err error) string {
	var wrong *kong.ParseError
	if errors.As(err, &wrong) && wrong.Context != nil && wrong.Context.Selected() != nil {
		return wrong.Context.Selected().FullPath() + " --help"
	}
	return "multitorch --help"
}
